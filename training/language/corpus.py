"""Labelled rows -> tokens by script group. The tokeniser here and src/stages/language/tokens.ts must agree."""
from __future__ import annotations

import gzip
import hashlib
import json
import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np
import regex

# Sources with a licence doubt, and sources whose label says nothing of the language of each word.
LEFT_OUT = {"bengali_hate_bn", "paradetox_en", "ethos_en", "toxicr_en", "tgspam_zh", "tgspam_hant_zh"}
ROWS_PER_SOURCE = 9000
MAX_WORD = 40

GROUPS = {
    "Latn": "af ar-Latn az bs br ca cs cy da de en eo es et eu fi fo fr fy ga gd gl ha hi-Latn hr ht hu id ig is it jv la "
    "lt lv ms nb nl nn oc om pl pt qu ro rw sk sl so sq su sv sw tk tl tr ts tw ur-Latn uz vi xh yo zu ku".split(),
    "Cyrl": "ba be bg kk ky mk mn ru sr tt uk".split(),
    "Arab": "ar fa ug ur".split(),
    "Deva": "hi mr ne".split(),
    "Hani": "ja zh-Hans zh-Hant".split(),
    "Ethi": "am ti".split(),
    "Hebr": "he yi".split(),
}
SCRIPTS = {
    "Latn": r"\p{Script=Latin}",
    "Cyrl": r"\p{Script=Cyrillic}",
    "Arab": r"\p{Script=Arabic}",
    "Deva": r"\p{Script=Devanagari}",
    "Hani": r"\p{Script=Han}",
    "Ethi": r"\p{Script=Ethiopic}",
    "Hebr": r"\p{Script=Hebrew}",
}
MASK = regex.compile(
    r"(?:https?://|www\.)\S+|https? ?// ?t co / ?\w+|\S+@\S+|[@#]\w+|\b(?:USER|URL|RT|HTTPURL)\b|&\w+;", regex.IGNORECASE
)
FORMAT = regex.compile(r"[\p{Cf}\u0640\u064b-\u0652]")
WORD = regex.compile(r"[\p{L}\p{M}]+")
LATIN_WORD = regex.compile(r"[\p{L}\p{M}2-9]+")
FIRST = {group: regex.compile(letters) for group, letters in SCRIPTS.items()}


def clean(text: str) -> str:
    return FORMAT.sub("", unicodedata.normalize("NFKC", MASK.sub(" ", text)).lower())


def words_of(text: str, group: str) -> list[str]:
    """Words whose first letter is of the group's script; Arabizi writes some letters as digits."""
    found = (LATIN_WORD if group == "Latn" else WORD).findall(clean(text))
    first = FIRST[group]
    kept = [w[:MAX_WORD] for w in found if any(map(str.isalpha, w)) and first.search(w)]
    if group == "Hani":
        kept = [run for w in kept for run in regex.findall(r"\p{Script=Han}+", w)]
    return kept


def held_out(row: dict) -> bool:
    """A stable tenth. NTREX is parallel, so it is held out by its own row text as the others are."""
    return hashlib.sha1(row["text"].encode()).digest()[0] < 26


def language_of(row: dict) -> str:
    return f"{row['lang']}-Latn" if row.get("script") == "Latn" and row["lang"] in ("ar", "hi", "ur") else row["lang"]


def rows_of(folder: Path):
    for path in sorted(folder.glob("*.jsonl.gz")):
        source = path.name.removesuffix(".jsonl.gz")
        if source in LEFT_OUT:
            continue
        seen: dict[str, int] = {}
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                language = language_of(row)
                seen[language] = seen.get(language, 0) + 1
                if seen[language] <= ROWS_PER_SOURCE:
                    yield source, language, row


# Romanised chat is full of these languages; their words must not be learnt as its own.
BORROWERS = {"hi-Latn": ("en",), "ur-Latn": ("en",), "ar-Latn": ("en", "fr")}


class Packed:
    """Flat UTF-16 units; `offsets[i]:offsets[i+1]` is token i; sentences are ranges of tokens."""

    def __init__(self, group: str) -> None:
        self.group, self.languages = group, GROUPS[group]
        self._units: list[np.ndarray] = []
        self._lengths: list[int] = []
        self.words: list[str] = []
        self.sentences: list[tuple[int, int, int, bool]] = []
        self.grams: dict[str, tuple[list[int], list[float]]] = {}

    def add(self, language: str, words: list[str], benign: bool) -> None:
        first = len(self.words)
        edge = "" if self.group == "Hani" else "_"
        for word in words:
            self._append(edge + word + edge, word)
        self.sentences.append((first, len(self.words), self.languages.index(language), benign))

    def _append(self, token: str, word: str) -> None:
        units = np.frombuffer(token.encode("utf-16-le"), dtype=np.uint16)
        self._units.append(units)
        self._lengths.append(len(units))
        self.words.append(word)

    def add_gram(self, language: str, gram: str, weight: float) -> None:
        ids, weights = self.grams.setdefault(language, ([], []))
        ids.append(len(self.words))
        weights.append(weight)
        self._append(gram, gram)

    def arrays(self):
        offsets = np.concatenate([[0], np.cumsum(self._lengths)]).astype(np.int64)
        return np.concatenate(self._units), offsets, np.array(self.sentences, dtype=np.int64)


def borrowed_words(folder: Path) -> dict[str, set[str]]:
    """Words of romanised chat that belong to another language: used there at least half as often."""
    counts: dict[str, Counter] = {language: Counter() for language in {*BORROWERS, *sum(BORROWERS.values(), ())}}
    for _, language, row in rows_of(folder):
        if language in counts and not held_out(row):
            counts[language].update(words_of(row["text"], "Latn"))
    totals = {language: max(1, sum(count.values())) for language, count in counts.items()}
    return {
        language: {
            word
            for word, count in counts[language].items()
            if any(counts[lender][word] / totals[lender] * 2 > count / totals[language] for lender in lenders)
        }
        for language, lenders in BORROWERS.items()
    }


def pack(folder: Path, leave_out: set[str], keep_held_out: bool):
    """Training tokens of each group, and the held-out rows."""
    packed = {group: Packed(group) for group in GROUPS}
    group_of = {language: group for group, languages in GROUPS.items() for language in languages}
    aside: list[dict] = []
    borrowed = borrowed_words(folder)
    for source, language, row in rows_of(folder):
        if held_out(row) or source in leave_out:
            aside.append({"source": source, "lang": language, "text": row["text"]})
            if not keep_held_out:
                continue
        group = group_of.get(language)
        if group is None:
            continue
        words = words_of(row["text"], group)
        words = [word for word in words if word not in borrowed.get(language, ())]
        if group == "Hani":
            words = [run[i : i + 4] for run in words for i in range(0, len(run), 4)]
        if words:
            packed[group].add(language, words, source in ("tatoeba_benign", "ntrex_benign", "xcopa_benign"))
    return packed, aside


# eld has one Norwegian and one Malay; Indonesian shares most of its short n-grams with the latter.
GRAM_LANGUAGES = {"no": ("nb",), "ms": ("ms", "id")}


def add_grams(packed: dict[str, Packed], grams: list) -> None:
    """n-grams of the eld package (Apache-2.0) as tiny samples: they come from far more text than ours."""
    for group in packed.values():
        if group.group == "Hani":
            continue
        first = FIRST[group.group]
        for gram, scores in grams:
            if not first.search(gram) or len(gram.strip("_")) < 2:
                continue
            for code, score in scores.items():
                for language in GRAM_LANGUAGES.get(code, (code,)):
                    if language in group.languages:
                        group.add_gram(language, gram, score - 40.0)
