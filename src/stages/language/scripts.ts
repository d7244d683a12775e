/** Scripts of letters by UTF-16 unit: a table lookup, since this runs on every unit of every text. */

/** First and last code unit, ISO 15924 code. Source: Unicode 16 Blocks.txt and Scripts.txt; letters and marks are told apart later. */
const RANGES: readonly (readonly [number, number, string])[] = [
  [0x41, 0x5a, 'Latn'],
  [0x61, 0x7a, 'Latn'],
  [0xaa, 0xaa, 'Latn'],
  [0xba, 0xba, 'Latn'],
  [0xc0, 0xd6, 'Latn'],
  [0xd8, 0xf6, 'Latn'],
  [0xf8, 0x2b8, 'Latn'],
  [0x370, 0x3ff, 'Grek'],
  [0x400, 0x52f, 'Cyrl'],
  [0x531, 0x58f, 'Armn'],
  [0x591, 0x5f4, 'Hebr'],
  [0x610, 0x61a, 'Arab'],
  [0x620, 0x65f, 'Arab'],
  [0x66e, 0x6d3, 'Arab'],
  [0x6d5, 0x6ed, 'Arab'],
  [0x6fa, 0x6ff, 'Arab'],
  [0x700, 0x74f, 'Syrc'],
  [0x750, 0x77f, 'Arab'],
  [0x780, 0x7b1, 'Thaa'],
  [0x7ca, 0x7fa, 'Nkoo'],
  [0x8a0, 0x8ff, 'Arab'],
  [0x900, 0x963, 'Deva'],
  [0x971, 0x97f, 'Deva'],
  [0x980, 0x9fe, 'Beng'],
  [0xa01, 0xa76, 'Guru'],
  [0xa81, 0xaff, 'Gujr'],
  [0xb01, 0xb77, 'Orya'],
  [0xb82, 0xbfa, 'Taml'],
  [0xc00, 0xc7f, 'Telu'],
  [0xc80, 0xcf3, 'Knda'],
  [0xd00, 0xd7f, 'Mlym'],
  [0xd81, 0xdf4, 'Sinh'],
  [0xe01, 0xe3a, 'Thai'],
  [0xe40, 0xe4e, 'Thai'],
  [0xe81, 0xedf, 'Laoo'],
  [0xf00, 0xfd4, 'Tibt'],
  [0x1000, 0x109f, 'Mymr'],
  [0x10a0, 0x10ff, 'Geor'],
  [0x1100, 0x11ff, 'Hang'],
  [0x1200, 0x139f, 'Ethi'],
  [0x13a0, 0x13fd, 'Cher'],
  [0x1780, 0x17d3, 'Khmr'],
  [0x17dc, 0x17dd, 'Khmr'],
  [0x1820, 0x18aa, 'Mong'],
  [0x1c80, 0x1c8f, 'Cyrl'],
  [0x1c90, 0x1cbf, 'Geor'],
  [0x1d00, 0x1d25, 'Latn'],
  [0x1e00, 0x1eff, 'Latn'],
  [0x1f00, 0x1fff, 'Grek'],
  [0x2c60, 0x2c7f, 'Latn'],
  [0x2d00, 0x2d2d, 'Geor'],
  [0x2de0, 0x2dff, 'Cyrl'],
  [0x2e80, 0x2fd5, 'Hani'],
  [0x3005, 0x3005, 'Hani'],
  [0x3007, 0x3007, 'Hani'],
  [0x3041, 0x309f, 'Hira'],
  [0x30a1, 0x30ff, 'Kana'],
  [0x3105, 0x312f, 'Bopo'],
  [0x3131, 0x318e, 'Hang'],
  [0x31f0, 0x31ff, 'Kana'],
  [0x3400, 0x4dbf, 'Hani'],
  [0x4e00, 0x9fff, 'Hani'],
  [0xa640, 0xa69f, 'Cyrl'],
  [0xa722, 0xa7ff, 'Latn'],
  [0xa960, 0xa97c, 'Hang'],
  [0xab30, 0xab64, 'Latn'],
  [0xac00, 0xd7fb, 'Hang'],
  [0xf900, 0xfaff, 'Hani'],
  [0xfb00, 0xfb06, 'Latn'],
  [0xfb1d, 0xfb4f, 'Hebr'],
  [0xfb50, 0xfdff, 'Arab'],
  [0xfe70, 0xfefc, 'Arab'],
  [0xff21, 0xff3a, 'Latn'],
  [0xff41, 0xff5a, 'Latn'],
  [0xff66, 0xff9f, 'Kana'],
  [0xffa0, 0xffdc, 'Hang'],
];

