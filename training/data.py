"""Step 1. Read the data folder by its manifest, drop what may not ship, de-duplicate, split by stable hash, keep labels masked.

    python data.py /path/to/data/train [--without CC-BY-SA ...]

Writes $PW_WORK/rows.pkl: texts, languages, sources, labels (N x 8: 1, 0 or -1 unknown), weights, validation flags; and for
every source its licence. A file that the manifest does not name has no known licence and stops the step.
"""
import pickle
import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np
from opencc import OpenCC

from common import LABELS, VALIDATION_PERCENT, WORK, bucket, language_of, options, read_rows, split_key
from manifest import Manifest, Source

WEAK_WEIGHT = 0.4
# Labels that follow from the kind of source but are close to certain for every row of it.
TRUSTED_WEAK = {"rudetoxifier_ru": 0.8, "hatethaisent_th": 0.9, "tatoeba_benign": 0.5, "ntrex_benign": 0.5}


def split_name(row: dict, to_simplified: OpenCC) -> str:
    """Rows of one name go to one side of the split."""
    text = row["text"]
    if row["source"] == "identity_templates":
        # Near-duplicates by design: a whole template goes to one side.
        return "template:" + row["meta"]["template"] + row["lang"]
    if row["lang"].startswith("zh"):
        text = to_simplified.convert(text)
    return split_key(text)


def twin_key(text: str) -> str:
    """The same text but for case, width and spaces. Signs and emoji stay: contrast pairs differ by a single emoji."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def agreed(first: int, second: int) -> int:
    """One label of two twins: what either knows, unknown where they contradict each other."""
    if first == second or second == -1:
        return first
    return second if first == -1 else -1


class Rows:
    """Rows in the order of the files, every text once."""

    def __init__(self) -> None:
        self.texts, self.langs, self.sources, self.labels, self.weights, self.names = [], [], [], [], [], []
        self.twins, self.disputed = 0, 0
        self._at: dict[str, int] = {}
        self._to_simplified = OpenCC("t2s")

    def add(self, row: dict, source: str) -> None:
        labels = [row["labels"].get(name, -1) for name in LABELS]
        key = twin_key(row["text"])
        if key in self._at:
            self._merge(self._at[key], labels)
            return
        self._at[key] = len(self.texts)
        self.texts.append(row["text"])
        self.langs.append(language_of(row))
        self.sources.append(source)
        self.labels.append(labels)
        self.weights.append(TRUSTED_WEAK.get(source, WEAK_WEIGHT) if row.get("weak") == 1 else 1.0)
        self.names.append(split_name(row, self._to_simplified))

    def _merge(self, at: int, labels: list[int]) -> None:
        both = [agreed(*pair) for pair in zip(self.labels[at], labels, strict=True)]
        self.twins += 1
        self.disputed += any(now == -1 != before for now, before in zip(both, self.labels[at], strict=True))
        self.labels[at] = both


def chosen(folder: Path, manifest: Manifest, without: list[str]) -> list[tuple[Path, Source]]:
    """Files whose source ships, in order of their names."""
    files = {path.name.removesuffix(".jsonl.gz"): path for path in sorted(folder.glob("*.jsonl.gz"))}
    if not files:
        raise SystemExit(f"{folder} holds no .jsonl.gz")
    if unknown := sorted(files.keys() - manifest.sources.keys()):
        raise SystemExit(f"{folder}: no licence in MANIFEST.md for {', '.join(unknown)}")
    for missing in sorted(manifest.sources.keys() - files.keys()):
        print(f"{missing} is in the manifest, its file is not here")
    kept = [(path, manifest.sources[name]) for name, path in files.items() if manifest.sources[name].ships]
    return [(path, source) for path, source in kept if not source.licence.startswith(tuple(without))]


def terms_of(folder: Path, manifest: Manifest) -> list[dict]:
    listed = {line[0] for line in manifest.lexicons}
    out = []
    for path in sorted((folder / "lexicons").glob("*.jsonl.gz")):
        if path.name.removesuffix(".jsonl.gz") not in listed:
            raise SystemExit(f"{path}: no licence in MANIFEST.md")
        for row in read_rows(path):
            meta = row.get("meta", {})
            out.append({"text": row["text"], "lang": row["lang"], "labels": row["labels"], "source": row["source"],
                        "loose": bool(meta.get("context_dependent")) or str(meta.get("severity", "")) in ("1", "Mild")})
    return out


def report(out: dict, rows: Rows) -> None:
    held = out["validation"]
    names = np.array(rows.names)
    across = len(set(names[held]) & set(names[~held]))
    print(f"rows {len(rows.texts)}  validation {held.sum()}  sources {len(set(rows.sources))}  terms {len(out['terms'])}")
    print(f"twins merged {rows.twins}, of them with contradicting labels {rows.disputed}; names on both sides of the split {across}")
    for licence, count in Counter(out["licences"][source] for source in rows.sources).most_common():
        print(f"  {count:7d} {licence}")
    count = Counter(rows.langs)
    print("languages", len(count), count.most_common(30))
    for index, name in enumerate(LABELS):
        column = out["labels"][:, index]
        print(f"{name:11s} train {int((column[~held] == 1).sum())}/{int((column[~held] == 0).sum())}"
              f"  validation {int((column[held] == 1).sum())}/{int((column[held] == 0).sum())}")


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--without", nargs="*", default=[], metavar="LICENCE", help="leave out sources whose licence begins so")
    args = parser.parse_args()
    manifest = Manifest(args.data)
    rows, licences = Rows(), {}
    for path, source in chosen(args.data, manifest, args.without):
        read = 0
        for row in read_rows(path):
            read += 1
            if row["text"].strip():
                rows.add(row, source.name)
        if read != source.rows:
            print(f"{source.name}: {read} rows, the manifest says {source.rows}")
        licences[source.name] = source.licence
    out = {
        "texts": rows.texts, "langs": rows.langs, "sources": rows.sources, "licences": licences,
        "labels": np.array(rows.labels, dtype=np.int8), "weights": np.array(rows.weights, dtype=np.float32),
        "validation": np.array([bucket(name) < VALIDATION_PERCENT for name in rows.names], dtype=bool),
        "terms": terms_of(args.data, manifest),
    }
    WORK.mkdir(parents=True, exist_ok=True)
    with open(WORK / "rows.pkl", "wb") as file:
        pickle.dump(out, file, protocol=4)
    report(out, rows)


if __name__ == "__main__":
    main()
