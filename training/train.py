"""Step 4. Train the encoder for a given number of minutes on a few cores; with --small, the smallest transformer of the baselines.

    python train.py --minutes 70 --workers 2
    python train.py --minutes 50 --workers 2 --small

Each worker is one thread and one process; all write to the same shared weights without locks (Hogwild), so that a busy
core slows only itself. The learning rate follows the clock. A checkpoint is left every few minutes in $PW_WORK/run
(or small) and an interrupted run goes on from it when started again with the same arguments.
"""
import os
import pickle
import time
from dataclasses import dataclass

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
import torch
import torch.multiprocessing as mp
from tokenizers import Tokenizer
from pathlib import Path

from batches import Mixture, pad
from common import LABELS, SEED, WORK, options
from encoder import SHIPPED, SMALL, Body, Shape, minilm, piece_table, pretrained_body, random_start


@dataclass(frozen=True)
class Plan:
    """What is trained, where its checkpoints lie, and learning rates; the table's rows that MiniLM had go slower."""
    folder: str
    shape: Shape
    body: float
    head: float
    new_rows: float
    old_rows: float
    aligned: bool


ENCODER = Plan("run", SHIPPED, body=1.1e-4, head=6.0e-4, new_rows=8.0e-4, old_rows=1.5e-4, aligned=True)
BASELINE = Plan("small", SMALL, body=1.0e-3, head=1.0e-3, new_rows=2.0e-2, old_rows=2.0e-2, aligned=False)
LABEL_WEIGHT = torch.tensor([1.0, 0.7, 0.7, 0.7, 0.8, 0.8, 0.6, 0.6])
SMOOTH = 0.02
EVERY_SECONDS = 240
GROUP = 1


class Flat:
    """All weights of the body as one vector: fp32 shared between workers, bf16 private for the arithmetic."""

    def __init__(self, body: Body, master: torch.Tensor) -> None:
        self.master = master
        self.half = torch.empty_like(master, dtype=torch.bfloat16)
        self.grad = torch.zeros_like(self.half)
        at = 0
        for p in body.parameters():
            n = p.numel()
            p.data = self.half[at:at + n].view(p.shape)
            p.grad = self.grad[at:at + n].view(p.shape)
            at += n

    def refresh(self) -> None:
        self.half.copy_(self.master)


def flatten(body: Body) -> torch.Tensor:
    return torch.cat([p.detach().reshape(-1).float() for p in body.parameters()])


def unflatten(body: Body, vector: torch.Tensor) -> None:
    at = 0
    for p in body.parameters():
        p.data = vector[at:at + p.numel()].view(p.shape).clone()
        at += p.numel()


def teacher_vectors(texts: list[str]) -> torch.Tensor:
    weights = minilm()
    body = pretrained_body(weights).eval()
    table = next(v for k, v in weights.items() if k.endswith("word_embeddings.weight"))
    tok = Tokenizer.from_file(str(Path(os.environ["MINILM"]) / "tokenizer.json"))
    tok.no_padding(); tok.enable_truncation(96)
    ids = [e.ids for e in tok.encode_batch(texts)]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    out = torch.zeros(len(ids), 384)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for start in range(0, len(order), 64):
            group = order[start:start + 64]
            batch = torch.from_numpy(pad([ids[i] for i in group]))
            _, mean = body(table[batch], batch != 0, 0.0)
            out[group] = torch.nn.functional.normalize(mean.float(), dim=-1)
    return out


