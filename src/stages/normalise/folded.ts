/** The folded view: nfkc without invisible characters, case, decoration and letter variants; white space is one space. */
import { foldPoint } from './fold.js';
import { type Mapped, relabelled, writeFrom } from './mapped.js';
import { toNfkc } from './nfkc.js';
import { pointAt, unitTexts } from './unit-table.js';

const astral = new Map<string, string>();
const ASTRAL_LIMIT = 4_096;

function foldAstral(unit: string): string {
  const known = astral.get(unit);
  if (known !== undefined) return known;
  const folded = foldPoint(unit);
  if (astral.size < ASTRAL_LIMIT) astral.set(unit, folded);
  return folded;
}

const foldUnit = unitTexts(foldPoint);

/** Null when some character changes the length, so that a map has to be kept. */
function foldInPlace(text: string): string | null {
  let out = '';
  let lastWasSpace = false;
  for (let i = 0; i < text.length; i += 1) {
    const folded = foldUnit(text.charCodeAt(i));
    if (folded.length !== 1) return null;
    const isSpace = folded === ' ';
    if (isSpace && lastWasSpace) return null;
    lastWasSpace = isSpace;
    out += folded;
  }
  return out;
}

function foldWithMap(source: Mapped): Mapped {
  const { text } = source;
  const out = writeFrom(source);
  let lastWasSpace = false;
  for (let i = 0; i < text.length; ) {
    const point = pointAt(text, i);
    const width = point > 0xffff ? 2 : 1;
    const folded = width === 2 ? foldAstral(text.slice(i, i + 2)) : foldUnit(point);
    const isSpace = folded === ' ';
    if (folded !== '' && !(isSpace && lastWasSpace)) out.put(folded, i, i + width);
    if (folded !== '') lastWasSpace = isSpace;
    i += width;
  }
  return out.done();
}

function foldOnce(nfkc: Mapped): Mapped {
  const inPlace = foldInPlace(nfkc.text);
  return inPlace === null ? foldWithMap(nfkc) : relabelled(nfkc, inPlace);
}

/** Dropping a character can bring two together that compose; a few rounds settle every such text. */
const ROUNDS = 4;

export function toFolded(nfkc: Mapped): Mapped {
  let folded = foldOnce(nfkc);
  for (let round = 1; round < ROUNDS; round += 1) {
    const composed = toNfkc(folded);
    if (composed === folded) return folded;
    folded = foldOnce(composed);
  }
  return folded;
}
