"""Step 8f. Disguised copies of validation rows beside the rows themselves: how much of what is found in plain text is found still.

    python cloaked.py --cli ../dist/src/cli/main.js

Takes up to forty harmful and forty harmless rows of each language, changes them by every trick of augment.py that training
used for its script, and sends both through `polywarden moderate`, languages guessed as in use. Rows that a trick does not
change are left out of its line. Writes $PW_WORK/cloaked.md.
"""
import pickle
import random
from pathlib import Path

import numpy as np

import augment
from common import SEED, WORK, options
from mixed import scores

LANGUAGES = ("en", "de", "tr", "pt", "ro", "vi", "fr", "es", "zh-Hans", "ko", "ru")
ROWS = 40


def plain_rows(rows: dict) -> list[tuple[str, int, str]]:
    """Language, label and text."""
    rng, out = np.random.default_rng(SEED), []
    langs, labels = np.array(rows["langs"]), np.array(rows["labels"])[:, 0]
    for lang in LANGUAGES:
        for label in (0, 1):
            at = np.flatnonzero(rows["validation"] & (langs == lang) & (labels == label))
            at = [i for i in at if 25 <= len(rows["texts"][i]) <= 200]
            out += [(lang, label, rows["texts"][i]) for i in rng.permutation(at)[:ROWS]]
    return out


def tricks_of(lang: str) -> list:
    return sorted(set(augment.OTHER.get(lang.split("-")[0], augment.LATIN)), key=lambda trick: trick.__name__)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--cli", type=Path, required=True)
    args = parser.parse_args()
    rows = pickle.load(open(WORK / "rows.pkl", "rb"))
    augment.learn_homophones([text for lang, text in zip(rows["langs"], rows["texts"]) if lang.startswith("zh")])
    plain, rng = plain_rows(rows), random.Random(SEED)
    copies = [(trick.__name__, i, changed) for i, (lang, _, text) in enumerate(plain) for trick in tricks_of(lang)
              if (changed := trick(text, rng)) != text and changed.strip()]
    read = scores(args.cli, [text for _, _, text in plain] + [text for _, _, text in copies])
    flags = [of["toxicity"]["calibrated"] >= 0.5 for of in read]
    lines = ["| trick | languages | harmful rows | flagged plain | disguised | harmless rows | flagged plain | disguised |", "|---|---|---:|---:|---:|---:|---:|---:|"]
    for name in sorted({trick for trick, _, _ in copies}):
        pairs = [(plain[i], flags[i], flags[len(plain) + at]) for at, (trick, i, _) in enumerate(copies) if trick == name]
        cells = [cell for side in (1, 0) for cell in share([pair[1:] for pair in pairs if pair[0][1] == side])]
        langs = sorted({pair[0][0] for pair in pairs}, key=LANGUAGES.index)
        lines.append(f"| {name} | {' '.join(langs)} | {' | '.join(cells)} |")
    (WORK / "cloaked.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


def share(pairs: list[tuple[bool, bool]]) -> list[str]:
    """How many, and the share flagged plain and disguised."""
    return [str(len(pairs))] + [f"{sum(column) / len(column):.3f}" for column in zip(*pairs)] if pairs else ["0", "-", "-"]


if __name__ == "__main__":
    main()
