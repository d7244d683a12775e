"""Trains the language model of Polywarden. One command, seeded:

    python training/language/train.py --data ../shared/data/train --out models/language/language.bin.gz
"""
from __future__ import annotations

import argparse
import gzip
import json
import struct
import time
from pathlib import Path

import numba as nb
import numpy as np

from corpus import GROUPS, Packed, add_grams, pack, words_of

SEED = 20261120
MAX_N = 5
BITS = {"Latn": 19, "Cyrl": 16, "Arab": 16, "Deva": 15, "Hani": 16, "Ethi": 13, "Hebr": 13}
# Pairs of (feature, language) that stay after pruning.
PAIRS = {"Latn": 1_350_000, "Cyrl": 150_000, "Arab": 60_000, "Deva": 40_000, "Hani": 60_000, "Ethi": 8_000, "Hebr": 8_000}
LARGE = set("en es fr pt id de tr vi it ru ar ur hi mr zh-Hans zh-Hant ja bn ta te ko".split())
MEDIUM = set("pl nl ro uk fa sv cs hu fi da nb tl sw hi-Latn".split())
SMALL = set("oc la eo br fo fy tk su gd nn qu ht ts tw gl ku bs jv af ug mk".split())
# Short samples per language and epoch; the share is the prior that decides between close relatives.
SHARE = {**dict.fromkeys(LARGE, 1.0), **dict.fromkeys(MEDIUM, 0.6), **dict.fromkeys(SMALL, 0.2), "ms": 0.3}
OTHERS = 0.35
# Japanese without any kana is rare.
JAPANESE_HAN_SHARE = 0.3
# Longer samples speak for themselves: there the small languages count nearly as much.
LEAST_SHARE = {"words": 0.0, "pairs": 0.25, "windows": 0.5, "sentences": 0.9}
# At least this part of a language's short samples comes from well-formed text, so that chat does not drown it.
CLEAN_MASS = 0.6
CALIBRATED_ON = {"tatoeba_benign", "ntrex_benign", "xcopa_benign", "afrisenti_benign", "hinglish_benign_hi", "roman_urdu_ur"}
PER_LANGUAGE = {"words": 24_000, "pairs": 10_000, "windows": 6_000, "sentences": 4_000}
# Samples that are n-grams of the eld package; more of them harm the small groups.
GRAMS = {"Latn": 45_000}
FEW_GRAMS = 12_000


@nb.njit(inline="always")
def mix(h, bits):
    h = np.uint32(h ^ (h >> np.uint32(15)))
    h = np.uint32(h * np.uint32(0x2C1B3C6D))
    h = np.uint32(h ^ (h >> np.uint32(13)))
    return np.int64(h >> np.uint32(32 - bits))


@nb.njit
def features(units, start, end, offsets, bits, out):
    """Hashed 1- to 5-grams and whole words of tokens start..end. Returns the count."""
    count = 0
    for token in range(start, end):
        a, b = offsets[token], offsets[token + 1]
        whole = np.uint32(0x9747B28C)
        for i in range(a, b):
            h = np.uint32(0x811C9DC5)
            whole = np.uint32(np.uint32(whole ^ np.uint32(units[i])) * np.uint32(0x01000193))
            for j in range(i, min(i + 5, b)):
                h = np.uint32(np.uint32(h ^ np.uint32(units[j])) * np.uint32(0x01000193))
                if j == i and units[i] == 95:
                    continue
                if count < out.size:
                    out[count] = mix(h, bits)
                    count += 1
        if count < out.size and b - a > 5:
            out[count] = mix(whole, bits)
            count += 1
    return count


@nb.njit
def train_pass(units, offsets, samples, order, W, A, mask, use_mask, bits, lr, drop, seed):
    np.random.seed(seed)
    L = W.shape[1]
    ids = np.empty(4000, np.int64)
    z = np.empty(L, np.float32)
    loss = 0.0
    for s in order:
        n0 = features(units, samples[s, 0], samples[s, 1], offsets, bits, ids)
        n = 0
        for k in range(n0):
            if np.random.random() >= drop:
                ids[n] = ids[k]
                n += 1
        if n == 0:
            continue
        y = samples[s, 2]
        scale = np.float32(1.0 / np.sqrt(n))
        z[:] = 0
        for k in range(n):
            f = ids[k]
            for l in range(L):
                z[l] += W[f, l]
        m = z[0] * scale
        for l in range(L):
            z[l] *= scale
            if z[l] > m:
                m = z[l]
        total = np.float32(0)
        for l in range(L):
            z[l] = np.exp(z[l] - m)
            total += z[l]
        square = np.float32(0)
        for l in range(L):
            z[l] = z[l] / total
            if l == y:
                loss -= np.log(max(z[l], np.float32(1e-9)))
                z[l] -= 1
            z[l] *= scale
            square += z[l] * z[l]
        for k in range(n):
            f = ids[k]
            A[f] += square
            step = np.float32(lr / np.sqrt(A[f] + 1e-3))
            if use_mask:
                for l in range(L):
                    if mask[f, l]:
                        W[f, l] -= step * z[l]
            else:
                for l in range(L):
                    W[f, l] -= step * z[l]
    return loss / max(1, len(order))


