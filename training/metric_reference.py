"""What scikit-learn and numpy say of small made-up scores: the evaluator of `polywarden eval` is held to these values.

    python metric_reference.py > ../test/cli/eval/metric-reference.json

AUROC and AUPRC are scikit-learn's `roc_auc_score` and `average_precision_score`; precision, recall and F1 stand at a
threshold of .5; ECE is written out here over fifteen bins of equal width. Scores are rounded so that many are equal.
"""
import json

import numpy as np
import sklearn
from sklearn.metrics import average_precision_score, f1_score, precision_score, recall_score, roc_auc_score

from common import options

BINS = 15
THRESHOLD = 0.5


def ece(y: np.ndarray, p: np.ndarray) -> float:
    bins = np.minimum(BINS - 1, np.floor(p * BINS).astype(int))
    shares = [(bins == b).mean() * abs(p[bins == b].mean() - y[bins == b].mean()) for b in np.unique(bins)]
    return float(np.sum(shares))


def case(name: str, y: np.ndarray, p: np.ndarray) -> dict:
    flagged = (p >= THRESHOLD).astype(int)
    return {
        "name": name,
        "rows": [[float(score), int(label)] for score, label in zip(p, y)],
        "auroc": float(roc_auc_score(y, p)),
        "auprc": float(average_precision_score(y, p)),
        "f1": float(f1_score(y, flagged, zero_division=0)),
        "precision": float(precision_score(y, flagged, zero_division=1)),
        "recall": float(recall_score(y, flagged)),
        "ece": ece(y, p),
    }


def made(name: str, count: int, harmful: float, pull: float, digits: int, seed: int) -> dict:
    rng = np.random.default_rng(seed)
    y = (rng.random(count) < harmful).astype(int)
    y[:2] = [0, 1]
    p = np.clip(rng.normal(0.4 + pull * (y - 0.5), 0.2), 0, 1)
    return case(name, y, np.round(p, digits))


options(__doc__).parse_args()
cases = [
    made("good", 80, 0.5, 0.4, 3, 1),
    made("poor", 80, 0.4, 0.05, 2, 2),
    made("many equal scores", 90, 0.5, 0.3, 1, 3),
    made("few harmful", 120, 0.05, 0.3, 2, 4),
    made("few harmless", 60, 0.95, 0.2, 2, 5),
    made("the wrong way round", 50, 0.5, -0.4, 2, 6),
    case("all equal", np.array([0, 1, 1, 0, 1]), np.full(5, 0.5)),
    case("apart", np.array([0, 0, 1, 1]), np.array([0.0, 0.49, 0.5, 1.0])),
    case("nothing flagged", np.array([0, 1, 0]), np.array([0.1, 0.2, 0.3])),
]
print(json.dumps({"command": "python training/metric_reference.py", "scikit-learn": sklearn.__version__,
                  "numpy": np.__version__, "cases": cases}))
