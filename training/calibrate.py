"""Step 8. Weights of the two models, probability, thresholds and competence, per language and label.

    python calibrate.py ../models/polywarden-text

p = sigmoid(encoder * z_e + ngrams * z_n + b), a logistic fit per language and label, drawn towards the fit over all
languages where rows are few. Thresholds put benign text first. Figures in competence.json come from two folds: each
half is judged with what the other half taught. Writes calibration.json, competence.json, $PW_WORK/validation.jsonl.gz.
"""
import gzip
import json
import pickle
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from common import KEYS, LABELS, SEED, WORK, bucket, options

PRIOR_ROWS = 60.0
PROBE_WEIGHT = 2.0
# Sentences of news and phrase books are shorter and plainer than notes, so the limits leave room below 5 %.
MOST_BENIGN_FLAGGED = 0.009
UNSEEN_BENIGN_FLAGGED = 0.005
# A category names a fault and opens a finding, so it may err on benign text less often than the umbrella.
CATEGORY_SHARE = 0.35
# Where a category has next to no harmful rows its probability says little: only the far tail is flagged.
UNSEEN_CATEGORY_SHARE = 0.06
HARMFUL_SHARE = 0.5
SIGMOID = lambda z: 1 / (1 + np.exp(-z))
PROBED = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ar", "hi", "zh-Hans")


def fit(x: np.ndarray, y: np.ndarray, w: np.ndarray, prior: np.ndarray, strength: np.ndarray) -> np.ndarray:
    def loss(t):
        z = x @ t[:2] + t[2]
        value = np.sum(w * (np.logaddexp(0, z) - y * z)) + 0.5 * np.sum(strength * (t - prior) ** 2)
        d = w * (SIGMOID(z) - y)
        return value, np.array([*(x.T @ d), d.sum()]) + strength * (t - prior)
    return minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=[(0.05, 3), (0.05, 3), (-8, 8)]).x


def benign_of(rows: dict, at: np.ndarray, k: int) -> np.ndarray:
    """Benign text: of benign sources where there is enough, else whatever is labelled harmless."""
    zero = at & (rows["labels"][:, k] == 0) & ~rows["probe"]
    clean = zero & (np.char.find(rows["sources"], "benign") >= 0)
    return clean if clean.sum() >= 40 else zero


def tail(p: np.ndarray, share: float) -> float:
    """Above this lies `share` of benign text. Few rows make a poor quantile, so a normal tail of the log odds counts half."""
    z = np.log(np.clip(p, 1e-4, 1 - 1e-4) / (1 - np.clip(p, 1e-4, 1 - 1e-4)))
    seen, smooth = np.quantile(z, 1 - share), z.mean() + norm.ppf(1 - share) * z.std()
    return float(SIGMOID(seen if len(p) >= 400 else 0.5 * (seen + smooth)))


def threshold(p, y, benign_p, seen: bool, umbrella: bool) -> float:
    """The lowest threshold that benign text allows, unless harmful and harmless rows of equal weight ask for a higher one."""
    share_flagged = (MOST_BENIGN_FLAGGED if seen else UNSEEN_BENIGN_FLAGGED) * (1.0 if umbrella else CATEGORY_SHARE if seen else UNSEEN_CATEGORY_SHARE)
    limit = tail(benign_p, share_flagged) if len(benign_p) >= 25 else 0.3
    if not seen:
        return float(np.clip(limit, 0.06 if umbrella else 0.3, 0.97))
    best, at = -1.0, 0.5
    share = HARMFUL_SHARE
    for t in np.unique(np.quantile(p, np.linspace(0.02, 0.98, 97))):
        hit = p >= t
        tp, fp = share * hit[y == 1].mean(), (1 - share) * hit[y == 0].mean()
        fn, tn = share - tp, 1 - share - fp
        macro = tp / (2 * tp + fp + fn) + tn / (2 * tn + fp + fn)
        if macro > best:
            best, at = macro, t
    return float(np.clip(max(at, limit), 0.06 if umbrella else 0.15, 0.95))


