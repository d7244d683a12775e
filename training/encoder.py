"""The encoder: MiniLM's body under a wider table of pieces, mean and max pooling, eight heads.

Attention is written out because torch's fused kernel is several times slower than plain matrix products on a CPU in bf16.
"""
from __future__ import annotations

import os
import pickle
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from batches import pad
from common import LABELS, SEED, WORK

POSITIONS = 160


@dataclass(frozen=True)
class Shape:
    width: int
    layers: int
    heads: int
    inner: int


SHIPPED = Shape(width=384, layers=6, heads=12, inner=1536)
# The smallest transformer among the baselines.
SMALL = Shape(width=192, layers=3, heads=6, inner=768)


class Layer(torch.nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.qkv = torch.nn.Linear(shape.width, 3 * shape.width)
        self.out = torch.nn.Linear(shape.width, shape.width)
        self.norm1 = torch.nn.LayerNorm(shape.width, eps=1e-12)
        self.up = torch.nn.Linear(shape.width, shape.inner)
        self.down = torch.nn.Linear(shape.inner, shape.width)
        self.norm2 = torch.nn.LayerNorm(shape.width, eps=1e-12)

    def forward(self, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        b, t, width = x.shape
        part = width // self.heads
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, part).permute(2, 0, 3, 1, 4)
        weight = ((q * part ** -0.5) @ k.transpose(-1, -2) + bias).softmax(-1)
        attended = self.out((weight @ v).transpose(1, 2).reshape(b, t, width))
        x = self.norm1(x + attended)
        return self.norm2(x + self.down(F.gelu(self.up(x))))


class Body(torch.nn.Module):
    """Everything but the table of pieces, which is kept apart because only a few of its rows change per step."""

    def __init__(self, shape: Shape = SHIPPED) -> None:
        super().__init__()
        self.positions = torch.nn.Parameter(torch.zeros(POSITIONS, shape.width))
        self.norm = torch.nn.LayerNorm(shape.width, eps=1e-12)
        self.layers = torch.nn.ModuleList([Layer(shape) for _ in range(shape.layers)])
        self.head = torch.nn.Linear(2 * shape.width, len(LABELS))
        self.meaning = torch.nn.Linear(shape.width, shape.width)

    def forward(self, embedded: torch.Tensor, mask: torch.Tensor, drop: float = 0.1):
        t = embedded.shape[1]
        x = self.norm(embedded + self.positions[:t])
        kept = mask.to(x.dtype)
        bias = ((1.0 - kept) * -10000.0)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, bias)
        kept = kept[:, :, None]
        mean = (x * kept).sum(1) / kept.sum(1)
        top = (x + (kept - 1.0) * 10000.0).amax(1)
        pooled = torch.cat([mean, top], -1)
        return self.head(F.dropout(pooled, drop, self.training)), mean


def logits_of(body: Body, table: torch.Tensor, ids: list[list[int]]) -> np.ndarray:
    """Logits of every row of pieces, 64 of nearly equal length at a time."""
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    out = np.zeros((len(ids), len(LABELS)), dtype=np.float32)
    with torch.no_grad():
        for at in range(0, len(order), 64):
            group = order[at:at + 64]
            batch = torch.from_numpy(pad([ids[i] for i in group]))
            out[group] = body(table[batch], batch != 0, 0.0)[0].float().numpy()
    return out


def minilm() -> dict[str, torch.Tensor]:
    return {k: torch.from_numpy(v) for k, v in load_file(str(Path(os.environ["MINILM"]) / "model.safetensors")).items()}


