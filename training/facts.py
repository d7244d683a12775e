"""Step 9a. Tables of the card that come from the two-fold scores: baselines side by side, the probe, and the tokenizer's unknown rates.

    python facts.py --most 700 --benign 60 --speed "..." --training "..." ../models/polywarden-text
"""
import json
import pickle
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

from calibrate import PROBED, apply, benign_of, learn
from common import LABELS, WORK, bucket, options
from figures import by_language
from subwords import unknown_rates


def folds(rows: dict):
    side = np.array([bucket("fold:" + t) < 50 for t in rows["texts"]])
    p, scaled = np.zeros((len(side), 8)), np.zeros((len(side), 8))
    for mine in (side, ~side):
        got = apply(rows, learn(rows, ~mine), mine)
        p[mine], scaled[mine] = got[0][mine], got[1][mine]
    return p, scaled


def baselines(rows: dict, p: np.ndarray) -> str:
    tables = {name: by_language(rows, z, 0) for name, z in (("n-grams", rows["ngrams"]), ("encoder", rows["encoder"]), ("both", p))}
    langs = sorted(tables["both"])
    mean = lambda name: np.mean([tables[name][l][0] for l in langs])
    lines = ["| toxicity, AUROC | majority | n-grams alone | encoder alone | both, two folds |", "|---|---:|---:|---:|---:|"]
    lines += [f"| {l} | .500 | {tables['n-grams'][l][0]:.3f} | {tables['encoder'][l][0]:.3f} | {tables['both'][l][0]:.3f} |" for l in langs]
    lines.append(f"| **mean of {len(langs)}** | .500 | {mean('n-grams'):.4f} | {mean('encoder'):.4f} | {mean('both'):.4f} |")
    worse = [l for l in langs if tables["both"][l][0] < tables["n-grams"][l][0] - 0.0005]
    lines.append("\nWhere both together are below the n-gram model alone: " + (", ".join(worse) or "nowhere") + ".")
    return "\n".join(lines)


def other_labels(rows: dict, p: np.ndarray) -> str:
    lines = ["| label, mean AUROC | languages | n-grams alone | encoder alone | both, two folds | both below n-grams alone |", "|---|---:|---:|---:|---:|---|"]
    for k, label in enumerate(LABELS):
        tables = [by_language(rows, z, k) for z in (rows["ngrams"], rows["encoder"], p)]
        langs = sorted(tables[2])
        if k == 0 or not langs:
            continue
        cells = " | ".join(f"{np.mean([t[l][0] for l in langs]):.4f}" for t in tables)
        worse = [f"{l} ({tables[0][l][0]:.3f} to {tables[2][l][0]:.3f})" for l in langs if tables[2][l][0] < tables[0][l][0] - 0.0005]
        lines.append(f"| {label} | {len(langs)} | {cells} | {', '.join(worse) or 'nowhere'} |")
    return "\n".join(lines)


def unknown(folder: Path) -> str:
    rows = pickle.load(open(WORK / "rows.pkl", "rb"))
    rates = unknown_rates(Tokenizer.from_file(str(folder / "tokenizer.json")), rows)
    some = sorted(((rate, lang) for lang, (rate, _) in rates.items() if rate >= 0.0005), reverse=True)
    return (f"{len(rates)} languages; .0005 or more of the pieces in {len(some)} of them: "
            + ", ".join(f"{lang} {rate:.4f}" for rate, lang in some) + "; in all others less.")


def probe(rows: dict, p: np.ndarray, scaled: np.ndarray) -> str:
    y = rows["labels"][:, 0]
    lines = ["| language | rows | macro-F1 at .5 | harmful right | harmless right | AUROC |", "|---|---:|---:|---:|---:|---:|"]
    macros = []
    for lang in PROBED:
        at = rows["probe"] & (rows["langs"] == lang) & (y >= 0)
        hit, want = scaled[at, 0] >= 0.5, y[at] == 1
        f1 = lambda c: 2 * ((hit == c) & (want == c)).sum() / max(1, (hit == c).sum() + (want == c).sum())
        macros.append((f1(True) + f1(False)) / 2)
        lines.append(f"| {lang} | {at.sum()} | {macros[-1]:.3f} | {hit[want].mean():.3f} | {1 - hit[~want].mean():.3f} | {roc_auc_score(want, p[at, 0]):.3f} |")
    lines.append(f"\nMean macro-F1 of the ten beside English: {np.mean(macros[1:]):.3f}. By function, share right:")
    kinds = []
    for name in np.unique(rows["sources"][rows["probe"]]):
        at = rows["sources"] == name
        if (y[at] >= 0).all():
            kinds.append(f"{name[6:]} {((scaled[at, 0] >= 0.5) == (y[at] == 1)).mean():.2f}")
    return "\n".join(lines) + " " + ", ".join(kinds) + "."


def benign(rows: dict, scaled: np.ndarray) -> str:
    found = {}
    for lang in np.unique(rows["langs"]):
        at = benign_of(rows, rows["langs"] == lang, 0)
        if at.sum() >= 40:
            found[str(lang)] = float((scaled[at, 0] < 0.5).mean())
    below = sorted((v, l) for l, v in found.items() if v < 0.95)
    return (f"Benign text (rows of benign sources, {len(found)} languages, two folds): right on average {np.mean(list(found.values())):.3f}; "
            + ("below .95: " + ", ".join(f"{l} {v:.3f}" for v, l in below) if below else "none below .95") + ".")


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("folder", type=Path)
    for name in ("most", "benign", "speed", "training"):
        parser.add_argument("--" + name, required=True)
    args = parser.parse_args()
    rows = pickle.load(open(WORK / "scores.pkl", "rb"))
    rows["probe"] = np.char.startswith(rows["sources"], "probe:")
    p, scaled = folds(rows)
    facts = {"BASELINES": baselines(rows, p), "OTHER_LABELS": other_labels(rows, p), "UNKNOWN": unknown(args.folder), "PROBE": probe(rows, p, scaled), "BENIGN_FOLDS": benign(rows, scaled), "MOST": args.most,
             "BENIGN_MOST": args.benign, "SPEED": args.speed, "TRAINING": args.training,
             "ENCODER_MIB": round((args.folder / "onnx" / "model_quantized.onnx").stat().st_size / 2**20, 1)}
    (WORK / "facts.json").write_text(json.dumps(facts))
    print(*(facts[name] for name in ("BASELINES", "OTHER_LABELS", "PROBE", "BENIGN_FOLDS", "UNKNOWN")), sep="\n\n")


if __name__ == "__main__":
    main()
