"""Step 9a. Tables of the card that come from the two-fold scores: baselines side by side, the probe, and the tokenizer's unknown rates.

    python facts.py ../models/polywarden-text --most 2200 --benign 60

`--most` and `--benign` are those of step 7; the card names them.
"""
import json
import pickle
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

from calibrate import PROBED, apply, benign_of, learn, two_folds
from common import KEYS, SEED, WORK, options
from figures import by_language
from subwords import unknown_rates

RESAMPLES = 400


def lead(y: np.ndarray, ours: np.ndarray, theirs: np.ndarray, rng) -> tuple[float, float, float]:
    """How far ours lies above theirs in AUROC, with a paired bootstrap interval of 95 %."""
    found = []
    while len(found) < RESAMPLES:
        pick = rng.integers(0, len(y), len(y))
        if 0 < y[pick].sum() < len(y):
            found.append(roc_auc_score(y[pick], ours[pick]) - roc_auc_score(y[pick], theirs[pick]))
    return roc_auc_score(y, ours) - roc_auc_score(y, theirs), *np.quantile(found, (0.025, 0.975))


def ways_of(name: str, rows: dict) -> dict[str, np.ndarray]:
    """Logits of the baselines for the rows of scores.pkl or outside.pkl."""
    found = pickle.load(open(WORK / "baselines.pkl", "rb"))[name]
    assert found.pop("texts") == rows["texts"], f"baselines.py read another {name}.pkl: run it again"
    return found | {"n-grams alone": rows["ngrams"]}


def columns_of(ways: dict[str, np.ndarray], rows: dict, p: np.ndarray) -> dict[str, np.ndarray]:
    return ways | {"encoder alone": rows["encoder"], "shipped": p}


def baselines(rows: dict, ways: dict[str, np.ndarray], p: np.ndarray) -> str:
    """One table of everything by label and language, AUROC; the last column sets the shipped pair against the best baseline."""
    columns = columns_of(ways, rows, p)
    rng, pairs, below, close = np.random.default_rng(SEED), 0, [], 0
    lines = ["| label | language | harmful | harmless | majority | " + " | ".join(columns) + " | shipped above the best baseline [95 %] |",
             "|---|---|---:|---:|---:|" + "---:|" * len(columns) + "---|"]
    for k, key in enumerate(KEYS):
        tables = {name: by_language(rows, z, k) for name, z in columns.items()}
        for lang, (_, harmful, harmless) in tables["shipped"].items():
            best = max(ways, key=lambda name: tables[name][lang][0])
            at = (rows["langs"] == lang) & ~rows["probe"] & (rows["labels"][:, k] >= 0)
            gap, low, high = lead(rows["labels"][at, k], p[at, k], ways[best][at, k], rng)
            lines.append(f"| {key} | {lang} | {harmful} | {harmless} | .500 | " + " | ".join(f"{t[lang][0]:.3f}" for t in tables.values())
                         + f" | {gap:+.3f} [{low:+.3f}, {high:+.3f}] {best} |")
            pairs += 1
            close += low <= 0 <= high
            if gap < -0.0005:
                below.append(f"{lang} {key} ({best}, {gap:+.3f})")
        langs = list(tables["shipped"])
        if len(langs) > 1:
            lines.append(f"| **{key}** | mean of {len(langs)} | | | .500 | " + " | ".join(f"**{np.mean([t[l][0] for l in langs]):.4f}**" for t in tables.values()) + " | |")
    lines.append(f"\nOf {pairs} pairs the shipped model is below the best baseline in {len(below)}: {', '.join(below) or 'nowhere'}. "
                 f"In {close} of all pairs the interval holds zero: there the two cannot be told apart.")
    return "\n".join(lines)


def probe_baselines(rows: dict, ways: dict[str, np.ndarray], p: np.ndarray) -> str:
    """AUROC of toxicity on the probe: where the words are the same and only the meaning differs."""
    columns = columns_of(ways, rows, p)
    lines = ["| probe, AUROC | " + " | ".join(columns) + " |", "|---|" + "---:|" * len(columns)]
    cells = []
    for lang in PROBED:
        at = rows["probe"] & (rows["langs"] == lang) & (rows["labels"][:, 0] >= 0)
        cells.append([roc_auc_score(rows["labels"][at, 0], z[at, 0]) for z in columns.values()])
        lines.append(f"| {lang} | " + " | ".join(f"{c:.3f}" for c in cells[-1]) + " |")
    lines.append(f"| **mean of {len(cells)}** | " + " | ".join(f"**{c:.3f}**" for c in np.mean(cells, 0)) + " |")
    return "\n".join(lines)


def outside(rows: dict, table: dict) -> str:
    """Sources that nothing was trained, fitted or chosen on; calibration as shipped."""
    p, scaled = apply(rows, table, np.ones(len(rows["texts"]), dtype=bool))
    columns = columns_of(ways_of("outside", rows), rows, p)
    lines = ["| source, label | harmful | harmless | " + " | ".join(columns) + " | harmful right | harmless right |",
             "|---|---:|---:|" + "---:|" * (len(columns) + 2)]
    for source in np.unique(rows["sources"]):
        for k, key in enumerate(KEYS):
            at = (rows["sources"] == source) & (rows["labels"][:, k] >= 0)
            y, hit = rows["labels"][at, k] == 1, scaled[at, k] >= 0.5
            if y.sum() < 20:
                continue
            area = lambda z: f"{roc_auc_score(y, z[at, k]):.3f}" if (~y).sum() >= 20 else "-"
            share = lambda right: f"{right.mean():.3f}" if len(right) >= 20 else "-"
            cells = [area(z) for z in columns.values()] + [share(hit[y]), share(~hit[~y])]
            lines.append(f"| {source}, {key} | {y.sum()} | {(~y).sum()} | " + " | ".join(cells) + " |")
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
    for name in ("most", "benign"):
        parser.add_argument("--" + name, required=True)
    args = parser.parse_args()
    rows = pickle.load(open(WORK / "scores.pkl", "rb"))
    rows["probe"] = np.char.startswith(rows["sources"], "probe:")
    p, scaled = two_folds(rows)
    ways = ways_of("scores", rows)
    outside_rows = pickle.load(open(WORK / "outside.pkl", "rb"))
    facts = {"BASELINES": baselines(rows, ways, p), "PROBE_BASELINES": probe_baselines(rows, ways, p), "OUTSIDE": outside(outside_rows, learn(rows, np.ones(len(rows["texts"]), dtype=bool))), "UNKNOWN": unknown(args.folder), "PROBE": probe(rows, p, scaled), "BENIGN_FOLDS": benign(rows, scaled), "MOST": args.most,
             "BENIGN_MOST": args.benign,
             "ENCODER_MIB": round((args.folder / "onnx" / "model_quantized.onnx").stat().st_size / 2**20, 1)}
    (WORK / "facts.json").write_text(json.dumps(facts))
    print(*(facts[name] for name in ("BASELINES", "PROBE_BASELINES", "OUTSIDE", "PROBE", "BENIGN_FOLDS", "UNKNOWN")), sep="\n\n")


if __name__ == "__main__":
    main()
