"""Step 8b. What very short texts get off: lone words are scored too high, since word lists taught the models alone.

    python short_texts.py ../models/polywarden-text --cli ../dist/src/cli/main.js

Harmless validation texts and runs of 1 to 6 of their words go through `polywarden moderate`, languages guessed as in use.
Languages whose umbrella score was measured and all others are fitted apart. For each head and number of pieces the
discount is how far a high percentile lies above the flag threshold, on half of the texts; the other half says what that
leaves of false alarms, and labelled short texts and word lists what it costs.
"""
import gzip
import json
import math
import pickle
import random
import subprocess
from collections import defaultdict
from pathlib import Path

import numpy as np
import regex
from tokenizers import Tokenizer

from common import SEED, WORK, options

KEYS = ("toxicity", "hate.attack", "harass.bully", "violence.threat", "sexual.explicit", "selfharm.risk", "profanity.mild", "authentic.spam")
LEAST_ROWS = 100
# By number of pieces. Real sentences begin at four; where harm was measured they lose nothing, elsewhere less than lone words.
QUANTILES = {"short": [0.98] * 3, "shortUnmeasured": [0.98] * 3 + [0.95] * 2 + [0.90] * 3}
# As in calibrate.py: a category names a fault and opens a finding, so it may err less often than the umbrella.
CATEGORY_SHARE = 0.35
# Marks are part of words: without them a word of an Indic script would fall apart into consonants.
WORD = regex.compile(r"[\p{L}\p{M}\u200c\u200d]+")
TITLES = {"short": "Languages whose `toxicity` is validated or weak", "shortUnmeasured": "All others"}
LISTS = {"ldnoobw", "mol", "sexhatelex_zh", "persian_swear_fa"}