def learn(rows: dict, use: np.ndarray) -> dict:
    out = {}
    for k, key in enumerate(KEYS):
        x = np.stack([rows["encoder"][:, k], rows["ngrams"][:, k]], 1)
        y, known = rows["labels"][:, k], rows["labels"][:, k] >= 0
        w = np.where(rows["probe"], PROBE_WEIGHT, np.maximum(0.5, rows["weights"]))
        at = use & known
        whole = fit(x[at], y[at], w[at], np.array([0.5, 0.5, -0.5]), np.array([1.0, 1.0, 0.1]))
        zeroes = benign_of(rows, use, k)
        p = SIGMOID(x @ whole[:2] + whole[2])
        out["*", key] = entry(whole, p[at & ~rows["probe"]], y[at & ~rows["probe"]], p[zeroes], True, k == 0)
        for lang in np.unique(rows["langs"][at]):
            mine = at & (rows["langs"] == lang)
            own = fit(x[mine], y[mine], w[mine], whole, np.array([PRIOR_ROWS, PRIOR_ROWS, PRIOR_ROWS / 12]))
            p = SIGMOID(x @ own[:2] + own[2])
            positives = int((y[mine & ~rows["probe"]] == 1).sum())
            zeroes = benign_of(rows, use & (rows["langs"] == lang), k)
            if len(p[zeroes]) < 25 and positives < 25:
                continue
            out[str(lang), key] = entry(own, p[mine], y[mine], p[zeroes], positives >= 25, k == 0)
        # A language that nobody measured is judged with a threshold that would do for three quarters of the others.
        others = [e["flag"] for (lang, name), e in out.items() if name == key and lang != "*"]
        if others:
            out["*", key]["flag"] = round(float(max(out["*", key]["flag"], np.quantile(others, 0.75))), 4)
    return out


def entry(t: np.ndarray, p: np.ndarray, y: np.ndarray, benign_p: np.ndarray, seen: bool, umbrella: bool) -> dict:
    flag = threshold(p, y, benign_p, seen, umbrella)
    scale = lambda v: 0.5 * v / flag if v < flag else 0.5 + 0.5 * (v - flag) / (1 - flag)
    sure = scale(max(flag, float(np.quantile(benign_p, 0.995)) if len(benign_p) >= 40 else 0.8, 0.6))
    clear = scale(min(flag * 0.6, float(np.quantile(p[y == 1], 0.05)))) if (y == 1).sum() >= 20 else 0.25
    r = lambda v: round(float(v), 4)
    return {"encoder": r(t[0]), "ngrams": r(t[1]), "b": r(t[2]), "flag": r(flag), "sure": r(min(0.98, max(0.6, sure))), "clear": r(min(0.45, clear))}


def apply(rows: dict, table: dict, at: np.ndarray):
    p, scaled = np.zeros((len(at), 8)), np.zeros((len(at), 8))
    for k, key in enumerate(KEYS):
        for lang in np.unique(rows["langs"][at]):
            mine = at & (rows["langs"] == lang)
            e = table.get((str(lang), key)) or table["*", key]
            v = SIGMOID(e["encoder"] * rows["encoder"][mine, k] + e["ngrams"] * rows["ngrams"][mine, k] + e["b"])
            p[mine, k] = v
            scaled[mine, k] = np.where(v < e["flag"], 0.5 * v / e["flag"], 0.5 + 0.5 * (v - e["flag"]) / (1 - e["flag"]))
    return p, scaled


def two_folds(rows: dict) -> tuple[np.ndarray, np.ndarray]:
    """`p` and the scaled score of every row, each half judged with what the other half taught."""
    fold = np.array([bucket("fold:" + t) < 50 for t in rows["texts"]])
    p, scaled = np.zeros((len(fold), 8)), np.zeros((len(fold), 8))
    for side in (fold, ~fold):
        got = apply(rows, learn(rows, ~side), side)
        p[side], scaled[side] = got[0][side], got[1][side]
    return p, scaled


def lower_auroc(y: np.ndarray, p: np.ndarray, rng) -> float:
    found = []
    for _ in range(100):
        pick = rng.integers(0, len(y), len(y))
        if 0 < y[pick].sum() < len(pick):
            found.append(roc_auc_score(y[pick], p[pick]))
    return float(np.quantile(found, 0.025))


def within_sources(sources: np.ndarray, y: np.ndarray, p: np.ndarray, rng) -> float | None:
    """Lower bound of AUROC on sources that hold both classes: elsewhere telling the sources apart looks like telling harm."""
    mixed = [s for s in np.unique(sources) if (y[sources == s] == 0).sum() >= 20 and (y[sources == s] == 1).sum() >= 20]
    at = np.isin(sources, mixed)
    return lower_auroc(y[at], p[at], rng) if (y[at] == 1).sum() >= 100 else None


