"""The manifest of the data folder (MANIFEST.md): who made each file, under which licence, and what may ship."""
import re
from dataclasses import dataclass
from pathlib import Path

# The README of these contradicts their licence (section "Licence doubts"); GPL sources are known by their licence.
CONTRADICTED = {"bengali_hate_bn", "paradetox_en"}


@dataclass(frozen=True)
class Source:
    name: str
    repository: str
    licence: str
    attribution: str
    languages: str
    rows: int
    """Rows for training; the file's own held-out rows are not in the folder."""

    @property
    def ships(self) -> bool:
        return not self.licence.startswith("GPL") and self.name not in CONTRADICTED


def _section(text: str, heading: str) -> list[str]:
    found = re.search(rf"^## {heading}\b.*?\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"MANIFEST.md has no section {heading}")
    return found[1].splitlines()


def _table(text: str, heading: str, columns: int) -> list[list[str]]:
    """Rows of the section's table, without its two head lines."""
    lines = [line.strip().strip("|").split("|") for line in _section(text, heading) if line.startswith("|")]
    rows = [[cell.strip() for cell in line] for line in lines[2:]]
    short = [row[0] for row in rows if len(row) != columns]
    if short:
        raise ValueError(f"MANIFEST.md, {heading}: rows without {columns} columns: {', '.join(short)}")
    return rows


class Manifest:
    def __init__(self, folder: Path) -> None:
        self.text = (folder / "MANIFEST.md").read_text(encoding="utf-8")
        found = [Source(r[0], r[1], r[2], r[3], r[4], int(r[6])) for r in _table(self.text, "Sources", 8)]
        self.sources = {source.name: source for source in found}
        self.lexicons = _table(self.text, "Lexicons", 6)

    @property
    def shipped(self) -> list[Source]:
        return [source for source in self.sources.values() if source.ships]

    @property
    def left_out(self) -> list[Source]:
        return [source for source in self.sources.values() if not source.ships]

    @property
    def doubts(self) -> list[str]:
        """Lines on what ships, as the manifest has them."""
        named = [(re.match(r"- \*\*(\w+)\*\*", line), line) for line in _section(self.text, "Licence doubts")]
        return [line for name, line in named if name and self.sources[name[1]].ships]
