"""Rows kept aside -> single words, word pairs and sentences, {text, lang, kind}.

    python training/language/evaluation_set.py --held-out kept.jsonl --out eval.jsonl [--sources ntrex_benign]
"""
from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import regex

from corpus import clean

SPACELESS = {"zh-Hans", "zh-Hant", "ja", "th", "km", "lo", "my"}
LATIN_RUN = regex.compile(r"[A-Za-z0-9]+")


def pieces(text: str, language: str) -> tuple[list[str], list[str]]:
    """Words of at least five letters and pairs of at least ten characters, as the lingua test files have them."""
    tokens = regex.findall(r"[\p{L}\p{M}]+", clean(text))
    if language in SPACELESS:
        runs = [t for t in tokens if not LATIN_RUN.fullmatch(t)]
        return [r[i : i + 3] for r in runs for i in range(0, len(r) - 2, 3)], [r[i : i + 6] for r in runs for i in range(0, len(r) - 5, 6)]
    words = [t for t in tokens if len(t) >= (2 if language == "ko" else 5)]
    pairs = [f"{a} {b}" for a, b in zip(tokens, tokens[1:]) if len(a) + len(b) >= (5 if language == "ko" else 10)]
    return words, pairs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sources", nargs="*", default=["tatoeba_benign", "ntrex_benign", "xcopa_benign"])
    parser.add_argument("--each", type=int, default=400)
    options = parser.parse_args()
    rng = random.Random(20261120)
    by_language: dict[str, list[str]] = {}
    for line in options.held_out.read_text().splitlines():
        row = json.loads(line)
        if row["source"] in options.sources and not row["lang"].endswith("-Latn"):
            by_language.setdefault(row["lang"], []).append(row["text"])
    with options.out.open("w") as out:
        for language, texts in sorted(by_language.items()):
            words, pairs = set(), set()
            for text in texts:
                w, p = pieces(text, language)
                words.update(w)
                pairs.update(p)
            for kind, items in (("word", words), ("pair", pairs), ("sentence", set(texts))):
                for text in rng.sample(sorted(items), min(options.each, len(items))):
                    out.write(json.dumps({"text": text, "lang": language, "kind": kind}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
