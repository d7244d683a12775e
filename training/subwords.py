"""Step 3. The tokenizer: MiniLM's English pieces joined with unigram pieces of every other language.

    python subwords.py

Keeping MiniLM's pieces keeps what it knows; the rest of the table is trained on text tempered by language, so that
small languages get pieces of their own. Scores come from two rounds of counting best segmentations over all text.
Writes $PW_WORK/tokenizer.json and $PW_WORK/pieces.pkl (piece -> row of MiniLM's table, or none).
"""
import json
import math
import os
import pickle
import random
from collections import Counter, defaultdict
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from common import SEED, WORK, options

SIZE = 40_000
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
MAX_PIECE = 14


def shell(model) -> Tokenizer:
    tok = Tokenizer(model)
    tok.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tok.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.BertPreTokenizer(),
        pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False),
    ])
    tok.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    return tok


def tempered(rows) -> list[str]:
    rng = random.Random(SEED)
    by = defaultdict(list)
    for text, lang, held in zip(rows["texts"], rows["langs"], rows["validation"]):
        if not held:
            by[lang].append(text[:400])
    out = []
    for lang, texts in sorted(by.items()):
        rng.shuffle(texts)
        out += texts[: int(60 * len(texts) ** 0.5)]
    out += [t["text"] for t in rows["terms"]] * 3
    rng.shuffle(out)
    return out


def common_characters(texts: list[str], tok: Tokenizer) -> set[str]:
    count = Counter()
    for text in texts:
        count.update(tok.normalizer.normalize_str(text))
    return {c for c, n in count.items() if n >= 4 and not c.isspace()}


def minilm_pieces(texts: list[str]) -> dict[str, tuple[int, int]]:
    tok = Tokenizer.from_file(str(Path(os.environ["MINILM"]) / "tokenizer.json"))
    tok.no_padding(); tok.no_truncation()
    count = Counter()
    for start in range(0, len(texts), 4096):
        for enc in tok.encode_batch_fast(texts[start:start + 4096], add_special_tokens=False):
            count.update(enc.ids)
    out = {}
    for piece, row in tok.get_vocab().items():
        if piece.startswith("["):
            continue
        name = piece[2:] if piece.startswith("##") else "▁" + piece
        if any(ord(c) > 0x24F and c != "▁" for c in name) or count[row] < 3:
            continue
        out[name] = (row, count[row])
    return out


def recount(pieces: dict[str, float], texts: list[str]) -> Counter:
    tok = shell(models.Unigram([(s, 0.0) for s in SPECIAL] + sorted(pieces.items()), unk_id=1))
    names = {i: p for p, i in tok.get_vocab().items()}
    count = Counter()
    for start in range(0, len(texts), 4096):
        for enc in tok.encode_batch_fast(texts[start:start + 4096], add_special_tokens=False):
            count.update(enc.ids)
    return Counter({names[i]: n for i, n in count.items()})


def main() -> None:
    options(__doc__).parse_args()
    rows = pickle.load(open(WORK / "rows.pkl", "rb"))
    texts = tempered(rows)
    print("tempered texts", len(texts), flush=True)
    english = [t for t, l, h in zip(rows["texts"], rows["langs"], rows["validation"]) if l == "en" and not h]
    own = minilm_pieces(english)
    print("MiniLM pieces kept", len(own), flush=True)
    base = shell(models.Unigram())
    alphabet = common_characters(texts, base)
    clean = ["".join(c if c in alphabet or c.isspace() else " " for c in base.normalizer.normalize_str(t)) for t in texts]
    base.train_from_iterator(clean, trainers.UnigramTrainer(
        vocab_size=SIZE - 8000, special_tokens=SPECIAL, unk_token="[UNK]", show_progress=False, max_piece_length=MAX_PIECE))
    learned = {p: s for p, s in json.loads(base.to_str())["model"]["vocab"] if p not in SPECIAL}
    print("learned pieces", len(learned), "characters", len(alphabet), flush=True)
    total = sum(n for _, n in own.values())
    pieces = {p: learned.get(p, math.log(n / total)) for p, (_, n) in own.items()} | learned
    sample = clean + english[:60_000]
    for _ in range(2):
        count = recount(pieces, sample)
        whole = sum(count.values())
        singles = {p for p in pieces if len(p.strip("▁")) <= 1}
        ranked = [p for p in sorted(pieces, key=lambda p: (-count[p], p)) if p not in singles]
        keep = singles | set(ranked[: SIZE - len(SPECIAL) - len(singles)])
        pieces = {p: math.log((count[p] + 0.3) / whole) for p in keep if p in singles or count[p] > 0}
    vocab = [(s, 0.0) for s in SPECIAL] + sorted(pieces.items(), key=lambda x: (-x[1], x[0]))
    tok = shell(models.Unigram([(p, round(s, 3)) for p, s in vocab], unk_id=1))
    tok.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tok.add_special_tokens(SPECIAL)
    tok.save(str(WORK / "tokenizer.json"), pretty=False)
    pickle.dump({p: own[p][0] if p in own else None for p, _ in vocab}, open(WORK / "pieces.pkl", "wb"))
    print("pieces", len(vocab), "of them MiniLM's", sum(p in own for p, _ in vocab))
    report(tok, rows)


def unknown_rates(tok: Tokenizer, rows) -> dict[str, tuple[float, float]]:
    """By language, on at most 400 validation texts: share of unknown pieces, and pieces per character."""
    by = defaultdict(list)
    for text, lang, held in zip(rows["texts"], rows["langs"], rows["validation"]):
        if held and len(by[lang]) < 400:
            by[lang].append(text)
    out = {}
    for lang, texts in sorted(by.items()):
        ids = [e.ids for e in tok.encode_batch(texts, add_special_tokens=False)]
        total = sum(map(len, ids))
        out[lang] = (sum(i.count(1) for i in ids) / max(1, total), total / max(1, sum(map(len, texts))))
    return out


def report(tok: Tokenizer, rows) -> None:
    print("unknown rate and pieces per character by language")
    print("; ".join(f"{lang} {unknown:.4f} {pieces:.2f}" for lang, (unknown, pieces) in unknown_rates(tok, rows).items()))


if __name__ == "__main__":
    main()
