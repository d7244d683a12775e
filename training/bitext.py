"""Step 2. Find which sentences of the parallel sources say the same thing, and a word list from them.

    python bitext.py

The data folder holds parallel sentences (NTREX) without their sentence numbers. Names and digits seed a
first matching with English; word co-occurrence in the matched pairs scores the next round. Only training rows are
read. Writes $PW_WORK/bitext.pkl: pairs (language, foreign text, English text) and per language a word list.
"""
import pickle
import re
from collections import defaultdict

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.preprocessing import normalize
from unidecode import unidecode

from common import WORK, options

UNSPACED = {"zh-Hans", "zh-Hant", "ja", "th", "km", "lo", "my"}
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?", re.UNICODE)
ROUNDS = 6


def words(text: str, lang: str) -> list[str]:
    found = [w.lower() for w in WORD.findall(text)]
    if lang not in UNSPACED:
        return found
    out = []
    for run in found:
        if run.isascii():
            out.append(run)
        else:
            out += [run[i:i + n] for n in (2, 3) for i in range(len(run) - n + 1)]
    return out


def mutual(score: np.ndarray, margin: float) -> list[tuple[int, int]]:
    best_row, best_col = score.argmax(1), score.argmax(0)
    pairs = []
    for i, j in enumerate(best_row):
        if best_col[j] != i:
            continue
        second = np.partition(score[i], -2)[-2] if score.shape[1] > 1 else 0.0
        if score[i, j] > 0.02 and score[i, j] > second * margin:
            pairs.append((i, int(j)))
    return pairs


def lexicon(foreign: sp.csr_matrix, english: sp.csr_matrix, pairs) -> sp.csr_matrix:
    rows, cols = zip(*pairs)
    f, e = foreign[list(rows)], english[list(cols)]
    both = (f.T @ e).tocoo()
    nf, ne = np.asarray(f.sum(0)).ravel(), np.asarray(e.sum(0)).ravel()
    dice = 2 * both.data / (nf[both.row] + ne[both.col])
    # Seen together once or twice proves little: shrink towards nothing.
    dice *= both.data / (both.data + 1.5)
    keep = (dice > 0.1) & (both.data >= 2)
    return sp.csr_matrix((dice[keep] ** 1.5, (both.row[keep], both.col[keep])), shape=both.shape)


def seed_scores(foreign: list[str], english: list[str]) -> np.ndarray:
    view = lambda t: " ".join(WORD.findall(unidecode(t).lower()))
    grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(4, 5), min_df=1, max_df=0.05, sublinear_tf=True)
    f, e = [view(t) for t in foreign], [view(t) for t in english]
    grams.fit(f + e)
    score = (grams.transform(f) @ grams.transform(e).T).toarray()
    digits = TfidfVectorizer(token_pattern=r"\d+", max_df=0.1)
    try:
        digits.fit(e)
        score += 0.7 * (digits.transform(f) @ digits.transform(e).T).toarray()
    except ValueError:
        pass
    lf = np.log([len(t) + 1 for t in foreign]); le = np.log([len(t) + 1 for t in english])
    gap = (lf - np.median(lf))[:, None] - (le - np.median(le))[None, :]
    return (score * np.exp(-2.0 * gap ** 2)).astype(np.float32)


def align(lang: str, foreign: list[str], english: list[str]):
    counter = lambda l: CountVectorizer(analyzer=lambda t: words(t, l), binary=True, min_df=2)
    fv, ev = counter(lang), counter("en")
    f, e = fv.fit_transform(foreign).astype(np.float32), ev.fit_transform(english).astype(np.float32)
    idf = lambda m: np.log(m.shape[0] / (1 + np.asarray(m.sum(0)).ravel()))
    fi, ei = f.multiply(idf(f)).tocsr(), normalize(e.multiply(idf(e)).tocsr())
    seed = seed_scores(foreign, english)
    pairs = mutual(seed, 1.25)
    table = None
    for turn in range(ROUNDS):
        if len(pairs) < 20:
            return [], {}
        table = lexicon(f, e, pairs)
        score = (normalize(fi @ table) @ ei.T).toarray() + 0.6 * seed
        pairs = mutual(score, 1.15 if turn < ROUNDS - 1 else 1.3)
    fw, ew = fv.get_feature_names_out(), ev.get_feature_names_out()
    entries = defaultdict(list)
    coo = table.tocoo()
    for i, j, v in zip(coo.row, coo.col, coo.data):
        entries[fw[i]].append((ew[j], float(v)))
    top = {w: sorted(c, key=lambda x: -x[1])[:4] for w, c in entries.items()}
    return [(lang, foreign[i], english[j]) for i, j in pairs], top


def main() -> None:
    options(__doc__).parse_args()
    rows = pickle.load(open(WORK / "rows.pkl", "rb"))
    by = defaultdict(list)
    for text, lang, source, held in zip(rows["texts"], rows["langs"], rows["sources"], rows["validation"]):
        # Tatoeba's sentences are too short and alike to be matched without numbers.
        if source == "ntrex_benign" and not held:
            by[lang].append(text)
    pairs, lists = [], {}
    for lang in sorted(set(by) - {"en"}):
        got, found = align(lang, by[lang], by["en"])
        pairs += got
        lists[lang] = found
        print(f"{lang:8s} matched {len(got)} of {len(by[lang])}  words {len(found)}", flush=True)
    pickle.dump({"pairs": pairs, "lists": lists}, open(WORK / "bitext.pkl", "wb"), protocol=4)
    print("pairs", len(pairs))


if __name__ == "__main__":
    main()
