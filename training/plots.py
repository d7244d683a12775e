"""Step 10, optional. Two small plots for the card: reliability of p, and precision against recall by language.

    python plots.py ../models/polywarden-text     (needs matplotlib)
"""
import json
import pickle
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import precision_recall_curve

from calibrate import apply
from common import WORK, options

# The same figures make the same files.
NO_DATE = {"Date": None}


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    rows = pickle.load(open(WORK / "scores.pkl", "rb"))
    languages = json.loads((folder / "calibration.json").read_text())["languages"]
    table = {(lang, key): head for lang, heads in languages.items() for key, head in heads.items()}
    real = ~np.char.startswith(rows["sources"], "probe:")
    p, _ = apply(rows, table, np.ones(len(rows["langs"]), dtype=bool))
    y = rows["labels"][:, 0]
    at = real & (y >= 0)
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "polywarden", "font.size": 8})
    fig, ax = plt.subplots(figsize=(3.6, 3.4))
    edges = np.linspace(0, 1, 11)
    for name, mask in (("all languages", at), ("en", at & (rows["langs"] == "en")), ("ko", at & (rows["langs"] == "ko")), ("de", at & (rows["langs"] == "de"))):
        place = np.clip(np.digitize(p[mask, 0], edges) - 1, 0, 9)
        bins = [b for b in range(10) if (place == b).sum() >= 15]
        ax.plot([p[mask, 0][place == b].mean() for b in bins], [y[mask][place == b].mean() for b in bins], marker="o", ms=3, lw=1, label=name)
    ax.plot([0, 1], [0, 1], color="grey", lw=0.6)
    ax.set(xlabel="p of toxicity", ylabel="share that is harmful", title="Reliability on validation rows")
    ax.legend(frameon=False)
    fig.tight_layout()
    fig.savefig(folder / "reliability.svg", metadata=NO_DATE)
    fig, ax = plt.subplots(figsize=(4.6, 3.6))
    for lang in sorted(set(rows["langs"])):
        mask = at & (rows["langs"] == lang)
        if (y[mask] == 1).sum() >= 40 and (y[mask] == 0).sum() >= 40:
            precision, recall, _ = precision_recall_curve(y[mask], p[mask, 0])
            step = max(1, len(recall) // 60)
            style = ("-", "--", ":")[len(ax.lines) // 8 % 3]
            ax.plot(recall[::step], precision[::step], lw=0.9, ls=style, color=f"C{len(ax.lines) % 8}", label=lang)
    ax.set(xlabel="recall", ylabel="precision", title="Toxicity by language, validation rows", ylim=(0, 1.02))
    ax.legend(frameon=False, ncol=2, fontsize=6, loc="lower left")
    fig.tight_layout()
    fig.savefig(folder / "precision-recall.svg", metadata=NO_DATE)


if __name__ == "__main__":
    main()
