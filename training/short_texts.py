"""Step 8b. What very short texts get off: lone words are scored too high, since word lists taught the models alone.

    python short_texts.py ../models/polywarden-text --cli ../dist/src/cli/main.js

Harmless validation texts and runs of 1 to 3 of their words go through `polywarden moderate`, languages guessed as in use. For
each head and number of pieces the discount is how far the 98th percentile lies above the flag threshold, on half of the
texts; the other half says what that leaves of false alarms, and labelled short texts and word lists what it costs.
"""
import argparse
import gzip
import json
import math
import pickle
import random
import re
import subprocess
from collections import defaultdict
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from common import SEED, WORK

KEYS = ("toxicity", "hate.attack", "harass.bully", "violence.threat", "sexual.explicit", "selfharm.risk", "profanity.mild", "authentic.spam")
MOST, LEAST_ROWS, QUANTILE = 3, 150, 0.98
WORD = re.compile(r"[^\W\d_]+")
LISTS = {"ldnoobw", "mol", "sexhatelex_zh", "persian_swear_fa"}


def log_odds(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def margin(score: dict) -> float:
    """How far above the flag threshold, in log odds; the threshold follows from `p` and `calibrated`."""
    p, c = score["p"], score["calibrated"]
    flag = 0.5 * p / c if 0 < c < 0.5 else (p - (2 * c - 1)) / (2 - 2 * c) if c < 1 else 0.5
    return log_odds(p) - log_odds(flag)


def texts() -> list[tuple[str, str, str]]:
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
        for count in (1, 1, 2, 2, 3):
            for text in rng.choices(found, k=14):
                words = WORD.findall(text)
                if len(words) >= count:
                    at = rng.randrange(len(words) - count + 1)
                    out.append(("harmless", lang, " ".join(words[at:at + count])))
    for term in pickle.load(open(WORK / "rows.pkl", "rb"))["terms"]:
        if term["source"].removeprefix("lexicon_") in LISTS and rng.random() < 0.3:
            out.append(("listed", term["lang"], term["text"]))
    return out


def margins(cli: Path, rows: list[tuple[str, str, str]]) -> list[dict[str, float]]:
    given = "".join(json.dumps({"id": i, "text": text}, ensure_ascii=False) + "\n" for i, (_, _, text) in enumerate(rows))
    command = ["node", str(cli), "moderate", "--input", "-", "--output", "-", "--region", "us", "--stages", "normalise,language,classify"]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    return [{k: margin(json.loads(line)["scores"][k]) for k in KEYS} for line in done.stdout.splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cli", type=Path, required=True)
    args = parser.parse_args()
    file = args.folder / "calibration.json"
    calibration = json.loads(file.read_text())
    calibration.pop("short", None)
    file.write_text(json.dumps(calibration) + "\n")
    rows = texts()
    tok = Tokenizer.from_file(str(args.folder / "tokenizer.json"))
    pieces = np.array([len(tok.encode(text, add_special_tokens=False).ids) for _, _, text in rows])
    kind = np.array([k for k, _, _ in rows])
    found = margins(args.cli, rows)
    fold = np.array([hash_of(text) for _, _, text in rows])
    short = {}
    for key in KEYS:
        z = np.array([m[key] for m in found])
        row = []
        for n in range(1, MOST + 1):
            at = (kind == "harmless") & (pieces == n) & (fold == 0)
            row.append(round(max(0.0, float(np.quantile(z[at], QUANTILE))), 2) if at.sum() >= LEAST_ROWS else 0.0)
        if any(row):
            short[key] = row
    calibration = {"version": calibration["version"], "short": short, "languages": calibration["languages"]}
    file.write_text(json.dumps(calibration) + "\n")
    report(short, kind, pieces, fold, found)


def hash_of(text: str) -> int:
    return sum(text.encode()) % 2


def report(short: dict, kind, pieces, fold, found) -> None:
    z = np.array([m["toxicity"] for m in found])
    any_z = {k: np.array([m[k] for m in found]) for k in KEYS}
    print("| pieces | harmless texts | flagged by any head, before | after | harmful: toxicity flagged, before | after | listed words, before | after |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for n in range(1, MOST + 1):
        off = {k: short.get(k, [0] * MOST)[n - 1] for k in KEYS}
        cells = []
        for name, part in (("harmless", (fold == 1)), ("harmful", fold >= 0), ("listed", fold >= 0)):
            at = (kind == name) & (pieces == n) & part
            if at.sum() < 10:
                cells += [str(int(at.sum())), "-", "-"]
                continue
            if name == "harmless":
                before = np.any([any_z[k][at] >= 0 for k in KEYS], axis=0).mean()
                after = np.any([any_z[k][at] >= off[k] for k in KEYS], axis=0).mean()
            else:
                before, after = (z[at] >= 0).mean(), (z[at] >= off["toxicity"]).mean()
            cells += [str(int(at.sum())), f"{before:.3f}", f"{after:.3f}"]
        print(f"| {n} | {cells[0]} | {cells[1]} | {cells[2]} | {cells[4]} | {cells[5]} | {cells[7]} | {cells[8]} |")


if __name__ == "__main__":
    main()
