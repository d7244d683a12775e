"""Trains the network of `src/stages/images/ocr/script-net.ts` on the lines of `scripts/draw-script-lines.ts`.

    python train.py LINES OUT.json --minutes 6

Weights are written as base64 of float32 in the order that the reader takes them. Every twentieth line is for validation.
"""

import argparse
import base64
import json
import struct
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

HEIGHT = 23
CLASSES = ["Latn", "Viet", "Cyrl", "Hans", "Hant", "Jpan", "Kore", "Arab", "Deva", "Thai", "None"]
WIDTHS = [48, 72, 112, 160, 240]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 8, 3, padding=1)
        self.c2 = nn.Conv2d(8, 16, 3, padding=1)
        self.c3 = nn.Conv2d(16, 32, 3, padding=1)
        self.out = nn.Linear(64, len(CLASSES))

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.c1(x)), 2)
        x = F.max_pool2d(F.relu(self.c2(x)), 2)
        x = F.relu(self.c3(x))
        return self.out(torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1))


def rows(path):
    data = open(path, "rb").read()
    at = 0
    while at < len(data):
        label, width = struct.unpack_from("<BH", data, at)
        px = np.frombuffer(data, np.uint8, HEIGHT * width, at + 3).reshape(HEIGHT, width)
        at += 3 + HEIGHT * width
        if width >= 12:
            yield label, 1 - px.astype(np.float32) / 255


def window(px, width, rng):
    if px.shape[1] > width:
        start = rng.integers(0, px.shape[1] - width + 1)
        return px[:, start : start + width]
    return np.pad(px, ((0, 0), (0, width - px.shape[1])))


def main():
    args = argparse.ArgumentParser()
    args.add_argument("lines")
    args.add_argument("out")
    args.add_argument("--minutes", type=float, default=6)
    args = args.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(1)
    rng = np.random.default_rng(1)
    everything = list(rows(args.lines))
    held = everything[::20]
    train = [row for i, row in enumerate(everything) if i % 20]
    by_class = [[px for label, px in train if label == c] for c in range(len(CLASSES))]
    print("lines", [len(c) for c in by_class], "held", len(held))
    net = Net()
    optimiser = torch.optim.AdamW(net.parameters(), lr=4e-3, weight_decay=1e-3)
    began, step = time.time(), 0
    while (share := (time.time() - began) / (args.minutes * 60)) < 1:
        for group in optimiser.param_groups:
            group["lr"] = 4e-3 * (1 - share) + 1e-5
        width = int(rng.choice(WIDTHS))
        labels = rng.integers(0, len(CLASSES), 64)
        batch = []
        for label in labels:
            px = by_class[label][rng.integers(len(by_class[label]))]
            for _ in range(4):
                if px.shape[1] >= width * 0.8:
                    break
                px = by_class[label][rng.integers(len(by_class[label]))]
            px = window(px, width, rng)
            px = np.roll(px, rng.integers(-1, 2), 0) * rng.uniform(0.75, 1) + rng.normal(0, rng.uniform(0, 0.04), px.shape)
            batch.append(np.clip(px, 0, 1).astype(np.float32))
        x = torch.from_numpy(np.stack(batch))[:, None]
        loss = F.cross_entropy(net(x), torch.from_numpy(labels), label_smoothing=0.03)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        step += 1
        if step % 300 == 0:
            print(step, round(time.time() - began), float(loss), accuracy(net, held)[0], flush=True)
    right, table = accuracy(net, held)
    print("held out", right)
    for name, row in zip(CLASSES, table):
        print(name, *row.astype(int))
    weights = {}
    for name in ["c1", "c2", "c3", "out"]:
        layer = getattr(net, name)
        for part, value in (("weight", layer.weight), ("bias", layer.bias)):
            flat = value.detach().numpy().astype("<f4").ravel()
            weights[f"{name}.{part}"] = base64.b64encode(flat.tobytes()).decode()
    with open(args.out, "w") as file:
        json.dump({"classes": CLASSES, "weights": weights}, file, indent=1)
        file.write("\n")


@torch.no_grad()
def accuracy(net, held):
    table = np.zeros((len(CLASSES), len(CLASSES)))
    for label, px in held:
        guess = net(torch.from_numpy(np.ascontiguousarray(px[:, :320]))[None, None]).argmax(1)
        table[label, int(guess)] += 1
    return table.trace() / table.sum(), table


main()