@nb.njit
def predict(units, offsets, samples, W, bits):
    L = W.shape[1]
    ids = np.empty(4000, np.int64)
    out = np.zeros((samples.shape[0], L), np.float32)
    for s in range(samples.shape[0]):
        n = features(units, samples[s, 0], samples[s, 1], offsets, bits, ids)
        for k in range(n):
            for l in range(L):
                out[s, l] += W[ids[k], l]
        if n:
            for l in range(L):
                out[s, l] /= np.sqrt(n)
    return out


@nb.njit
def count_features(units, offsets, samples, bits, size):
    counts = np.zeros(size, np.float32)
    ids = np.empty(4000, np.int64)
    for s in range(samples.shape[0]):
        n = features(units, samples[s, 0], samples[s, 1], offsets, bits, ids)
        for k in range(n):
            counts[ids[k]] += 1
    return counts


def draw(packed, sentences, rng) -> np.ndarray:
    """Fresh samples of one epoch: words (rare types raised), pairs, windows of 3 to 7 words, whole sentences."""
    words = np.array(packed.words, dtype=object)
    out = []
    for index, language in enumerate(packed.languages):
        mine = sentences[sentences[:, 2] == index]
        if not len(mine):
            continue
        tokens = np.concatenate([np.arange(a, b) for a, b in mine[:, :2]])
        lasts = np.repeat(mine[:, 1], mine[:, 1] - mine[:, 0])
        types, inverse, counts = np.unique(words[tokens].astype(str), return_inverse=True, return_counts=True)
        lengths = np.char.str_len(types)
        weight = (counts[inverse] ** -0.6) * np.where(lengths[inverse] >= 4, 1.0, 0.3)
        clean = np.repeat(mine[:, 3], mine[:, 1] - mine[:, 0]) == 1
        mass = weight[clean].sum() / weight.sum()
        if 0 < mass < CLEAN_MASS:
            weight[clean] *= CLEAN_MASS / mass
            weight[~clean] *= (1 - CLEAN_MASS) / (1 - mass)
        share = SHARE.get(language, OTHERS)
        if packed.group == "Hani":
            share = JAPANESE_HAN_SHARE if language == "ja" else 1.0
        sizes = {kind: int(size * max(share, LEAST_SHARE.get(kind, 0.0))) for kind, size in PER_LANGUAGE.items()}
        chosen = tokens[rng.choice(len(tokens), sizes["words"], p=weight / weight.sum())]
        out.append(np.stack([chosen, chosen + 1, np.full(len(chosen), index)], 1))
        flat = np.where(clean, CLEAN_MASS / max(1, clean.sum()), (1 - CLEAN_MASS) / max(1, (~clean).sum()))
        for kind, low, high in (("pairs", 2, 3), ("windows", 3, 8)):
            at = rng.choice(len(tokens), sizes[kind], p=flat / flat.sum())
            width = rng.integers(low, high, sizes[kind])
            ends = np.minimum(tokens[at] + width, lasts[at])
            out.append(np.stack([tokens[at], ends, np.full(len(at), index)], 1))
        ids, chances = packed.grams.get(language, ((), ()))
        if len(ids):
            chosen = rng.choice(np.array(ids), int(GRAMS.get(packed.group, FEW_GRAMS) * share), p=np.array(chances) / np.sum(chances))
            out.append(np.stack([chosen, chosen + 1, np.full(len(chosen), index)], 1))
        picked = mine[rng.integers(0, len(mine), sizes["sentences"])]
        out.append(np.stack([picked[:, 0], picked[:, 1], np.full(len(picked), index)], 1))
    return np.concatenate(out).astype(np.int64)


