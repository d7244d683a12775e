"""Step 7d. What the shipped model must beat, on the same rows: fastText and the smallest transformer, after `train.py --small`.

    python baselines.py

fastText: one model a label over the training rows whose label is known (it has no masked loss), 64 dimensions, words, word
pairs and character 2- to 5-grams, 5 rounds. The transformer: as `train.py --small` left it, in floats. Reads the texts of
$PW_WORK/scores.pkl and outside.pkl and leaves log odds of both for both in $PW_WORK/baselines.pkl.
"""
import os
import pickle
import re
import tempfile
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
import fasttext
import numpy as np
import torch
from tokenizers import Tokenizer

from common import LABELS, SEED, WORK, options
from encoder import SMALL, Body, logits_of
from score import windows
from train import BASELINE, unflatten

LINE_BREAKS = re.compile(r"\s+")
MOST_WINDOWS = 48


def line_of(text: str) -> str:
    return LINE_BREAKS.sub(" ", text.lower()).replace("__label__", " ").strip()


def fasttext_logits(texts: list[str]) -> np.ndarray:
    data = pickle.load(open(WORK / "rows.pkl", "rb"))
    train = np.flatnonzero(~data["validation"])
    lines = [line_of(data["texts"][i]) for i in train]
    labels = data["labels"][train]
    asked = [line_of(t) for t in texts]
    out = np.zeros((len(texts), len(LABELS)), dtype=np.float32)
    for k, name in enumerate(LABELS):
        started = time.time()
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            file.writelines(f"__label__{int(labels[i, k])} {lines[i]}\n" for i in np.random.default_rng(SEED).permutation(len(lines)) if labels[i, k] >= 0)
            file.flush()
            model = fasttext.train_supervised(file.name, dim=64, wordNgrams=2, minn=2, maxn=5, bucket=2_000_000, minCount=2, lr=0.3, epoch=5,
                                              thread=os.cpu_count(), seed=SEED, verbose=0)
        for i, line in enumerate(asked):
            p = {label: share for share, label in model.f.predict(line + "\n", 2, 0.0, "strict")}.get("__label__1", 0.0)
            out[i, k] = np.log(max(p, 1e-9) / max(1 - p, 1e-9))
        print(f"fastText {name}: {int((labels[:, k] >= 0).sum())} rows, {time.time() - started:.0f} s", flush=True)
    return out


def transformer_logits(texts: list[str]) -> np.ndarray:
    """The highest of overlapping windows, as in the stage."""
    found = torch.load(WORK / BASELINE.folder / "last.pt")
    body, table = Body(SMALL).eval(), found["table"]
    unflatten(body, found["master"])
    tok = Tokenizer.from_file(str(WORK / "tokenizer.json"))
    parts = [(i, part) for i, e in enumerate(tok.encode_batch(texts, add_special_tokens=False)) for part in windows(e.ids)[:MOST_WINDOWS]]
    out = np.full((len(texts), len(LABELS)), -np.inf, dtype=np.float32)
    np.maximum.at(out, [i for i, _ in parts], logits_of(body, table, [ids for _, ids in parts]))
    print(f"transformer: {sum(p.numel() for p in body.parameters()) + table.numel()} parameters", flush=True)
    return out


def main() -> None:
    options(__doc__).parse_args()
    sets = {name: pickle.load(open(WORK / f"{name}.pkl", "rb"))["texts"] for name in ("scores", "outside")}
    texts = [text for found in sets.values() for text in found]
    ways = {"fastText": fasttext_logits(texts), "small transformer": transformer_logits(texts)}
    out, at = {}, 0
    for name, found in sets.items():
        out[name] = {"texts": found} | {way: z[at:at + len(found)] for way, z in ways.items()}
        at += len(found)
    pickle.dump(out, open(WORK / "baselines.pkl", "wb"), protocol=4)


if __name__ == "__main__":
    main()
