"""Step 7c. Sources that no step trained, fitted or chose on: those that are left out because of their licence.

    python outside.py /path/to/data/train ../models
    polywarden eval --input $PW_WORK/outside.jsonl.gz --by source,label

They are read to measure only; nothing of them ships. Rows that also stand in a source that is used are dropped, at most 2,000
a source are drawn. Writes $PW_WORK/outside.pkl (logits of both members) and $PW_WORK/outside.jsonl.gz.
"""
import gzip
import json
import pickle
from pathlib import Path

import numpy as np

from common import LABELS, SEED, WORK, language_of, options, read_rows, split_key
from manifest import Manifest
from score import encoder_logits, ngram_logits

MOST = 2000


def unseen(data: Path) -> list[dict]:
    known = {split_key(text) for text in pickle.load(open(WORK / "rows.pkl", "rb"))["texts"]}
    rng, out = np.random.default_rng(SEED), []
    for source in sorted(source.name for source in Manifest(data).left_out):
        rows = [row | {"source": source, "lang": language_of(row)} for row in read_rows(data / f"{source}.jsonl.gz")
                if row["labels"] and split_key(row["text"]) not in known]
        out += [rows[i] for i in rng.permutation(len(rows))[:MOST]]
        print(f"{source}: {len(rows)} rows that no used source holds", flush=True)
    return out


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("models", type=Path)
    args = parser.parse_args()
    rows = unseen(args.data)
    texts = [row["text"] for row in rows]
    labels = np.array([[row["labels"].get(name, -1) for name in LABELS] for row in rows], dtype=np.float32)
    out = {"texts": texts, "langs": np.array([row["lang"] for row in rows]), "sources": np.array([row["source"] for row in rows]), "labels": labels,
           "ngrams": ngram_logits(args.models / "polywarden-ngrams", texts), "encoder": encoder_logits(args.models / "polywarden-text", texts)}
    pickle.dump(out, open(WORK / "outside.pkl", "wb"), protocol=4)
    with gzip.open(WORK / "outside.jsonl.gz", "wt", encoding="utf-8") as file:
        for i, row in enumerate(rows):
            kept = {"id": f"o{i}", "text": row["text"], "lang": row["lang"], "source": row["source"], "labels": row["labels"]}
            file.write(json.dumps(kept, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
