/** Folding of one code point: case, marks, letter variants and invisible characters. */
import { pointAt } from './unit-table.js';

/** Letters without a canonical decomposition, and look-alike punctuation, after lower-casing. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ø: 'o',
  æ: 'ae',
  œ: 'oe',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  ĸ: 'k',
  ŋ: 'ng',
  þ: 'th',
  ς: 'σ',
  '‘': "'",
  '’': "'",
  '‚': "'",
  '‛': "'",
  ʼ: "'",
  '′': "'",
  '`': "'",
  '´': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '‐': '-',
  '‑': '-',
  '‒': '-',
  '–': '-',
  '—': '-',
  '−': '-',
  أ: 'ا',
  إ: 'ا',
  آ: 'ا',
  ٱ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ئ: 'ي',
  ؤ: 'و',
  ة: 'ه',
  ہ: 'ه',
  ھ: 'ه',
  ە: 'ه',
  ۀ: 'ه',
  ک: 'ك',
  ڪ: 'ك',
  // The candrabindu of Hindi, for which most write the anusvara.
  '\u0901': '\u0902',
};

/** First digit of each run of ten decimal digits that notes are written with. */
const DIGIT_ZEROS = [
  0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0,
] as const;

/** Control characters, soft hyphens, zero-width and bidi characters, variation selectors, tags, Hangul fillers. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}]/u;
const SPACE = /\s/u;
/**
 * Marks that only decorate, Arabic vowel signs with tatweel, Hebrew points, and the nukta, which many who write Hindi leave
 * out; other Indic and Thai marks are letters.
 */
const DROPPED_MARKS: readonly (readonly [from: number, to: number])[] = [
  [0x300, 0x36f],
  [0x483, 0x487],
  [0x591, 0x5bd],
  [0x5bf, 0x5bf],
  [0x5c1, 0x5c2],
  [0x5c4, 0x5c5],
  [0x5c7, 0x5c7],
  [0x640, 0x640],
  [0x64b, 0x65f],
  [0x670, 0x670],
  [0x6d6, 0x6dc],
  [0x6df, 0x6e8],
  [0x6ea, 0x6ed],
  [0x93c, 0x93c],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x20d0, 0x20ff],
  [0xfe20, 0xfe2f],
];
const MARKED_SCRIPT = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u;

function isDroppedMark(unit: string): boolean {
  const point = pointAt(unit, 0);
  return DROPPED_MARKS.some(([from, to]) => point >= from && point <= to);
}

/** White letters on black circles and squares, A first, which compatibility forms leave as they are. */
const BOXED_A = [0x1f150, 0x1f170] as const;

function foldBoxed(point: number): string | null {
  for (const a of BOXED_A) if (point >= a && point < a + 26) return String.fromCharCode(0x61 + point - a);
  return null;
}

function foldDigit(point: number): string | null {
  for (const zero of DIGIT_ZEROS) if (point >= zero && point < zero + 10) return String(point - zero);
  return null;
}

/** Katakana to hiragana; the letters of both stand in the same order. */
const foldKana = (unit: string): string => {
  const point = pointAt(unit, 0);
  return point >= 0x30a1 && point <= 0x30f6 ? String.fromCodePoint(point - 0x60) : unit;
};

function foldLetter(unit: string): string {
  const lower = unit.toLowerCase();
  const mapped = LETTERS[lower];
  if (mapped !== undefined) return mapped;
  if (!MARKED_SCRIPT.test(lower)) return foldKana(lower);
  const bare = [...lower.normalize('NFD')].filter((part) => !isDroppedMark(part)).join('');
  return [...bare].map((part) => LETTERS[part] ?? part).join('');
}

/** What one code point becomes; '' when it is dropped, ' ' for every white space. */
export function foldPoint(unit: string): string {
  if (SPACE.test(unit)) return ' ';
  if (INVISIBLE.test(unit) || isDroppedMark(unit)) return '';
  const point = pointAt(unit, 0);
  return foldDigit(point) ?? foldBoxed(point) ?? foldLetter(unit);
}
