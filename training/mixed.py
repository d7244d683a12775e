"""Step 8e. One line in another language than the rest of a note: its harm has to be found, a harmless one not.

    python mixed.py --cli ../dist/src/cli/main.js

Puts one validation row of a measured language, 25 to 200 characters, among three harmless rows of another one, and sends the
line, the other three and the note through `polywarden moderate`, languages guessed as in use. Writes $PW_WORK/mixed.md.
SEGMENT_DISCOUNT in src/stages/classify/read-view.ts was chosen from such notes.
"""
import json
import pickle
import subprocess
from pathlib import Path

import numpy as np

from common import KEYS, SEED, WORK, options

HOSTS = ("en", "zh-Hans", "es", "ar", "tr")
GUESTS = ("en", "de", "ko", "ru", "zh-Hans", "tr", "vi", "pt", "ro", "th", "ar", "fr")
NOTES = 12
LEAST_ROWS = 20
PARTS = {"line": "the line alone", "rest": "the other three alone", "note": "the note of all four"}


def notes(rows: dict) -> list[dict]:
    """`harmful` is the label of the line; `texts` by part."""
    rng, by, out = np.random.default_rng(SEED), {}, []
    for i in np.flatnonzero(rows["validation"]):
        label = int(rows["labels"][i][0])
        if label >= 0 and 25 <= len(rows["texts"][i]) <= 200:
            by.setdefault((rows["langs"][i], label), []).append(rows["texts"][i])
    pick = lambda pool: pool[rng.integers(len(pool))]
    for host, guest in ((host, guest) for host in HOSTS for guest in GUESTS if host != guest):
        for label in (0, 1):
            pool = by.get((guest, label), [])
            for _ in range(NOTES if len(pool) >= LEAST_ROWS else 0):
                line, rest, at = pick(pool), [pick(by[host, 0]) for _ in range(3)], rng.integers(4)
                note = [*rest[:at], line, *rest[at:]]
                out.append({"harmful": bool(label), "texts": {"line": line, "rest": "\n".join(rest), "note": "\n".join(note)}})
    return out


def scores(cli: Path, texts: list[str]) -> list[dict]:
    given = "".join(json.dumps({"id": i, "text": text}, ensure_ascii=False) + "\n" for i, text in enumerate(texts))
    command = ["node", str(cli), "moderate", "--input", "-", "--output", "-", "--stages", "normalise,language,classify"]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    return [json.loads(line)["scores"] for line in done.stdout.splitlines()]


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--cli", type=Path, required=True)
    args = parser.parse_args()
    found = notes(pickle.load(open(WORK / "rows.pkl", "rb")))
    read = {part: scores(args.cli, [note["texts"][part] for note in found]) for part in PARTS}
    harmful = np.array([note["harmful"] for note in found])
    lines = [f"Notes with a harmful line {harmful.sum()}, with a harmless one {(~harmful).sum()}.", "",
             "| flagged | harmless line: `toxicity` | any category | harmful line: `toxicity` | any category |", "|---|---:|---:|---:|---:|"]
    for part, name in PARTS.items():
        flags = np.array([[of[key]["calibrated"] >= 0.5 for key in KEYS] for of in read[part]])
        both = (flags[:, 0], flags[:, 1:].any(1))
        cells = [f"{flag[harmful == side].mean():.3f}" for side in (False, True) for flag in both]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    (WORK / "mixed.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
