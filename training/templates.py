"""Rows from the templates of our own wording, and the small probe of the same functions that is never trained on.

`rows(split)` yields (text, language, labels, function). A fifth of groups, things and frames is kept for the probe,
by stable hash, so that the probe measures wording and groups that training has not seen together.
"""
from __future__ import annotations

import random
from pathlib import Path

from common import LABELS, SEED, bucket, options

FOLDER = Path(__file__).parent / "templates"
BAD = {
    "hate": {"toxic": 1, "hate": 1, "threat": 0},
    "threat": {"toxic": 1, "hate": 1, "threat": 1},
    "you": {"toxic": 1, "harassment": 1, "threat": 0, "hate": 0},
    "menace": {"toxic": 1, "threat": 1, "hate": 0},
    "selfharm": {"self_harm": 1, "hate": 0, "threat": 0},
    "sexual": {"sexual": 1, "hate": 0, "threat": 0},
}
PER_FUNCTION = {"hate": 900, "threat": 300, "fair": 600, "negated": 600, "counter": 700, "harmless_target": 500}
CLEAN = {name: 0 for name in LABELS}


def sections(path: Path) -> dict[str, list[str]]:
    out, name = {}, ""
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1]
            out.setdefault(name, [])
        elif line:
            out[name].append(line)
    return out


def part(items: list[str], split: str) -> list[str]:
    held = [x for x in items if bucket("template:" + x) < 20]
    kept = [x for x in items if x not in held]
    return (held or items[:1]) if split == "probe" else kept


def label(**known: int) -> dict[str, int]:
    return dict(known)


def composed(lang: str, s: dict[str, list[str]], split: str, rng: random.Random):
    use = {k: part(v, split) for k, v in s.items()}
    if split == "probe":
        # Wording is what must be new; groups may be known.
        use |= {"G": s["G"], "T": s["T"]}
    fill = lambda frame, names: frame.replace("{G}", rng.choice(names))
    quota = {k: (n if split == "train" else 25) for k, n in PER_FUNCTION.items()}
    for _ in range(quota["hate"]):
        yield fill(rng.choice(use["hate"]), use["G"]), BAD["hate"], "hate"
    for _ in range(quota["threat"]):
        yield fill(rng.choice(use["threat"]), use["G"]), BAD["threat"], "threat"
    for name in ("fair", "negated"):
        for _ in range(quota[name]):
            yield fill(rng.choice(use[name]), use["G"]), CLEAN, name
    for _ in range(quota["counter"]):
        quoted = fill(rng.choice(use["hate"] + use["threat"]), use["G"])
        yield rng.choice(use["counter"]).replace("{Q}", quoted), CLEAN, "counter"
    for _ in range(quota["harmless_target"]):
        yield fill(rng.choice(use["hate"]), use["T"]), CLEAN, "harmless_target"


def single(s: dict[str, list[str]], split: str):
    """`{O}` one person of a group."""
    for name, labels in (("fair_one", CLEAN), ("hate_one", BAD["hate"])):
        for frame in part(s.get(name, []), split):
            for one in s["one"]:
                yield frame.replace("{O}", one), labels, name


def flat(s: dict[str, list[str]], split: str):
    for name in ("you", "menace", "selfharm", "sexual", "kind", "tempting", "review"):
        for text in part(s.get(name, []), split):
            yield text, BAD.get(name, CLEAN), name


def world(split: str):
    for line in (FOLDER / "world.tsv").read_text(encoding="utf-8").splitlines():
        lang, name, text = line.split("\t")
        if (bucket("template:" + text) < 20) == (split == "probe"):
            yield text, lang, BAD.get(name, CLEAN), name


def rows(split: str) -> list[tuple[str, str, dict[str, int], str]]:
    out = []
    for path in sorted(FOLDER.glob("*.txt")):
        lang = {"zh": "zh-Hans"}.get(path.stem, path.stem)
        rng = random.Random(f"{SEED}:{lang}:{split}")
        s = sections(path)
        seen = set()
        for text, labels, name in composed(lang, s, split, rng):
            if text not in seen:
                seen.add(text)
                out.append((text, lang, labels, name))
        out += [(t, lang, l, n) for t, l, n in [*single(s, split), *flat(s, split)]]
    out += list(world(split))
    return out


if __name__ == "__main__":
    from collections import Counter
    options(__doc__).parse_args()
    for split in ("train", "probe"):
        found = rows(split)
        print(split, len(found), Counter((l, f) for _, l, _, f in found if l in ("en", "it")).most_common(30))
