"""Step 9. The model card, from the manifest, the competence table and the evaluator's own output.

    polywarden eval --input $PW_WORK/validation.jsonl.gz --json > $PW_WORK/eval.json
    python card.py /path/to/data/train ../models/polywarden-text

Figures come from files that the steps wrote; prose, and figures of one-off comparisons with their commands, stand in card.md.
"""
import hashlib
import json
import re
from collections import Counter
from pathlib import Path

from common import WORK, options
from manifest import Manifest


def cell(value, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def ranged(interval: dict | None) -> str:
    return "-" if interval is None else f"{cell(interval['value'])} [{cell(interval['low'])}, {cell(interval['high'])}]"


MEASURES = {"AUROC": "auroc", "AUPRC": "auprc", "F1 at .5": "f1", "harmful right": "harmfulRightRange", "harmless right": "harmlessRightRange", "ECE": "eceRange"}


def eval_table(found: dict, label: str) -> list[str]:
    """Languages with at least 20 harmful rows; each figure with its bootstrap interval of 95 %."""
    out = ["| language | harmful | harmless | " + " | ".join(MEASURES) + " |", "|---|---:|---:|" + "---|" * len(MEASURES)]
    for group in found["groups"]:
        (lang, name), f = group["names"], group["figures"]
        if name == label and f["auroc"] is not None and f["harmful"] >= 20:
            out.append(f"| {lang} | {f['harmful']} | {f['harmless']} | " + " | ".join(ranged(f[key]) for key in MEASURES.values()) + " |")
    return out


def benign_lines(found: dict) -> str:
    clean = [(g["names"][0], g["figures"]["harmlessRight"], g["figures"]["harmless"]) for g in found["groups"]
             if g["names"][1] == "toxic" and g["figures"]["harmless"] >= 40 and g["figures"]["harmful"] < 20]
    below = sorted((r, l) for l, r, _ in clean if r < 0.95)
    mean = sum(r for _, r, _ in clean) / max(1, len(clean))
    text = f"Languages with at least 40 harmless and fewer than 20 harmful rows: {len(clean)}; harmless right on average {mean:.3f}."
    return text + (" Below .95: " + ", ".join(f"{l} {r:.3f}" for r, l in below) + "." if below else " None below .95.")


def held_out_lines(found: dict) -> str:
    clean = [(g["figures"]["harmlessRight"], g["names"][0], g["figures"]["harmless"]) for g in found["groups"]
             if g["names"][1] == "toxic" and g["figures"]["harmless"] >= 40]
    below = ", ".join(f"{l} {r:.3f}" for r, l, _ in sorted(clean) if r < 0.95)
    both = [g for g in found["groups"] if g["names"][1] == "toxic" and g["figures"]["auroc"]]
    areas = ", ".join(f"{g['names'][0]} {cell(g['figures']['auroc']['value'])} ({g['figures']['harmful']} and {g['figures']['harmless']} rows)" for g in both)
    errors = ", ".join(f"{g['names'][0]} {cell(g['figures']['ece'])}" for g in both)
    return (f"AUROC {areas}; calibration error {errors}. Harmless, {sum(n for _, _, n in clean)} rows of {len(clean)} languages with at least 40: right on average "
            f"{sum(r for r, _, _ in clean) / len(clean):.3f}; " + (f"below .95: {below}." if below else "none below .95."))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def megabytes(*files: Path) -> str:
    return f"{sum(file.stat().st_size for file in files) / 1e6:.1f}"


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    manifest, ngrams = Manifest(args.data), args.folder.parent / "polywarden-ngrams"
    found = json.loads((WORK / "eval.json").read_text())
    competence = json.loads((args.folder / "competence.json").read_text())
    facts = json.loads((WORK / "facts.json").read_text())
    parity = json.loads((WORK / "parity.json").read_text())
    prose = (Path(__file__).parent / "card.md").read_text()
    levels = Counter(v for l in competence["languages"].values() for v in l.values())
    pairs = sorted(f"{l} {k}" for l, row in competence["languages"].items() for k, v in row.items() if v == "validated")
    without = sorted(
        f"{l} {k}" for l, row in competence["measured"].items() for k, f in row.items()
        if f["level"] != "validated" and f["positives"] >= 200 and f["negatives"] >= 200 and f.get("aurocLow", 0) >= 0.80
        and f["benignFalseAlarms"] is not None and f["benignFalseAlarms"] <= 0.05)
    sections = {
        "HELD_OUT": held_out_lines(json.loads((WORK / "held_out.json").read_text())),
        "WITHOUT_WITHIN": ", ".join(without) or "nothing", "SHORT": (WORK / "short.md").read_text().strip(),
        "PASSAGES": (WORK / "passages.md").read_text().strip(), "MIXED": (WORK / "mixed.md").read_text().strip(), "CLOAKED": (WORK / "cloaked.md").read_text().strip(),
        "TOXIC_TABLE": "\n".join(eval_table(found, "toxic")), "HATE_TABLE": "\n".join(eval_table(found, "hate")),
        "HARASSMENT_TABLE": "\n".join(eval_table(found, "harassment")), "PROFANITY_TABLE": "\n".join(eval_table(found, "profanity")),
        "SPAM_TABLE": "\n".join(eval_table(found, "spam")), "BENIGN": benign_lines(found), "MODEL": found["model"],
        "PAIRS": f"{len(pairs)} validated pairs: {', '.join(pairs) or 'none'}. Weak {levels['weak']}, none {levels['none']} of the measured pairs; every other pair is none.",
        "PARITY": f"{parity['texts']} validation texts: mean gap of p {parity['mean_gap']:.4f}, 99th percentile {parity['p99_gap']:.4f}, same side of .5 {parity['same_decision']:.4f}",
        "SOURCES": "\n".join(["| source | repository @ commit | licence | attribution | languages | rows |", "|---|---|---|---|---|---:|"]
                             + [f"| {s.name} | {s.repository} | {s.licence} | {s.attribution} | {s.languages} | {s.rows} |" for s in manifest.shipped]),
        "LEXICONS": "\n".join(["| list | repository @ commit | licence | attribution | terms |", "|---|---|---|---|---:|"]
                              + [f"| {r[0]} | {r[1]} | {r[2]} | {r[3]} | {r[4]} |" for r in manifest.lexicons]),
        "LEFT_OUT": ", ".join(f"{s.name} ({s.licence})" for s in manifest.left_out), "DOUBTS": "\n".join(manifest.doubts),
        "WEIGHTS_MB": megabytes(args.folder / "onnx" / "model_quantized.onnx", ngrams / "weights.bin"),
        "FOLDERS_MB": megabytes(*(file for folder in (args.folder, ngrams) for file in folder.rglob("*") if file.is_file())),
        "CHECKSUMS": "\n".join(f"- `{p}`: SHA-256 `{digest(args.folder.parent / p)}`" for p in (
            "polywarden-text/onnx/model_quantized.onnx", "polywarden-text/tokenizer.json", "polywarden-ngrams/weights.bin")),
    } | facts
    for name, value in sections.items():
        prose = prose.replace("{{" + name + "}}", str(value))
    missing = re.findall(r"\{\{\w+\}\}", prose)
    assert not missing, missing
    (args.folder / "README.md").write_text(prose)


if __name__ == "__main__":
    main()
