"""Figures over scored rows: the same definitions as `polywarden eval`.

    python figures.py       prints AUROC by language for each model and their mean, and the probe by function
"""
import pickle

import numpy as np
from sklearn.metrics import roc_auc_score

from common import LABELS, WORK, options


def auroc(labels: np.ndarray, scores: np.ndarray) -> float | None:
    known = labels >= 0
    y = labels[known]
    return float(roc_auc_score(y, scores[known])) if 0 < y.sum() < len(y) else None


def by_language(rows: dict, z: np.ndarray, label: int, least: int = 25) -> dict[str, tuple[float, int, int]]:
    out = {}
    real = ~np.char.startswith(rows["sources"], "probe:")
    for lang in np.unique(rows["langs"]):
        at = real & (rows["langs"] == lang)
        y = rows["labels"][at, label]
        if (y == 1).sum() >= least and (y == 0).sum() >= least:
            out[str(lang)] = (auroc(y, z[at, label]), int((y == 1).sum()), int((y == 0).sum()))
    return out


def probe(rows: dict, z: np.ndarray, threshold: float = 0.0) -> dict[str, float]:
    out = {}
    for name in np.unique(rows["sources"]):
        if name.startswith("probe:"):
            at = rows["sources"] == name
            wanted = rows["labels"][at, 0]
            if (wanted >= 0).all():
                out[name[6:]] = float(((z[at, 0] > threshold) == (wanted == 1)).mean())
    return out


def main() -> None:
    options(__doc__).parse_args()
    rows = pickle.load(open(WORK / "scores.pkl", "rb"))
    candidates = {k: rows[k] for k in ("ngrams", "encoder") if k in rows}
    if len(candidates) == 2:
        for w in (0.3, 0.5, 0.7):
            candidates[f"mean {w}"] = w * rows["encoder"] + (1 - w) * rows["ngrams"]
    for name, z in candidates.items():
        found = by_language(rows, z, 0)
        mean = np.mean([a for a, _, _ in found.values()])
        print(f"{name:10s} toxic AUROC mean of {len(found)}: {mean:.4f}  " + " ".join(f"{l} {a:.3f}" for l, (a, _, _) in found.items()))
        for k in range(1, 8):
            f = by_language(rows, z, k)
            if f:
                print(f"   {LABELS[k]:11s} " + " ".join(f"{l} {a:.3f}({p})" for l, (a, p, _) in f.items()))
        at = np.char.startswith(rows["sources"], "probe:") & (rows["labels"][:, 0] >= 0)
        print("   probe AUROC", " ".join(f"{l} {auroc(rows['labels'][at & (rows['langs'] == l), 0], z[at & (rows['langs'] == l), 0]):.3f}"
              for l in ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ar", "hi", "zh-Hans")), {k: round(v, 2) for k, v in probe(rows, z).items()})


if __name__ == "__main__":
    main()
