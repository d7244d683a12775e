"""Step 7. Logits of both models on validation rows and on the probe, kept for calibration and for the card.

    python score.py ../models

Long texts are read in overlapping windows and keep the highest logit, as in the stage. Benign-only languages are capped
at 500 rows, all others at 4,000.
"""
import os
import pickle
from collections import defaultdict
from multiprocessing import Pool
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
from tokenizers import Tokenizer

import templates
from batches import as_vector
from common import SEED, WORK, options
from ngrams import BITS, classes, pack, predict
from session import session

PIECES, OVERLAP = 86, 20


def starts_of(count: int, pieces: int, overlap: int) -> range:
    """Where the windows of a text of `count` pieces begin; the last one reaches its end."""
    return range(0, max(1, count - overlap), pieces - overlap)


def windows(ids: list[int]) -> list[list[int]]:
    return [[2, *ids[start:start + PIECES], 3] for start in starts_of(len(ids), PIECES, OVERLAP)]


def read_part(job: tuple[Path, list[str]]) -> np.ndarray:
    path, texts = job
    tok = Tokenizer.from_file(str(path / "tokenizer.json"))
    run = session(str(path / "onnx" / "model_quantized.onnx"))
    out = np.zeros((len(texts), 8), dtype=np.float32)
    for i, encoded in enumerate(tok.encode_batch(texts, add_special_tokens=False)):
        best = None
        for part in windows(encoded.ids)[:48]:
            ids = np.array([part], dtype=np.int64)
            z = run.run(["logits"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]
            best = z if best is None else np.maximum(best, z)
        out[i] = best
    return out


def encoder_logits(path: Path, texts: list[str], workers: int = 2) -> np.ndarray:
    with Pool(workers) as pool:
        parts = pool.map(read_part, [(path, texts[i::workers]) for i in range(workers)])
    out = np.zeros((len(texts), 8), dtype=np.float32)
    for i, part in enumerate(parts):
        out[i::workers] = part
    return out


def ngram_logits(path: Path, texts: list[str]) -> np.ndarray:
    import json
    config = json.loads((path / "config.json").read_text())
    table = np.fromfile(path / "weights.bin", dtype=np.int8).reshape(-1, 8).astype(np.float32) * np.array(config["scale"], dtype=np.float32)
    cp, starts = pack(texts)
    return predict(cp, starts, classes(), np.uint32(2 ** BITS - 1), table, np.array(config["bias"], dtype=np.float32))


def chosen(most: int, benign: int) -> dict:
    rows = pickle.load(open(WORK / "rows.pkl", "rb"))
    rng = np.random.default_rng(SEED)
    held = np.flatnonzero(rows["validation"] & (rows["labels"] >= 0).any(1))
    by = defaultdict(list)
    for i in rng.permutation(held):
        by[rows["langs"][i]].append(i)
    pick = []
    for lang, found in sorted(by.items()):
        harmful = any((rows["labels"][i] == 1).any() for i in found)
        kind = [i for i in found if "benign" in rows["sources"][i]]
        pick += list(dict.fromkeys(found[:most] + kind[:250])) if harmful else found[:benign]
    probe = templates.rows("probe")
    texts = [rows["texts"][i] for i in pick] + [t for t, _, _, _ in probe]
    langs = [rows["langs"][i] for i in pick] + [l for _, l, _, _ in probe]
    sources = [rows["sources"][i] for i in pick] + ["probe:" + f for _, _, _, f in probe]
    labels = np.concatenate([rows["labels"][pick].astype(np.float32), np.stack([as_vector(l) for _, _, l, _ in probe])])
    weights = np.concatenate([rows["weights"][pick], np.ones(len(probe), dtype=np.float32)])
    return {"texts": texts, "langs": np.array(langs), "sources": np.array(sources), "labels": labels, "weights": weights}


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("models", type=Path)
    parser.add_argument("--only-ngrams", action="store_true")
    parser.add_argument("--most", type=int, default=4000)
    parser.add_argument("--benign", type=int, default=500)
    args = parser.parse_args()
    out = chosen(args.most, args.benign)
    out["ngrams"] = ngram_logits(args.models / "polywarden-ngrams", out["texts"])
    if not args.only_ngrams:
        out["encoder"] = encoder_logits(args.models / "polywarden-text", out["texts"])
    pickle.dump(out, open(WORK / "scores.pkl", "wb"), protocol=4)
    print("scored", len(out["texts"]))


if __name__ == "__main__":
    main()