def competence(rows: dict, scaled: np.ndarray) -> dict:
    rng = np.random.default_rng(SEED)
    out = {}
    for lang in np.unique(rows["langs"]):
        for k, key in enumerate(KEYS):
            at = (rows["langs"] == lang) & (rows["labels"][:, k] >= 0) & ~rows["probe"]
            y, p = rows["labels"][at, k], scaled[at, k]
            positives, negatives = int((y == 1).sum()), int((y == 0).sum())
            benign = scaled[benign_of(rows, rows["langs"] == lang, k), k]
            alarms = float((benign >= 0.5).mean()) if len(benign) else None
            fact = {"positives": positives, "negatives": negatives, "benignFalseAlarms": None if alarms is None else round(alarms, 4)}
            level = "none"
            if positives >= 20 and negatives >= 20:
                fact["auroc"], fact["aurocLow"] = round(float(roc_auc_score(y, p)), 4), round(lower_auroc(y, p, rng), 4)
                if fact["auroc"] >= 0.65:
                    level = "weak"
                within = within_sources(rows["sources"][at], y, p, rng)
                fact["aurocLowWithinSources"] = None if within is None else round(within, 4)
                enough = positives >= 200 and negatives >= 200 and within is not None and within >= 0.80
                if enough and fact["aurocLow"] >= 0.80 and alarms is not None and alarms <= 0.05:
                    level = "validated"
            out.setdefault(str(lang), {})[key] = {"level": level, **fact}
    return out


def report(rows: dict, p: np.ndarray, scaled: np.ndarray) -> None:
    y = rows["labels"][:, 0]
    aurocs = {}
    for lang in np.unique(rows["langs"]):
        at = (rows["langs"] == lang) & ~rows["probe"] & (y >= 0)
        if (y[at] == 1).sum() >= 25 and (y[at] == 0).sum() >= 25:
            aurocs[str(lang)] = roc_auc_score(y[at], p[at, 0])
    print("toxicity AUROC, mean of", len(aurocs), round(float(np.mean(list(aurocs.values()))), 4), {l: round(v, 3) for l, v in aurocs.items()})
    worst = {}
    for lang in np.unique(rows["langs"]):
        benign = benign_of(rows, rows["langs"] == lang, 0)
        if benign.sum() >= 80:
            worst[str(lang)] = float((scaled[benign, 0] < 0.5).mean())
    print("benign right: mean", round(float(np.mean(list(worst.values()))), 4), "worst", sorted(worst.items(), key=lambda x: x[1])[:8])
    for lang in PROBED:
        at = rows["probe"] & (rows["langs"] == lang) & (y >= 0)
        hit = scaled[at, 0] >= 0.5
        f1 = lambda c: 2 * ((hit == c) & (y[at] == c)).sum() / max(1, (hit == c).sum() + (y[at] == c).sum())
        print(f"probe {lang:8s} n {at.sum()} macro-F1 {(f1(1) + f1(0)) / 2:.3f} harmful {hit[y[at] == 1].mean():.2f} harmless {1 - hit[y[at] == 0].mean():.2f} AUROC {roc_auc_score(y[at], p[at, 0]):.3f}")
    print("by function", {str(s)[6:]: round(float(((scaled[m, 0] >= 0.5) == (y[m] == 1)).mean()), 2)
                          for s in np.unique(rows["sources"][rows["probe"]]) if (y[m := rows["sources"] == s] >= 0).all()})


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--version", default="1")
    args = parser.parse_args()
    rows = pickle.load(open(WORK / "scores.pkl", "rb"))
    rows["probe"] = np.char.startswith(rows["sources"], "probe:")
    p, scaled = two_folds(rows)
    report(rows, p, scaled)
    facts = competence(rows, scaled)
    table = learn(rows, np.ones(len(rows["texts"]), dtype=bool))
    languages = {}
    for (lang, key), e in table.items():
        languages.setdefault(lang, {})[key] = e
    (args.folder / "calibration.json").write_text(json.dumps({"version": args.version, "languages": languages}) + "\n")
    levels = {l: {k: f["level"] for k, f in found.items()} for l, found in facts.items()}
    count = Counter(v for found in levels.values() for v in found.values())
    validated = sorted(f"{l} {k}" for l, found in levels.items() for k, v in found.items() if v == "validated")
    (args.folder / "competence.json").write_text(json.dumps(
        {"rule": "validated: at least 200 validation rows of each class, lower bound of AUROC .80, benign false alarms at most 5 %; the bound holds on sources with both classes too, at least 100 harmful rows",
         "validatedPairs": len(validated), "languages": levels, "measured": facts}) + "\n")
    print("competence", dict(count), "validated pairs:", len(validated), validated)
    with gzip.open(WORK / "validation.jsonl.gz", "wt", encoding="utf-8") as file:
        for i in np.flatnonzero(~rows["probe"]):
            lang = str(rows["langs"][i])
            row = {"id": f"v{i}", "text": rows["texts"][i], "lang": lang, "source": str(rows["sources"][i]),
                   "labels": {n: int(v) for n, v in zip(LABELS, rows["labels"][i]) if v >= 0}}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