def train_group(packed, epochs: int, lr: float, drop: float):
    group, bits, rng = packed.group, BITS[packed.group], np.random.default_rng(SEED)
    units, offsets, sentences = packed.arrays()
    L, size = len(packed.languages), 1 << bits
    W, A = np.zeros((size, L), np.float32), np.zeros(size, np.float32)
    mask = np.ones((1, 1), np.bool_)
    counts = np.zeros(size, np.float32)
    for epoch in range(epochs):
        samples = draw(packed, sentences, rng)
        counts += count_features(units, offsets, samples, bits, size)
        order = rng.permutation(len(samples))
        began = time.time()
        loss = train_pass(units, offsets, samples, order, W, A, mask, False, bits, lr, drop, SEED + epoch)
        print(f"{group} epoch {epoch + 1}: {len(samples)} samples, loss {loss:.4f}, {time.time() - began:.0f} s", flush=True)
    W -= np.median(W, axis=1, keepdims=True)
    importance = np.abs(W) * np.sqrt(np.minimum(counts, 3000))[:, None]
    if PAIRS[group] < importance.size:
        floor = np.partition(importance.ravel(), importance.size - PAIRS[group])[importance.size - PAIRS[group]]
    else:
        floor = 0.0
    mask = (importance >= max(floor, 1e-6)) & (W != 0)
    W *= mask
    samples = draw(packed, sentences, rng)
    order = rng.permutation(len(samples))
    loss = train_pass(units, offsets, samples, order, W, A, mask, True, bits, lr, drop, SEED + 99)
    print(f"{group} pruned to {int(mask.sum())} pairs of {mask.size}, loss {loss:.4f}", flush=True)
    return W, mask


def fit_temperatures(languages: list[str], group: str, W: np.ndarray, aside: list[dict]) -> list[float]:
    """One divisor of the logits for one word, two, three to seven, more: the likeliest on rows kept aside."""
    rng, found = np.random.default_rng(SEED), []
    rows = [r for r in aside if r["lang"] in languages and r["source"] in CALIBRATED_ON]
    rows = [rows[i] for i in rng.permutation(len(rows))[:6000]]
    for low, high in ((1, 1), (2, 2), (3, 7), (8, 400)):
        kept = Packed(group)
        for row in rows:
            words = words_of(row["text"], group)
            if group == "Hani":
                words = [run[i : i + 4] for run in words for i in range(0, len(run), 4)]
            width = int(rng.integers(low, min(high, 30) + 1))
            if len(words) >= low:
                start = int(rng.integers(0, max(1, len(words) - width + 1)))
                kept.add(row["lang"], words[start : start + width], True)
        if not kept.sentences:
            found.append(1.0)
            continue
        units, offsets, samples = kept.arrays()
        z = predict(units, offsets, samples, W, BITS[group])
        gold = samples[:, 2]

        def loss(t):
            s = z / t
            s = s - s.max(1, keepdims=True)
            return -(s[np.arange(len(gold)), gold] - np.log(np.exp(s).sum(1))).mean()

        found.append(float(min(np.arange(0.3, 4.0, 0.05), key=loss)))
    print(f"{group} temperatures {[round(t, 2) for t in found]}", flush=True)
    return found


def write(path: Path, trained: dict) -> None:
    """gzip of: header JSON (length as uint32), then per group: a count byte per feature, languages, int8 weights."""
    header, blobs = {"version": 1, "groups": []}, []
    for group, (languages, W, mask, temperatures) in trained.items():
        scale = float(np.quantile(np.abs(W[mask]), 0.9995)) / 127
        quantised = np.clip(np.round(W / scale), -127, 127).astype(np.int8)
        keep = mask & (quantised != 0)
        rows, columns = np.nonzero(keep)
        blobs += [keep.sum(1).astype(np.uint8).tobytes(), columns.astype(np.uint8).tobytes(), quantised[keep].tobytes()]
        header["groups"].append(
            {"script": group, "bits": BITS[group], "bounded": group != "Hani", "languages": languages, "scale": scale, "temperatures": temperatures, "pairs": len(rows)}
        )
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(struct.pack("<I", len(text)) + text + b"".join(blobs), 9, mtime=0))
    print(f"{path}: {path.stat().st_size} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--leave-out", nargs="*", default=[], help="sources never trained, for a test on a new domain")
    parser.add_argument("--held-out", type=Path, help="where to write the rows kept aside")
    parser.add_argument("--everything", action="store_true", help="train on the held-out tenth as well (the shipped model)")
    parser.add_argument("--groups", nargs="*", default=list(GROUPS))
    parser.add_argument("--grams", type=Path, help="n-grams written by eld-grams.mjs")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--lr", type=float, default=0.6)
    parser.add_argument("--drop", type=float, default=0.15)
    options = parser.parse_args()
    packed, aside = pack(options.data, set(options.leave_out), options.everything)
    if options.held_out:
        options.held_out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in aside))
    print(f"{len(aside)} rows kept aside", flush=True)
    if options.grams:
        add_grams(packed, json.loads(options.grams.read_text()))
    trained = {}
    for group in options.groups:
        W, mask = train_group(packed[group], options.epochs, options.lr, options.drop)
        trained[group] = (packed[group].languages, W, mask, fit_temperatures(packed[group].languages, group, W, aside))
    write(options.out, trained)


if __name__ == "__main__":
    main()
