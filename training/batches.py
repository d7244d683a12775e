"""What the trainer sees: weighted rows, cloaked copies, templates, lexicon terms in context, word-swapped English."""
from __future__ import annotations

import pickle
import random
import re
from collections import defaultdict

import numpy as np
from tokenizers import Tokenizer

import augment
import templates
from common import LABELS, WORK

LENGTH = 64
TOKENS = 2048
RARE = [LABELS.index(n) for n in ("threat", "sexual", "self_harm", "spam")]
LEXICON_TOXIC = {"ldnoobw", "mol", "sexhatelex_zh", "persian_swear_fa", "dsojevic_en", "surge_profanity_en", "inappropriate_ja"}
# The encoder's time goes where it has something to carry over: English, and languages without much data of their own.
# Languages with plenty of labelled rows are served well by the n-gram model already.
BOOST = {"en": 2.6} | dict.fromkeys(("de", "fr", "es", "pt", "nl", "ar", "zh-Hans", "it", "pl", "hi", "hi-Latn", "ja"), 1.5) \
    | dict.fromkeys(("tr", "ko", "ru", "zh-Hant"), 0.7)
WORD = re.compile(r"[^\W\d_]+", re.UNICODE)


def as_vector(labels: dict[str, int]) -> np.ndarray:
    return np.array([labels.get(name, -1) for name in LABELS], dtype=np.float32)


