"""Words shared by every training step: labels, keys, paths, reading of rows."""
from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import re
import unicodedata
from pathlib import Path

LABELS = ["toxic", "hate", "harassment", "threat", "sexual", "self_harm", "profanity", "spam"]
KEYS = [
    "toxicity", "hate.attack", "harass.bully", "violence.threat",
    "sexual.explicit", "selfharm.risk", "profanity.mild", "authentic.spam",
]
SEED = 20261120
VALIDATION_PERCENT = 5


def options(doc: str | None) -> argparse.ArgumentParser:
    """Every step answers --help with what stands at its head, and stops at options that it does not know."""
    return argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)


WORK = Path(os.environ.get("PW_WORK", "work"))


def read_rows(path: Path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


_KEEP = re.compile(r"[\W_]+", re.UNICODE)


def split_key(text: str) -> str:
    """What makes two texts the same for the split: NFKC, case, no punctuation, no spaces."""
    return _KEEP.sub("", unicodedata.normalize("NFKC", text).lower())


def bucket(key: str) -> int:
    """Stable 0..99, the same on every machine and in every run."""
    return int.from_bytes(hashlib.sha1(key.encode("utf-8")).digest()[:4], "big") % 100


def language_of(row: dict) -> str:
    """Romanised Hindi and Urdu are languages of their own for balance and calibration."""
    return f"{row['lang']}-Latn" if row.get("script") == "Latn" and row["lang"] in ("hi", "ur") else row["lang"]