def pretrained_body(weights: dict[str, torch.Tensor]) -> Body:
    torch.manual_seed(SEED)
    body, width = Body(), SHIPPED.width
    name = {k.removeprefix("bert."): v for k, v in weights.items()}
    with torch.no_grad():
        body.positions.copy_(name["embeddings.position_embeddings.weight"][:POSITIONS]
                             + name["embeddings.token_type_embeddings.weight"][0])
        copy = lambda module, key: (module.weight.copy_(name[key + ".weight"]), module.bias.copy_(name[key + ".bias"]))
        copy(body.norm, "embeddings.LayerNorm")
        for i, layer in enumerate(body.layers):
            at = f"encoder.layer.{i}."
            for n, part in enumerate(("query", "key", "value")):
                layer.qkv.weight[n * width:(n + 1) * width] = name[f"{at}attention.self.{part}.weight"]
                layer.qkv.bias[n * width:(n + 1) * width] = name[f"{at}attention.self.{part}.bias"]
            copy(layer.out, at + "attention.output.dense")
            copy(layer.norm1, at + "attention.output.LayerNorm")
            copy(layer.up, at + "intermediate.dense")
            copy(layer.down, at + "output.dense")
            copy(layer.norm2, at + "output.LayerNorm")
        torch.nn.init.eye_(body.meaning.weight)
        torch.nn.init.zeros_(body.meaning.bias)
        torch.nn.init.normal_(body.head.weight, std=0.02)
        body.head.bias.fill_(-2.0)
    return body


def random_start(shape: Shape, pieces: int) -> tuple[Body, torch.Tensor]:
    """Nothing known beforehand: body and table of pieces of this shape."""
    torch.manual_seed(SEED)
    body = Body(shape)
    for module in body.modules():
        if isinstance(module, torch.nn.Linear):
            torch.nn.init.normal_(module.weight, std=0.02)
            torch.nn.init.zeros_(module.bias)
    torch.nn.init.normal_(body.positions, std=0.02)
    with torch.no_grad():
        body.head.bias.fill_(-2.0)
    return body, torch.randn(pieces, shape.width) * 0.05


def piece_table(weights: dict[str, torch.Tensor], tok: Tokenizer, note=print) -> torch.Tensor:
    """MiniLM's rows where the piece is its own; else the mean of the English words it was matched with; else noise."""
    old = next(v for k, v in weights.items() if k.endswith("word_embeddings.weight"))
    rows = pickle.load(open(WORK / "pieces.pkl", "rb"))
    lists = pickle.load(open(WORK / "bitext.pkl", "rb"))["lists"]
    english = Tokenizer.from_file(str(Path(os.environ["MINILM"]) / "tokenizer.json"))
    english.no_padding(); english.no_truncation()
    generator = torch.Generator().manual_seed(SEED)
    vocab = tok.get_vocab()
    table = old.mean(0) + torch.randn(len(vocab), SHIPPED.width, generator=generator) * old.std(0) * 0.6
    for special, row in (("[PAD]", 0), ("[UNK]", 100), ("[CLS]", 101), ("[SEP]", 102)):
        table[vocab[special]] = old[row]
    meaning: dict[str, torch.Tensor] = {}

    def of(word: str) -> torch.Tensor:
        if word not in meaning:
            meaning[word] = old[english.encode(word, add_special_tokens=False).ids or [100]].mean(0)
        return meaning[word]

    total, weight = torch.zeros(len(vocab), SHIPPED.width), torch.zeros(len(vocab))
    for found in lists.values():
        for word, guesses in found.items():
            mass = sum(w for _, w in guesses)
            vector = sum(of(e) * w for e, w in guesses) / mass
            ids = tok.encode(word, add_special_tokens=False).ids
            for i in ids:
                share = mass / len(ids) ** 2
                total[i] += vector * share
                weight[i] += share
    matched = own = 0
    for piece, i in vocab.items():
        if rows.get(piece) is not None:
            table[i] = old[rows[piece]]
            own += 1
        elif weight[i] > 0.05:
            table[i] = 0.75 * total[i] / weight[i] + 0.25 * table[i]
            matched += 1
    note(f"table: {own} pieces from MiniLM, {matched} from matched words, of {len(vocab)}")
    return table


def freeze_rows_int8(table: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    scale = table.abs().amax(1, keepdim=True).clamp_min(1e-8) / 127.0
    return torch.clamp((table / scale).round(), -127, 127).to(torch.int8), scale
