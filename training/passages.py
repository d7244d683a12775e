"""Step 8c. One harmful sentence among harmless ones of its language: it has to be found, harmless notes are not to be flagged.

    python passages.py --cli ../dist/src/cli/main.js

Puts one validation row of 25 to 200 characters among harmless ones of the same language, by a line of its own or by a space,
and sends the row alone and the note through `polywarden moderate`, languages guessed as in use. Writes $PW_WORK/passages.md.
What passages and windows get off in src/stages/classify/read-view.ts was chosen from such notes.
"""
import json
import pickle
from pathlib import Path

import numpy as np

from common import KEYS, LABELS, SEED, WORK, options
from mixed import scores

SIZES = (3, 9)
NOTES = 20
LEAST_HARMFUL, LEAST_HARMLESS = 20, 60
GRAVE = ("threat", "self_harm")
SHOWN = ("toxic", "hate", "harassment", "threat", "self_harm")


def pools(rows: dict) -> dict:
    """By language: harmless rows, rows that are toxic, rows of the grave labels."""
    out: dict[str, dict[str, list[int]]] = {}
    for i in np.flatnonzero(rows["validation"]):
        of = out.setdefault(rows["langs"][i], {"harmless": [], "toxic": [], "grave": []})
        toxic, grave = rows["labels"][i][0], any(rows["labels"][i][LABELS.index(name)] == 1 for name in GRAVE)
        if grave:
            of["grave"].append(i)
        elif toxic >= 0 and 25 <= len(rows["texts"][i]) <= 200:
            of["toxic" if toxic else "harmless"].append(i)
    return {lang: of for lang, of in sorted(out.items()) if len(of["harmless"]) >= LEAST_HARMLESS}


def notes(rows: dict) -> list[dict]:
    rng, out = np.random.default_rng(SEED), []
    for of in pools(rows).values():
        measured = len(of["toxic"]) >= LEAST_HARMFUL
        for size in SIZES:
            drawn = [i for kind in ("harmless", "toxic") for i in rng.choice(of[kind], NOTES)] if measured else []
            for i in [*drawn, *of["grave"]]:
                rest = [rows["texts"][j] for j in rng.choice(of["harmless"], size, replace=False)]
                at, mark = rng.integers(1, size + 1), "\n" if rng.random() < 0.5 else " "
                text = mark.join([*rest[:at], rows["texts"][i], *rest[at:]])
                out.append({"size": size, "labels": rows["labels"][i], "line": rows["texts"][i], "text": text})
    return out


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--cli", type=Path, required=True)
    args = parser.parse_args()
    found = notes(pickle.load(open(WORK / "rows.pkl", "rb")))
    labels, size = np.array([note["labels"] for note in found]), np.array([note["size"] for note in found])
    flags = {part: np.array([[of[key]["calibrated"] >= 0.5 for key in KEYS] for of in scores(args.cli, [n[part] for n in found])])
             for part in ("line", "text")}
    harmless = (labels[:, 0] == 0) & ~(labels == 1).any(1)
    heads = [LABELS.index(name) for name in SHOWN]
    harmful = ", ".join(f"{(labels[:, k] == 1).sum()} {KEYS[k]}" for k in heads)
    lines = [f"Notes with a harmless line {harmless.sum()}, with a harmful one: {harmful}.", "",
             "| flagged | " + " | ".join(f"`{KEYS[k]}`: harmless | harmful" for k in heads) + " |", "|---|" + "---:|---:|" * len(heads)]
    views = [("the line alone", "line", size > 0)] + [(f"among {n} harmless ones", "text", size == n) for n in SIZES]
    for name, part, these in views:
        cells = [f"{flags[part][these & side, k].mean():.3f}" for k in heads for side in (harmless, labels[:, k] == 1)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    (WORK / "passages.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