class Mixture:
    SHARES = (("rows", 0.67), ("templates", 0.15), ("terms", 0.11), ("swapped", 0.07))

    def __init__(self, seed: int, boosted: bool = True) -> None:
        self.boosted = boosted
        self.rng, self.np = random.Random(seed), np.random.default_rng(seed)
        data = pickle.load(open(WORK / "rows.pkl", "rb"))
        self.tok = Tokenizer.from_file(str(WORK / "tokenizer.json"))
        self.tok.enable_truncation(LENGTH)
        train = np.flatnonzero(~data["validation"])
        self.texts = [data["texts"][i] for i in train]
        self.langs = np.array([data["langs"][i] for i in train])
        self.sources = np.array([data["sources"][i] for i in train])
        self.labels = data["labels"][train].astype(np.float32)
        self.weights = data["weights"][train]
        self.probability = self.weigh()
        augment.learn_homophones([t for t, l in zip(self.texts, self.langs) if l.startswith("zh")][:20000])
        self.templates = templates.rows("train")
        mass = np.array([1.6 if l.get("toxic") == 1 else 4.0 if n in ("kind", "tempting", "review", "selfharm", "sexual") else 1.0
                         for _, _, l, n in self.templates])
        self.template_p = mass / mass.sum()
        self.read_terms(data["terms"])
        self.read_swaps()

    def weigh(self) -> np.ndarray:
        """Languages by a root of their rows; harmful and harmless near even; near-duplicates down, rare labels up."""
        p = np.zeros(len(self.texts))
        harmful = (self.labels == 1).any(1)
        labelled = (self.labels >= 0).any(1)
        for lang in np.unique(self.langs):
            at = np.flatnonzero((self.langs == lang) & labelled)
            if not len(at):
                continue
            bad = harmful[at]
            rich = bad.sum() >= 500
            mass = len(at) ** 0.6 if rich else 0.4 * len(at) ** 0.5
            mass *= BOOST.get(lang, 0.5) if self.boosted else 1.0
            share = 0.45 if rich else min(0.3, 6 * bad.mean())
            if not bad.any() or bad.all():
                share = bad.mean()
            for group, part in ((at[bad], share), (at[~bad], 1 - share)):
                if len(group):
                    w = np.ones(len(group))
                    w[self.sources[group] == "identity_templates"] *= 0.3
                    w[(self.labels[group][:, RARE] == 1).any(1)] *= 4
                    p[group] = mass * part * w / w.sum()
        return p / p.sum()

    def read_terms(self, terms) -> None:
        self.terms = defaultdict(list)
        for t in terms:
            if t["source"].removeprefix("lexicon_") not in LEXICON_TOXIC and "sexual" not in t["labels"] and "spam" not in t["labels"]:
                continue
            vector = as_vector(t["labels"])
            if "toxic" not in t["labels"] and "spam" not in t["labels"] and t["labels"] != {"sexual": 1}:
                vector[0] = 1
            self.terms[t["lang"]].append((t["text"], vector, 0.12 if t["loose"] else 0.4))
        self.benign = defaultdict(list)
        clean = (self.labels[:, 0] == 0) & ~(self.labels == 1).any(1)
        for i in np.flatnonzero(clean):
            if len(self.texts[i]) < 160:
                self.benign[self.langs[i]].append(i)
        names = sorted(l for l in self.terms if self.benign[l])
        mass = np.array([min(len(self.terms[l]), 300) ** 0.5 for l in names])
        self.term_langs, self.term_p = names, mass / mass.sum()

    def read_swaps(self) -> None:
        lists = pickle.load(open(WORK / "bitext.pkl", "rb"))["lists"]
        self.swaps = {}
        for lang, found in lists.items():
            back = defaultdict(list)
            for word, guesses in found.items():
                for english, weight in guesses[:2]:
                    if weight > 0.22:
                        back[english].append((weight, word))
            back = {e: [w for _, w in sorted(c, reverse=True)[:2]] for e, c in back.items()}
            if len(back) > 400:
                self.swaps[lang] = back
        self.english = np.flatnonzero((self.langs == "en") & (self.labels[:, 0] >= 0))
        p = self.probability[self.english]
        self.english_p = p / p.sum()

    def from_rows(self, n: int):
        for i in self.np.choice(len(self.texts), n, p=self.probability):
            text, lang = self.texts[i], self.langs[i]
            if self.rng.random() < 0.18:
                text = augment.cloak(text, lang, self.rng)
            yield text, self.labels[i], self.weights[i]

    def from_templates(self, n: int):
        for i in self.np.choice(len(self.templates), n, p=self.template_p):
            text, lang, labels, _ = self.templates[i]
            if lang == "zh-Hans" and self.rng.random() < 0.3:
                text = augment.other_script_zh(text, self.rng)
            elif self.rng.random() < 0.2:
                text = augment.cloak(text, lang, self.rng)
            if self.rng.random() < 0.4 and text[-1] not in ".!?。？！":
                text = text[0].upper() + text[1:] + self.rng.choice([".", "!", "."])
            yield text, as_vector(labels), 0.8

    def from_terms(self, n: int):
        for lang in self.np.choice(self.term_langs, n, p=self.term_p):
            term, vector, weight = self.rng.choice(self.terms[lang])
            if self.rng.random() < 0.75:
                host = self.texts[self.rng.choice(self.benign[lang])]
                gap = "" if lang in ("zh-Hans", "zh-Hant", "ja", "th") else " "
                cuts = [m.start() for m in re.finditer(r"\s|$", host)] if gap else [0, len(host) // 2, len(host)]
                at = self.rng.choice(cuts)
                term = host[:at] + gap + term + gap + host[at:].lstrip()
                weight *= 0.8
            if self.rng.random() < 0.15:
                term = augment.cloak(term, lang, self.rng)
            yield term, vector, weight

    def from_swapped(self, n: int):
        langs = self.rng.choices(sorted(self.swaps), k=n)
        for i, lang in zip(self.np.choice(self.english, n, p=self.english_p), langs):
            back, keep = self.swaps[lang], self.rng.random() * 0.3
            def change(m: re.Match) -> str:
                found = back.get(m.group().lower())
                return self.rng.choice(found) if found and self.rng.random() > keep else m.group()
            yield WORD.sub(change, self.texts[i]), self.labels[i], 0.3 * self.weights[i]

    def chunk(self, rows: int = 4096):
        """Micro-batches of nearly equal length, so that hardly a token is padding."""
        items = []
        for name, share in self.SHARES:
            items += list(getattr(self, "from_" + name)(int(rows * share)))
        encoded = self.tok.encode_batch([t for t, _, _ in items])
        order = sorted(range(len(items)), key=lambda i: len(encoded[i].ids) + self.rng.random())
        out, start = [], 0
        while start < len(order):
            end, longest = start, 0
            while end < len(order) and end - start < 160:
                longest = max(longest, len(encoded[order[end]].ids))
                if longest * (end - start + 1) > TOKENS and end > start:
                    break
                end += 1
            group = order[start:end]
            out.append((pad([encoded[i].ids for i in group]),
                        np.stack([items[i][1] for i in group]), np.array([items[i][2] for i in group], dtype=np.float32)))
            start = end
        self.rng.shuffle(out)
        return out


def pad(ids: list[list[int]]) -> np.ndarray:
    width = max(map(len, ids))
    out = np.zeros((len(ids), width), dtype=np.int64)
    for row, line in enumerate(ids):
        out[row, :len(line)] = line
    return out