class Alignment:
    """Sentences whose meaning MiniLM knows: English ones, and foreign ones matched with English."""

    def __init__(self, seed: int) -> None:
        cache = WORK / "teacher.pkl"
        self.foreign, self.target, self.vectors = pickle.load(open(cache, "rb"))
        self.np = np.random.default_rng(seed)
        self.tok = Tokenizer.from_file(str(WORK / "tokenizer.json"))
        self.tok.enable_truncation(80)

    @staticmethod
    def prepare() -> None:
        if (WORK / "teacher.pkl").exists():
            return
        pairs = pickle.load(open(WORK / "bitext.pkl", "rb"))["pairs"]
        rows = pickle.load(open(WORK / "rows.pkl", "rb"))
        rng = np.random.default_rng(SEED)
        pick = [i for i, l in enumerate(rows["langs"]) if l == "en" and not rows["validation"][i] and len(rows["texts"][i]) < 300]
        plain = [rows["texts"][i] for i in rng.choice(pick, 12000, replace=False)]
        english = sorted({e for _, _, e in pairs}) + plain
        index = {t: i for i, t in enumerate(english)}
        foreign = [f for _, f, _ in pairs] + english
        target = [index[e] for _, _, e in pairs] + list(range(len(english)))
        pickle.dump((foreign, np.array(target), teacher_vectors(english)), open(WORK / "teacher.pkl", "wb"))

    def chunk(self, rows: int = 1024):
        pick = self.np.choice(len(self.foreign), rows)
        encoded = self.tok.encode_batch([self.foreign[i] for i in pick])
        order = sorted(range(rows), key=lambda i: len(encoded[i].ids))
        out = []
        for start in range(0, rows, 40):
            group = order[start:start + 40]
            out.append((pad([encoded[i].ids for i in group]), self.vectors[self.target[pick[group]]]))
        self.np.shuffle(order)
        return [out[i] for i in self.np.permutation(len(out))]


class TableAdam:
    """Adam for the rows of the table that a batch touched; moments are shared between workers like the rows."""

    def __init__(self, plan: Plan, table, first, second, new: torch.Tensor) -> None:
        self.plan, self.table, self.first, self.second, self.new = plan, table, first, second, new

    def update(self, rows: torch.Tensor, grad: torch.Tensor, scale: float) -> None:
        m = self.first[rows].mul_(0.9).add_(grad, alpha=0.1)
        v = self.second[rows].mul_(0.99).addcmul_(grad, grad, value=0.01)
        self.first[rows], self.second[rows] = m, v
        rate = torch.where(self.new[rows], self.plan.new_rows, self.plan.old_rows)[:, None] * scale
        # Rows are touched rarely, so the usual bias correction by step would be wrong; a floor keeps first steps small.
        self.table[rows] -= rate * m / (v.sqrt() + 1e-6)


def schedule(done: float) -> float:
    return min(1.0, done / 0.04) * max(0.02, 1.0 - done) ** 0.9


def optimiser_of(plan: Plan, master: torch.Tensor, wide: torch.Tensor, split: int) -> torch.optim.AdamW:
    """Heads, which lie behind `split`, learn at a rate of their own and without decay."""
    groups = []
    for part, decay in ((slice(0, split), 0.01), (slice(split, None), 0.0)):
        p = torch.nn.Parameter(master[part])
        p.grad = wide[part]
        groups.append({"params": [p], "weight_decay": decay})
    return torch.optim.AdamW(groups, lr=plan.body, betas=(0.9, 0.98), eps=1e-7, fused=True)


def split_of(body: Body) -> int:
    heads = [n.startswith(("head", "meaning")) for n, _ in body.named_parameters()]
    assert all(heads[-4:]) and not any(heads[:-4])
    return sum(p.numel() for p, head in zip(body.parameters(), heads) if not head)


def apply_step(plan: Plan, optimiser, flat: Flat, wide: torch.Tensor, scale: float) -> None:
    norm = float(flat.grad.float().norm())
    wide.copy_(flat.grad).mul_(min(1.0, 1.0 / (norm + 1e-6)))
    optimiser.param_groups[0]["lr"], optimiser.param_groups[1]["lr"] = plan.body * scale, plan.head * scale
    optimiser.step()


def worker(rank: int, shared: dict, plan: Plan, args) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(SEED + rank + 1000 * shared["resumed"])
    body = Body(plan.shape).train()
    flat = Flat(body, shared["master"])
    wide = torch.zeros_like(shared["master"])
    optimiser = optimiser_of(plan, shared["master"], wide, split_of(body))
    mixture = Mixture(SEED + 17 * rank + 1000 * shared["resumed"])
    alignment = Alignment(SEED + 29 * rank + 1000 * shared["resumed"]) if plan.aligned else None
    adam = TableAdam(plan, shared["table"], shared["first"], shared["second"], shared["new"])
    queue, pairs = [], []
    step = texts = 0
    started, saved, said = time.time(), time.time(), time.time()
    running = []
    while True:
        done = (shared["elapsed"] + time.time() - shared["start"]) / (args.minutes * 60)
        if done >= 1.0:
            break
        scale = schedule(done)
        flat.refresh()
        flat.grad.zero_()
        for _ in range(GROUP):
            loss, rows, embedded, size = micro(body, shared["table"], mixture, alignment, queue, pairs, done)
            (loss / GROUP).backward()
            adam.update(rows, embedded.grad.float() * GROUP, scale)
            texts += size
            running.append(float(loss.detach()))
        step += 1
        apply_step(plan, optimiser, flat, wide, scale)
        if time.time() - said > 60:
            said = time.time()
            print(f"[{rank}] {done:.3f} step {step} texts {texts} {texts / (said - started):.0f}/s loss {np.mean(running[-200:]):.4f}", flush=True)
        if rank == 0 and time.time() - saved > EVERY_SECONDS:
            saved = time.time()
            save(shared, plan, args)
    print(f"[{rank}] finished step {step} texts {texts}", flush=True)
    if rank == 0:
        save(shared, plan, args)


