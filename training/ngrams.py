"""Step 5. The n-gram model: hashed character and word n-grams, one logistic layer, eight labels.

    python ngrams.py            trains on the same mixture as the encoder, minutes on one core
    python ngrams.py --export   writes models/polywarden-ngrams (int8 table, one scale a label)

`src/stages/classify/ngrams.ts` reads the same features; test vectors for it are written beside the export.
"""
import json
import pickle
import sys
import time
import unicodedata
from pathlib import Path

import numba
import numpy as np
import regex

from common import KEYS, LABELS, SEED, WORK, options

BITS = 20
LONGEST = 5
MAX_POINTS = 1200
FNV, PRIME = np.uint32(2166136261), np.uint32(16777619)


def classes() -> np.ndarray:
    """0 gap, 1 letter, mark or number, 2 anything else."""
    table = np.full(0x110000, 2, dtype=np.uint8)
    text = "".join(chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF)
    for m in regex.finditer(r"[\p{L}\p{M}\p{N}]", text):
        table[ord(m.group())] = 1
    for m in regex.finditer(r"[\s\p{Z}\p{C}]", text):
        table[ord(m.group())] = 0
    return table


def points(text: str) -> np.ndarray:
    plain = unicodedata.normalize("NFKC", text).lower()[:MAX_POINTS]
    return np.frombuffer(plain.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


@numba.njit(cache=False)
def finish(h):
    # Products of two 32-bit numbers become 64-bit here: without the cast no other language would find the same row.
    h = np.uint32(h ^ (h >> np.uint32(15)))
    h = np.uint32(h * np.uint32(2246822507))
    return np.uint32(h ^ (h >> np.uint32(13)))


@numba.njit(cache=False)
def features(cp, kind, mask, out):
    """Character 2- to 5-grams inside whitespace tokens with edge marks, words, and pairs of words."""
    n, count, i = len(cp), 0, 0
    while i < n:
        if kind[cp[i]] == 0:
            i += 1
            continue
        j = i
        while j < n and kind[cp[j]] != 0:
            j += 1
        for s in range(i - 1, j):
            h = np.uint32(2166136261)
            for e in range(s, min(s + 5, j + 1)):
                c = np.uint32(60) if e == i - 1 else (np.uint32(62) if e == j else cp[e])
                h = np.uint32((h ^ c) * np.uint32(16777619))
                if e > s and count < len(out):
                    out[count] = finish(h) & mask
                    count += 1
        i = j
    last, i = np.uint32(0), 0
    while i < n:
        if kind[cp[i]] != 1:
            i += 1
            continue
        h = np.uint32(374761393)
        while i < n and kind[cp[i]] == 1:
            h = np.uint32((h ^ cp[i]) * np.uint32(16777619))
            i += 1
        if count + 2 < len(out):
            out[count] = finish(h) & mask
            count += 1
            if last != 0:
                out[count] = finish(np.uint32((last * np.uint32(31)) ^ h)) & mask
                count += 1
        last = h
    return count


@numba.njit(cache=False)
def score_one(idx, count, w, bias, z):
    inv = 1.0 / np.sqrt(max(1, count))
    for k in range(8):
        z[k] = 0.0
    for a in range(count):
        row = w[idx[a]]
        for k in range(8):
            z[k] += row[k]
    for k in range(8):
        z[k] = z[k] * inv + bias[k]
    return inv


@numba.njit(cache=False)
def epoch(all_cp, starts, order, labels, weights, kind, mask, w, g2, bias, gb, rate):
    idx = np.empty(8192, dtype=np.uint32)
    z = np.empty(8, dtype=np.float32)
    g = np.empty(8, dtype=np.float32)
    loss = 0.0
    for t in order:
        cp = all_cp[starts[t]:starts[t + 1]]
        count = features(cp, kind, mask, idx)
        if count == 0:
            continue
        inv = score_one(idx, count, w, bias, z)
        for k in range(8):
            y = labels[t, k]
            if y < 0:
                g[k] = 0.0
                continue
            p = 1.0 / (1.0 + np.exp(-z[k]))
            g[k] = (p - (0.02 + 0.96 * y)) * weights[t]
            gb[k] += g[k] * g[k]
            bias[k] -= rate * g[k] / np.sqrt(gb[k])
            if k == 0:
                loss -= np.log(p + 1e-7) * y + np.log(1 - p + 1e-7) * (1 - y)
        for a in range(count):
            row, acc = w[idx[a]], g2[idx[a]]
            for k in range(8):
                d = g[k] * inv
                if d != 0.0:
                    acc[k] += d * d
                    row[k] -= rate * d / np.sqrt(acc[k])
    return loss / len(order)


@numba.njit(cache=False)
def predict(all_cp, starts, kind, mask, w, bias):
    n = len(starts) - 1
    out = np.empty((n, 8), dtype=np.float32)
    idx = np.empty(8192, dtype=np.uint32)
    for t in range(n):
        count = features(all_cp[starts[t]:starts[t + 1]], kind, mask, idx)
        score_one(idx, count, w, bias, out[t])
    return out


def pack(texts: list[str]):
    parts = [points(t) for t in texts]
    starts = np.zeros(len(parts) + 1, dtype=np.int64)
    np.cumsum([len(p) for p in parts], out=starts[1:])
    return np.concatenate(parts), starts


# A linear model learns bias against groups first, so it sees more of the templates than the encoder does.
EXTRA = (("templates", 0.24), ("terms", 0.13), ("swapped", 0.07))


def mixture_rows():
    """Every training row once, since this model has time for all of them, and a share of made-up rows beside."""
    import augment
    from batches import Mixture
    mixture = Mixture(SEED + 5, boosted=False)
    labelled = np.flatnonzero((mixture.labels >= 0).any(1))
    rate = np.clip(np.sqrt(mixture.probability * len(mixture.texts)), 0.3, 2.0)
    items = []
    for i in labelled:
        text, lang = mixture.texts[i], mixture.langs[i]
        if mixture.rng.random() < 0.12:
            text = augment.cloak(text, lang, mixture.rng)
        items.append((text, mixture.labels[i], mixture.weights[i] * rate[i]))
    for name, part in EXTRA:
        items += list(getattr(mixture, "from_" + name)(int(len(labelled) * part)))
    return [t for t, _, _ in items], np.stack([y for _, y, _ in items]), np.array([w for _, _, w in items], dtype=np.float32)


def train(rounds: int) -> None:
    texts, labels, weights = mixture_rows()
    kind, mask = classes(), np.uint32(2 ** BITS - 1)
    all_cp, starts = pack(texts)
    w = np.zeros((2 ** BITS, 8), dtype=np.float32)
    g2 = np.full((2 ** BITS, 8), 1e-4, dtype=np.float32)
    bias, gb = np.full(8, -1.0, dtype=np.float32), np.full(8, 1.0, dtype=np.float32)
    rng = np.random.default_rng(SEED)
    for r in range(rounds):
        started = time.time()
        loss = epoch(all_cp, starts, rng.permutation(len(texts)), labels, weights, kind, mask, w, g2, bias, gb, np.float32(0.25 * (1 - r / rounds)))
        print(f"round {r} loss {loss:.4f} {time.time() - started:.0f}s", flush=True)
    pickle.dump((w, bias), open(WORK / "ngrams.pkl", "wb"), protocol=4)


def quantise(w: np.ndarray):
    scale = np.array([np.quantile(np.abs(w[:, k][w[:, k] != 0]), 0.9995) if (w[:, k] != 0).any() else 1.0 for k in range(8)]) / 127
    return np.clip(np.round(w / scale), -127, 127).astype(np.int8), scale.astype(np.float32)


def export(folder: Path) -> None:
    w, bias = pickle.load(open(WORK / "ngrams.pkl", "rb"))
    q, scale = quantise(w)
    folder.mkdir(parents=True, exist_ok=True)
    q.tofile(folder / "weights.bin")
    samples = ["You are such a good friend", "halt die Klappe, du Versager!", "这个蛋糕好吃到要命", "ＦＲＥＥ pr1ze 🎁 http://x.example", "أنت صديق طيب", "ha\u200bha 3x", "", "İstanbul'da ΣΊΣΥΦΟΣ"]
    kind, mask = classes(), np.uint32(2 ** BITS - 1)
    cp, starts = pack(samples)
    logits = predict(cp, starts, kind, mask, q.astype(np.float32) * scale, bias)
    config = {"bits": BITS, "keys": KEYS, "maxPoints": MAX_POINTS, "scale": [float(x) for x in scale], "bias": [float(x) for x in bias],
              "samples": [{"text": t, "logits": [round(float(v), 4) for v in z]} for t, z in zip(samples, logits)]}
    (folder / "config.json").write_text(json.dumps(config, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print("exported", folder, q.nbytes)


if __name__ == "__main__":
    parser = options(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--export", type=Path)
    args = parser.parse_args()
    if args.export:
        export(args.export)
    else:
        train(args.rounds)
