"""Cloaking as people do it, so that training has seen it: one function a trick, `cloak` picks one for the script."""
from __future__ import annotations

import random
import re
import unicodedata

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin
from unidecode import unidecode

LEET = {"a": "4@", "e": "3€", "i": "1!", "o": "0", "s": "5$", "t": "7+", "g": "9", "b": "8", "l": "1|"}
GLYPHS = {"a": "аɑα", "c": "сϲ", "e": "еҽ", "i": "іı", "o": "оο", "p": "рρ", "x": "хχ", "y": "уү", "s": "ѕ", "h": "һ", "k": "κ"}
HIDDEN = ["\u200b", "\u200c", "\u2060", "\u00ad"]
EMOJI = ["😂", "🙄", "🤡", "💀", "🔥", "❤️", "😊", "🙏", "✨", "🤢", "🐷", "👍"]
_TO_SIMPLIFIED, _TO_TRADITIONAL = OpenCC("t2s"), OpenCC("s2t")
_HOMOPHONES: dict[str, list[str]] = {}


def learn_homophones(texts: list[str]) -> None:
    """Characters of the training text that sound alike without tone."""
    by: dict[str, set[str]] = {}
    for c in {c for t in texts for c in t if "\u4e00" <= c <= "\u9fff"}:
        by.setdefault(lazy_pinyin(c, style=Style.NORMAL)[0], set()).add(c)
    for group in by.values():
        for c in group:
            _HOMOPHONES[c] = sorted(group - {c})


def some_words(text: str, rng: random.Random, change, share: float = 0.35) -> str:
    return re.sub(r"\w{3,}", lambda m: change(m.group()) if rng.random() < share else m.group(), text)


def leet(text: str, rng: random.Random) -> str:
    swap = lambda w: "".join(rng.choice(LEET[c.lower()]) if c.lower() in LEET and rng.random() < 0.5 else c for c in w)
    return some_words(text, rng, swap)


def homoglyphs(text: str, rng: random.Random) -> str:
    swap = lambda w: "".join(rng.choice(GLYPHS[c.lower()]) if c.lower() in GLYPHS and rng.random() < 0.4 else c for c in w)
    return some_words(text, rng, swap)


def hidden(text: str, rng: random.Random) -> str:
    mark = rng.choice(HIDDEN)
    return some_words(text, rng, lambda w: mark.join(w) if rng.random() < 0.5 else w[:2] + mark + w[2:])


def spaced(text: str, rng: random.Random) -> str:
    gap = rng.choice([" ", ".", "-", "_", "*"])
    return some_words(text, rng, lambda w: gap.join(w) if len(w) < 12 else w, 0.25)


def starred(text: str, rng: random.Random) -> str:
    return some_words(text, rng, lambda w: w[0] + "*" * rng.randint(1, 2) + w[2:], 0.2)


def misspelt(text: str, rng: random.Random) -> str:
    def change(w: str) -> str:
        i = rng.randrange(len(w) - 1)
        return rng.choice([w[:i] + w[i + 1:], w[:i] + w[i + 1] + w[i] + w[i + 2:], w[:i] + w[i] * rng.randint(2, 4) + w[i + 1:]])
    return some_words(text, rng, change, 0.25)


def no_marks(text: str, rng: random.Random) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare).replace("đ", "d").replace("Đ", "D")


def joined(text: str, rng: random.Random) -> str:
    parts = text.split(" ")
    for _ in range(max(1, len(parts) // 6)):
        if len(parts) > 2:
            i = rng.randrange(len(parts) - 1)
            parts[i:i + 2] = [parts[i] + parts[i + 1]]
    return " ".join(parts)


def shouted(text: str, rng: random.Random) -> str:
    return text.upper()


def emoji(text: str, rng: random.Random) -> str:
    return f"{text} {''.join(rng.choice(EMOJI) for _ in range(rng.randint(1, 3)))}"


def other_script_zh(text: str, rng: random.Random) -> str:
    return rng.choice([_TO_SIMPLIFIED, _TO_TRADITIONAL]).convert(text)


def homophones(text: str, rng: random.Random) -> str:
    return "".join(rng.choice(_HOMOPHONES[c]) if _HOMOPHONES.get(c) and rng.random() < 0.15 else c for c in text)


def pinyin(text: str, rng: random.Random) -> str:
    return "".join(lazy_pinyin(c)[0] if "\u4e00" <= c <= "\u9fff" and rng.random() < 0.15 else c for c in text)


def jamo(text: str, rng: random.Random) -> str:
    split = lambda c: "".join(chr(x) for x in _compat(c)) if "가" <= c <= "힣" and rng.random() < 0.25 else c
    return "".join(split(c) for c in text)


_LEAD = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_TAIL = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"


def _compat(c: str) -> list[int]:
    n = ord(c) - 0xAC00
    out = [ord(_LEAD[n // 588]), 0x314F + (n % 588) // 28]
    return out + ([ord(_TAIL[n % 28])] if n % 28 else [])


def romanised(text: str, rng: random.Random) -> str:
    return unidecode(text)


LATIN = [leet, homoglyphs, hidden, spaced, starred, misspelt, misspelt, joined, shouted, emoji, no_marks]
OTHER = {
    "zh": [other_script_zh, other_script_zh, homophones, pinyin, hidden, spaced, emoji],
    "ko": [jamo, emoji, hidden, spaced, misspelt],
    "ja": [emoji, hidden],
    "th": [emoji, hidden],
    "ru": [romanised, misspelt, spaced, emoji, starred, shouted],
    "hi": [romanised, emoji, joined], "ar": [no_marks, emoji, joined, misspelt],
    "bg": [romanised, emoji, misspelt], "uk": [romanised, emoji, misspelt], "el": [romanised, emoji, no_marks],
}


def cloak(text: str, lang: str, rng: random.Random) -> str:
    base = lang.split("-")[0] if lang not in ("hi-Latn", "ur-Latn") else "en"
    changed = rng.choice(OTHER.get(base, LATIN))(text, rng)
    return changed if changed.strip() else text
