"""Step 1. Read the data folder, drop what may not ship, split by stable hash, keep labels masked.

    python data.py /path/to/data/train

Writes $PW_WORK/rows.pkl: texts, languages, sources, labels (N x 8: 1, 0 or -1 unknown), weights, validation flags.
"""
import pickle
from collections import Counter
from pathlib import Path

import numpy as np
from opencc import OpenCC

from common import LABELS, LEFT_OUT, VALIDATION_PERCENT, WORK, bucket, language_of, options, read_rows, split_key

WEAK_WEIGHT = 0.4
# Labels that follow from the kind of source but are close to certain for every row of it.
TRUSTED_WEAK = {"rudetoxifier_ru": 0.8, "hatethaisent_th": 0.9, "tatoeba_benign": 0.5, "ntrex_benign": 0.5}


def split_of(row: dict, to_simplified: OpenCC) -> int:
    text = row["text"]
    if row["source"] == "identity_templates":
        # Near-duplicates by design: a whole template goes to one side.
        return bucket("template:" + row["meta"]["template"] + row["lang"])
    if row["lang"].startswith("zh"):
        text = to_simplified.convert(text)
    return bucket(split_key(text))


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("data", type=Path)
    folder = parser.parse_args().data
    files = sorted(folder.glob("*.jsonl.gz"))
    if not files:
        parser.error(f"{folder} holds no .jsonl.gz")
    to_simplified = OpenCC("t2s")
    texts, langs, sources, labels, weights, validation = [], [], [], [], [], []
    for path in files:
        source = path.name.removesuffix(".jsonl.gz")
        if source in LEFT_OUT:
            continue
        for row in read_rows(path):
            if not row["text"].strip():
                continue
            texts.append(row["text"])
            langs.append(language_of(row))
            sources.append(source)
            labels.append([row["labels"].get(name, -1) for name in LABELS])
            weak = row.get("weak") == 1
            weights.append(TRUSTED_WEAK.get(source, WEAK_WEIGHT) if weak else 1.0)
            validation.append(split_of(row, to_simplified) < VALIDATION_PERCENT)
    terms = []
    for path in sorted((folder / "lexicons").glob("*.jsonl.gz")):
        for row in read_rows(path):
            meta = row.get("meta", {})
            terms.append({"text": row["text"], "lang": row["lang"], "labels": row["labels"],
                          "source": row["source"], "loose": bool(meta.get("context_dependent"))
                          or str(meta.get("severity", "")) in ("1", "Mild")})
    WORK.mkdir(parents=True, exist_ok=True)
    out = {
        "texts": texts, "langs": langs, "sources": sources,
        "labels": np.array(labels, dtype=np.int8), "weights": np.array(weights, dtype=np.float32),
        "validation": np.array(validation, dtype=bool), "terms": terms,
    }
    with open(WORK / "rows.pkl", "wb") as file:
        pickle.dump(out, file, protocol=4)
    held = out["validation"]
    print(f"rows {len(texts)}  validation {held.sum()}  sources {len(set(sources))}  terms {len(terms)}")
    count = Counter(langs)
    print("languages", len(count), count.most_common(30))
    for index, name in enumerate(LABELS):
        column = out["labels"][:, index]
        print(f"{name:11s} train {int((column[~held] == 1).sum())}/{int((column[~held] == 0).sum())}"
              f"  validation {int((column[held] == 1).sum())}/{int((column[held] == 0).sum())}")


if __name__ == "__main__":
    main()