export type Script = string;
/** No letter. */
export const COMMON = 'Zyyy';

const NAMES: readonly Script[] = [COMMON, ...new Set(RANGES.map((range) => range[2]))];
const TABLE = new Uint8Array(0x10000);
for (const [first, last, script] of RANGES) TABLE.fill(NAMES.indexOf(script), first, last + 1);

const LATIN_MATH_FIRST = 0x1d400;
const LATIN_MATH_LAST = 0x1d6a5;

/** Script of the code point at `index`; `Zyyy` for digits, punctuation, emoji and lone surrogates. */
export const scriptAt = (text: string, index: number): Script => {
  const unit = text.charCodeAt(index);
  if (unit < 0xd800 || unit > 0xdfff) return NAMES[TABLE[unit] ?? 0] ?? COMMON;
  return astralScript(text.codePointAt(index) ?? 0);
};

const astralScript = (point: number): Script => {
  if (point >= 0x20000 && point <= 0x323af) return 'Hani';
  if (point >= LATIN_MATH_FIRST && point <= LATIN_MATH_LAST) return 'Latn';
  if (point >= 0x1f130 && point <= 0x1f189) return 'Latn';
  if (point >= 0x1b000 && point <= 0x1b16f) return 'Kana';
  if (point >= 0x1e900 && point <= 0x1e943) return 'Adlm';
  return COMMON;
};

/** Grapheme_Cluster_Break=Prepend: they belong to the letter after them, and are no letters themselves. */
export const PREPENDED: ReadonlySet<number> = new Set([
  0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6dd, 0x70f, 0x890, 0x891, 0x8e2, 0xd4e,
]);

const JOINING = /[\p{M}\p{Cf}\u0e33\u0eb3\uff9e\uff9f]/u;
const JOINING_ASTRAL = /[\p{M}\p{Emoji_Modifier}\u{e0001}-\u{e007f}]/u;
const JOINS = new Uint8Array(0x10000);
JOINS[0xad] = 1;
for (let unit = 0x300; unit < 0xd800; unit += 1) JOINS[unit] = JOINING.test(String.fromCharCode(unit)) ? 1 : 0;
for (let unit = 0xf900; unit < 0xffff; unit += 1) JOINS[unit] = JOINING.test(String.fromCharCode(unit)) ? 1 : 0;

for (const unit of PREPENDED) {
  TABLE[unit] = 0;
  JOINS[unit] = 0;
}

/** Marks, format characters and the like: never the start of a grapheme unless nothing stands before them. */
export const joinsPrevious = (text: string, index: number): boolean => {
  const unit = text.charCodeAt(index);
  if (unit < 0xd800 || unit > 0xdfff) return JOINS[unit] === 1;
  return JOINING_ASTRAL.test(String.fromCodePoint(text.codePointAt(index) ?? 0));
};

/** Scripts that one living language uses nearly alone. */
export const SOLE_LANGUAGE: ReadonlyMap<Script, string> = new Map([
  ['Grek', 'el'],
  ['Armn', 'hy'],
  ['Thaa', 'dv'],
  ['Nkoo', 'nqo'],
  ['Beng', 'bn'],
  ['Guru', 'pa'],
  ['Gujr', 'gu'],
  ['Orya', 'or'],
  ['Taml', 'ta'],
  ['Telu', 'te'],
  ['Knda', 'kn'],
  ['Mlym', 'ml'],
  ['Sinh', 'si'],
  ['Thai', 'th'],
  ['Laoo', 'lo'],
  ['Tibt', 'bo'],
  ['Mymr', 'my'],
  ['Geor', 'ka'],
  ['Hang', 'ko'],
  ['Cher', 'chr'],
  ['Khmr', 'km'],
  ['Mong', 'mn'],
  ['Hira', 'ja'],
  ['Kana', 'ja'],
  ['Bopo', 'zh-Hant'],
  ['Syrc', 'syr'],
  ['Adlm', 'ff'],
]);
