"""Step 8c. What a passage of a long text gets off: one threat among harmless sentences has to be found, many harmless ones not.

    python passages.py ../models

Joins harmless validation rows of a language to texts of several windows, and puts one row labelled as a threat or as risk of
self-harm between two of them. Reads windows and passages as the stage does, and says for several discounts how many texts of
each kind are flagged. Writes $PW_WORK/passages.md. PASSAGE_DISCOUNT in src/stages/classify/read-view.ts
was chosen on validation rows before this step was written; the table shows what it costs and brings.
"""
import json
import math
import pickle
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from common import KEYS, LABELS, SEED, WORK, options
from score import OVERLAP, PIECES, encoder_logits, ngram_logits, starts_of

# As in src/stages/classify/windows.ts: pieces, overlap.
WHOLE, PASSAGE = (PIECES, OVERLAP), (30, 10)
LONG_PIECES = 4 * PIECES
HARMLESS_TEXTS = 40
GRAVE = ("threat", "self_harm")
DISCOUNTS = (0.0, 0.5, 1.0, 1.5, 2.0, math.inf)


def cut(tok: Tokenizer, text: str, size: tuple[int, int]) -> list[str]:
    places, (pieces, overlap) = tok.encode(text, add_special_tokens=False).offsets, size
    return [text[places[s][0]:places[min(s + pieces, len(places)) - 1][1]] for s in starts_of(len(places), pieces, overlap)]


def harmless_text(rng: np.random.Generator, tok: Tokenizer, sentences: list[str]) -> list[str]:
    out, pieces = [], 0
    while pieces < LONG_PIECES:
        out.append(sentences[rng.integers(len(sentences))])
        pieces += len(tok.encode(out[-1], add_special_tokens=False).ids)
    return out


def texts(rows: dict, tok: Tokenizer) -> list[dict]:
    """`kind` is harmless, or the label of the one row that is not."""
    rng, held, out = np.random.default_rng(SEED), np.flatnonzero(rows["validation"]), []
    column = {name: rows["labels"][:, LABELS.index(name)] for name in ("toxic", *GRAVE)}
    by_language: dict[str, list[str]] = {}
    for i in held:
        if column["toxic"][i] == 0 and all(column[name][i] != 1 for name in GRAVE):
            by_language.setdefault(rows["langs"][i], []).append(rows["texts"][i])
    grave = {name: [i for i in held if column[name][i] == 1 and len(by_language.get(rows["langs"][i], [])) >= 50] for name in GRAVE}
    for lang in sorted({rows["langs"][i] for found in grave.values() for i in found}):
        out += [{"kind": "harmless", "lang": lang, "parts": harmless_text(rng, tok, by_language[lang])} for _ in range(HARMLESS_TEXTS)]
    for name, found in grave.items():
        for i in found:
            parts = harmless_text(rng, tok, by_language[rows["langs"][i]])
            parts.insert(rng.integers(1, len(parts)), rows["texts"][i])
            out.append({"kind": name, "lang": rows["langs"][i], "parts": parts})
    return out


def margins(models: Path, tok: Tokenizer, found: list[dict], size: tuple[int, int]) -> np.ndarray:
    """By text and head: how far the highest cut lies above the flag threshold, in log odds."""
    table = json.loads((models / "polywarden-text" / "calibration.json").read_text())["languages"]
    pieces = [cut(tok, " ".join(text["parts"]), size) for text in found]
    flat = [piece for of in pieces for piece in of]
    encoder, ngrams = encoder_logits(models / "polywarden-text", flat), ngram_logits(models / "polywarden-ngrams", flat)
    owner = np.repeat(np.arange(len(found)), [len(of) for of in pieces])
    out = np.full((len(found), len(GRAVE)), -np.inf)
    for t, text in enumerate(found):
        for g, name in enumerate(GRAVE):
            k = LABELS.index(name)
            head = table.get(text["lang"], {}).get(KEYS[k]) or table["*"][KEYS[k]]
            z = head["encoder"] * encoder[owner == t, k] + head["ngrams"] * ngrams[owner == t, k] + head["b"]
            out[t, g] = z.max() - math.log(head["flag"] / (1 - head["flag"]))
    return out


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("models", type=Path)
    args = parser.parse_args()
    tok = Tokenizer.from_file(str(args.models / "polywarden-text" / "tokenizer.json"))
    found = texts(pickle.load(open(WORK / "rows.pkl", "rb")), tok)
    whole, passages = margins(args.models, tok, found, WHOLE), margins(args.models, tok, found, PASSAGE)
    kinds = np.array([text["kind"] for text in found])
    count = ", ".join(f"{kind} {(kinds == kind).sum()}" for kind in np.unique(kinds))
    lines = [f"Texts in {len({text['lang'] for text in found})} languages: {count}.", "",
             "| off a passage | " + " | ".join(f"`{KEYS[LABELS.index(name)]}`: harmless flagged | found" for name in GRAVE) + " |",
             "|---:|" + "---:|---:|" * len(GRAVE)]
    for off in DISCOUNTS:
        hit = np.maximum(whole, passages - off) >= 0
        cells = [f"{hit[kinds == kind, g].mean():.3f}" for g, name in enumerate(GRAVE) for kind in ("harmless", name)]
        lines.append(f"| {'no passages' if math.isinf(off) else off} | " + " | ".join(cells) + " |")
    (WORK / "passages.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