def micro(body, table, mixture, alignment, queue, pairs, done: float):
    aligned = alignment is not None and mixture.rng.random() < (0.25 if done < 0.12 else 0.06)
    if aligned and not pairs:
        pairs.extend(alignment.chunk())
    if not aligned and not queue:
        queue.extend(mixture.chunk())
    ids, *rest = pairs.pop() if aligned else queue.pop()
    ids = torch.from_numpy(ids)
    rows, inverse = torch.unique(ids, return_inverse=True)
    embedded = table[rows].bfloat16().requires_grad_()
    logits, mean = body(torch.nn.functional.embedding(inverse, embedded), ids != 0)
    if aligned:
        cosine = torch.nn.functional.cosine_similarity(body.meaning(mean).float(), rest[0], dim=-1)
        return (1 - cosine).mean(), rows, embedded, len(ids)
    target, weight = torch.from_numpy(rest[0]), torch.from_numpy(rest[1])
    known = (target >= 0).float() * LABEL_WEIGHT * weight[:, None]
    soft = target.clamp(min=0) * (1 - 2 * SMOOTH) + SMOOTH
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits.float(), soft, weight=known, reduction="sum")
    return loss / max(1.0, float(weight.sum()) * 2.5), rows, embedded, len(ids)


def save(shared, plan: Plan, args) -> None:
    folder = WORK / plan.folder
    folder.mkdir(exist_ok=True)
    out = {"master": shared["master"].clone(), "table": shared["table"].clone(), "first": shared["first"], "second": shared["second"],
           "elapsed": shared["elapsed"] + time.time() - shared["start"], "minutes": args.minutes}
    torch.save(out, folder / "part.pt")
    os.replace(folder / "part.pt", folder / "last.pt")
    print("saved", round(out["elapsed"]), flush=True)


def start_of(plan: Plan) -> tuple[Body, torch.Tensor, torch.Tensor]:
    """Body, table of pieces, and which of its rows MiniLM did not have."""
    tok = Tokenizer.from_file(str(WORK / "tokenizer.json"))
    new = torch.ones(tok.get_vocab_size(), dtype=torch.bool)
    if not plan.aligned:
        return *random_start(plan.shape, len(new)), new
    Alignment.prepare()
    weights, rows = minilm(), pickle.load(open(WORK / "pieces.pkl", "rb"))
    for piece, i in tok.get_vocab().items():
        new[i] = rows.get(piece) is None
    return pretrained_body(weights), piece_table(weights, tok), new


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--minutes", type=float, default=70, help="in all: those of an interrupted or earlier run in the same folder count")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--small", action="store_true", help="the baseline: random weights, 3 layers of 192, no aligned sentences")
    args = parser.parse_args()
    plan = BASELINE if args.small else ENCODER
    body, table, new = start_of(plan)
    shared = {"master": flatten(body), "table": table, "elapsed": 0.0, "new": new, "resumed": 0}
    shared["first"], shared["second"] = torch.zeros_like(shared["table"]), torch.full_like(shared["table"], 1e-6)
    last = WORK / plan.folder / "last.pt"
    if last.exists():
        found = torch.load(last)
        for key in ("master", "table", "first", "second"):
            shared[key] = found[key]
        shared["elapsed"], shared["resumed"] = found["elapsed"], int(found["elapsed"])
        print("resumed at", round(found["elapsed"]), "s")
    for key in ("master", "table", "first", "second", "new"):
        shared[key].share_memory_()
    shared["start"] = time.time()
    mp.spawn(worker, args=(shared, plan, args), nprocs=args.workers, join=True)


if __name__ == "__main__":
    main()
