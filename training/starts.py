"""Three ways of using the English encoder, measured at an equal number of updates; chooses nothing, ships nothing.

    python starts.py --steps 1500

`all` starts every language from MiniLM, as shipped. `random` has the same shape and data but random weights and no
sentences aligned with MiniLM's. `english` starts from MiniLM and sees English alone: the expert that could stand beside a
multilingual model. One process and one thread each, side by side, so that they share the machine evenly.
"""
import json
import os
from dataclasses import replace

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
import torch
import torch.multiprocessing as mp
from tokenizers import Tokenizer

from batches import Mixture
from common import SEED, WORK, options
from encoder import Body, logits_of
from figures import by_language, probe
from score import chosen
from train import ENCODER, Alignment, Flat, TableAdam, apply_step, flatten, micro, optimiser_of, schedule, split_of, start_of, unflatten

ARMS = ("all", "random", "english")
MOST, BENIGN, PIECES = 600, 60, 96


def only_english(mixture: Mixture, alignment: Alignment) -> None:
    english = mixture.langs == "en"
    mixture.probability = np.where(english, mixture.probability, 0) / mixture.probability[english].sum()
    kept = [i for i, (_, lang, _, _) in enumerate(mixture.templates) if lang == "en"]
    mixture.templates = [mixture.templates[i] for i in kept]
    mixture.template_p = mixture.template_p[kept] / mixture.template_p[kept].sum()
    mixture.term_langs, mixture.term_p = ["en"], np.ones(1)
    mixture.SHARES = tuple(s for s in mixture.SHARES if s[0] != "swapped")
    own = len(alignment.vectors)
    alignment.foreign, alignment.target = alignment.foreign[-own:], alignment.target[-own:]


def train_arm(arm: str, steps: int) -> tuple[Body, torch.Tensor, int]:
    torch.set_num_threads(1)
    plan = replace(ENCODER, aligned=arm != "random")
    body, table, new = start_of(plan)
    mixture, alignment = Mixture(SEED), Alignment(SEED) if plan.aligned else None
    if arm == "english":
        only_english(mixture, alignment)
    torch.manual_seed(SEED)
    flat = Flat(body.train(), flatten(body))
    wide = torch.zeros_like(flat.master)
    optimiser = optimiser_of(plan, flat.master, wide, split_of(body))
    adam = TableAdam(plan, table, torch.zeros_like(table), torch.full_like(table, 1e-6), new)
    queue, pairs, texts, running = [], [], 0, []
    for step in range(steps):
        done = step / steps
        scale = schedule(done)
        flat.refresh()
        flat.grad.zero_()
        loss, used, embedded, size = micro(body, table, mixture, alignment, queue, pairs, done)
        loss.backward()
        adam.update(used, embedded.grad.float(), scale)
        apply_step(plan, optimiser, flat, wide, scale)
        texts += size
        running.append(float(loss.detach()))
        if step % 100 == 99:
            print(f"[{arm}] {step + 1} of {steps}, {texts} texts, loss {np.mean(running[-100:]):.4f}", flush=True)
    unflatten(body, flat.master)
    return body.eval(), table, texts


def logits(body: Body, table: torch.Tensor, texts: list[str]) -> np.ndarray:
    tok = Tokenizer.from_file(str(WORK / "tokenizer.json"))
    tok.enable_truncation(PIECES)
    return logits_of(body, table, [e.ids for e in tok.encode_batch(texts)])


def arm_process(rank: int, steps: int, folder: str) -> None:
    arm = ARMS[rank]
    body, table, texts = train_arm(arm, steps)
    rows = chosen(MOST, BENIGN)
    z = logits(body, table, rows["texts"])
    found = by_language(rows, z, 0)
    names = [n for n in np.unique(rows["sources"]) if n.startswith("probe:")]
    english = (rows["langs"] == "en") | ~np.isin(rows["sources"], names)
    shares = probe({k: v[english] for k, v in rows.items() if k != "texts"}, z[english])
    out = {"texts": texts, "auroc": {l: a for l, (a, _, _) in found.items()}, "english_probe": float(np.mean(list(shares.values())))}
    with open(os.path.join(folder, f"starts-{arm}.json"), "w") as file:
        json.dump(out, file)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--steps", type=int, default=1500)
    args = parser.parse_args()
    Alignment.prepare()
    mp.spawn(arm_process, args=(args.steps, str(WORK)), nprocs=len(ARMS), join=True)
    found = {arm: json.loads((WORK / f"starts-{arm}.json").read_text()) for arm in ARMS}
    langs = sorted(found["all"]["auroc"])
    print(f"| start | texts read | AUROC, mean of {len(langs)} languages | English | English probe, mean of kinds | " + " | ".join(langs) + " |")
    print("|" + "---|" * (5 + len(langs)))
    for arm, row in found.items():
        cells = [row["auroc"][l] for l in langs]
        print(f"| {arm} | {row['texts']} | {np.mean(cells):.4f} | {row['auroc']['en']:.4f} | {row['english_probe']:.3f} | "
              + " | ".join(f"{c:.3f}" for c in cells) + " |")


if __name__ == "__main__":
    main()