def log_odds(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def margin(score: dict) -> float:
    """How far above the flag threshold, in log odds; the threshold follows from `p` and `calibrated`."""
    p, c = score["p"], score["calibrated"]
    flag = 0.5 * p / c if 0 < c < 0.5 else (p - (2 * c - 1)) / (2 - 2 * c) if c < 1 else 0.5
    return log_odds(p) - log_odds(flag)


def texts(levels: dict) -> list[tuple[str, str, str]]:
    rng = random.Random(SEED)
    rows = [json.loads(line) for line in gzip.open(WORK / "validation.jsonl.gz", "rt")]
    out, plain = [], defaultdict(list)
    for row in rows:
        toxic = row["labels"].get("toxic")
        if "benign" in row["source"]:
            plain[row["lang"]].append(row["text"])
        if toxic in (0, 1) and len(WORD.findall(row["text"])) <= 6:
            out.append(("harmful" if toxic else "harmless", row["lang"], row["text"]))
    for lang, found in sorted(plain.items()):
        for count in (1, 1, 2, 2, 3, 4, 6):
            for text in rng.choices(found, k=70 if is_measured(lang, levels) else 14):
                words = WORD.findall(text)
                if len(words) >= count:
                    at = rng.randrange(len(words) - count + 1)
                    out.append(("harmless", lang, " ".join(words[at:at + count])))
    for term in pickle.load(open(WORK / "rows.pkl", "rb"))["terms"]:
        if term["source"].removeprefix("lexicon_") in LISTS and rng.random() < 0.3:
            out.append(("listed", term["lang"], term["text"]))
    return out


def margins(cli: Path, rows: list[tuple[str, str, str]]) -> tuple[list[str], dict[str, np.ndarray]]:
    given = "".join(json.dumps({"id": i, "text": text}, ensure_ascii=False) + "\n" for i, (_, _, text) in enumerate(rows))
    command = ["node", str(cli), "moderate", "--input", "-", "--output", "-", "--region", "us", "--stages", "normalise,language,classify"]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    tags = [row["languages"][0]["tag"] if row["languages"] else "und" for row in found]
    return tags, {k: np.array([margin(row["scores"][k]) for row in found]) for k in KEYS}


def is_measured(tag: str, levels: dict) -> bool:
    """As the stage looks it up: the tag itself, then without its last part."""
    while tag and tag not in levels:
        tag = tag.rpartition("-")[0]
    return levels.get(tag, {}).get("toxicity", "none") != "none"


def fit(z: dict[str, np.ndarray], pieces: np.ndarray, at: np.ndarray, quantiles: list[float]) -> dict[str, list[float]]:
    out = {}
    for key in KEYS:
        row = []
        for n, quantile in enumerate(quantiles, 1):
            mine = z[key][at & (pieces == n)]
            share = (1 - quantile) * (1 if key == "toxicity" else CATEGORY_SHARE)
            off = max(0.0, float(np.quantile(mine, 1 - share))) if len(mine) >= LEAST_ROWS else 0.0
            # From four pieces on a longer text never gets more off than a shorter one.
            row.append(round(min([off, *row[3:]]), 2))
        while row and row[-1] == 0:
            row.pop()
        if row:
            out[key] = row
    return out


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cli", type=Path, required=True)
    args = parser.parse_args()
    file = args.folder / "calibration.json"
    before = json.loads(file.read_text())
    bare = {name: before[name] for name in ("version", "languages")}
    file.write_text(json.dumps(bare) + "\n")
    levels = json.loads((args.folder / "competence.json").read_text())["languages"]
    rows = texts(levels)
    try:
        tags, z = margins(args.cli, rows)
    except BaseException:
        file.write_text(json.dumps(before) + "\n")
        raise
    tok = Tokenizer.from_file(str(args.folder / "tokenizer.json"))
    pieces = np.array([len(tok.encode(text, add_special_tokens=False).ids) for _, _, text in rows])
    kind = np.array([k for k, _, _ in rows])
    measured = np.array([is_measured(tag, levels) for tag in tags])
    fold = np.array([hash_of(text) for _, _, text in rows])
    short = {}
    for name, at in (("short", measured), ("shortUnmeasured", ~measured)):
        short[name] = fit(z, pieces, at & (kind == "harmless") & (fold == 0), QUANTILES[name])
    file.write_text(json.dumps({"version": bare["version"], **short, "languages": bare["languages"]}) + "\n")
    tables = []
    for name, at in (("short", measured), ("shortUnmeasured", ~measured)):
        tables.append(f"{TITLES[name]}:\n\n" + report(short[name], z, (pieces, kind, fold), at))
    (WORK / "short.md").write_text("\n\n".join(tables) + "\n")
    print((WORK / "short.md").read_text())


def hash_of(text: str) -> int:
    return sum(text.encode()) % 2


def report(short: dict, z: dict[str, np.ndarray], rows: tuple, group: np.ndarray) -> str:
    pieces, kind, fold = rows
    lines = ["| pieces | harmless texts | flagged by any head, before | after | harmful texts | toxicity flagged, before | after | listed words | before | after |", "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for n in range(1, 9):
        off = {k: (short.get(k, [])[n - 1:n] or [0.0])[0] for k in KEYS}
        cells = []
        for name, part in (("harmless", fold == 1), ("harmful", fold >= 0), ("listed", fold >= 0)):
            at = group & (kind == name) & (pieces == n) & part
            if at.sum() < 10:
                cells += [str(int(at.sum())), "-", "-"]
            elif name == "harmless":
                any_of = lambda o: np.any([z[k][at] >= o[k] for k in KEYS], axis=0).mean()
                cells += [str(int(at.sum())), f"{any_of(dict.fromkeys(KEYS, 0.0)):.3f}", f"{any_of(off):.3f}"]
            else:
                cells += [str(int(at.sum())), f"{(z['toxicity'][at] >= 0).mean():.3f}", f"{(z['toxicity'][at] >= off['toxicity']).mean():.3f}"]
        lines.append(f"| {n} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
