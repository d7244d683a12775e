"""Step 8c. Validation rows that neither weights nor thresholds nor discounts saw: step 7 scores only some of each language.

    python held_out.py
    polywarden eval --input $PW_WORK/held_out.jsonl.gz --json > $PW_WORK/held_out.json

At most 300 rows a language. Writes $PW_WORK/held_out.jsonl.gz; the card says how many of the harmless are passed.
"""
import gzip
import json
import pickle
from collections import Counter

import numpy as np

from common import LABELS, SEED, WORK, options

MOST = 300


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
    print("rows", sum(count.values()), "languages", len(count))


if __name__ == "__main__":
    main()
