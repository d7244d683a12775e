"""Step 8d. Validation rows that neither weights nor thresholds nor discounts saw: step 7 scores only some of each language.

    python held_out.py
    polywarden eval --input $PW_WORK/held_out.jsonl.gz --json > $PW_WORK/held_out.json

At most 300 rows a language. Writes $PW_WORK/held_out.jsonl.gz; the card says how many of the harmless are passed.

Beside it two files for `npm run bench:actions`, from all of the validation part, so thresholds may know their rows:
harmless.jsonl.gz, 40 rows of benign sources of each language that has as many, and harmful.jsonl.gz, at most 60 rows of each
language labelled as hate, harassment, threat or sexual, where there are 20.
"""
import gzip
import json
import pickle
from collections import Counter, defaultdict

import numpy as np

from common import LABELS, SEED, WORK, options

MOST = 300
HARMLESS_EACH, HARMFUL_EACH, HARMFUL_LEAST = 40, 60, 20
HARMFUL = [LABELS.index(name) for name in ("hate", "harassment", "threat", "sexual")]


def write_some(rows: dict, pick: np.ndarray, name: str, least: int, most: int) -> None:
    by = defaultdict(list)
    for i in np.random.default_rng(SEED).permutation(pick):
        by[rows["langs"][i]].append(rows["texts"][i])
    found = {lang: texts[:most] for lang, texts in sorted(by.items()) if len(texts) >= least}
    with gzip.open(WORK / name, "wt", encoding="utf-8") as file:
        for lang, texts in found.items():
            file.writelines(json.dumps({"text": text, "lang": lang}, ensure_ascii=False) + "\n" for text in texts)
    print(name, sum(map(len, found.values())), "languages", len(found))


def main() -> None:
    options(__doc__).parse_args()
    rows = pickle.load(open(WORK / "rows.pkl", "rb"))
    seen = set(pickle.load(open(WORK / "scores.pkl", "rb"))["texts"])
    held = np.flatnonzero(rows["validation"] & (rows["labels"] >= 0).any(1))
    count = Counter()
    with gzip.open(WORK / "held_out.jsonl.gz", "wt", encoding="utf-8") as file:
        for i in np.random.default_rng(SEED).permutation(held):
            text, lang = rows["texts"][i], rows["langs"][i]
            if text in seen or count[lang] >= MOST:
                continue
            seen.add(text)
            count[lang] += 1
            labels = {name: int(v) for name, v in zip(LABELS, rows["labels"][i]) if v >= 0}
            file.write(json.dumps({"id": f"h{i}", "text": text, "lang": lang, "source": rows["sources"][i], "labels": labels}, ensure_ascii=False) + "\n")
    print("held_out.jsonl.gz", sum(count.values()), "languages", len(count))
    benign = np.char.find(np.array(rows["sources"]), "benign") >= 0
    write_some(rows, np.flatnonzero(rows["validation"] & benign), "harmless.jsonl.gz", HARMLESS_EACH, HARMLESS_EACH)
    harm = (rows["labels"][:, HARMFUL] == 1).any(1)
    write_some(rows, np.flatnonzero(rows["validation"] & harm), "harmful.jsonl.gz", HARMFUL_LEAST, HARMFUL_EACH)


if __name__ == "__main__":
    main()
