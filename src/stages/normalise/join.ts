/** Joins letters that were pulled apart: `f.r.e.e`, `w e c h a t`, `微.信`. Works on folded text. */
import { type Mapped, writeFrom } from './mapped.js';

const SEPARATOR = /[ .\-_*·•|/\\~+^,:;'"=()[\]]/;
/** Scripts that write no spaces between words, so any single separator between two letters is out of place. */
const NO_SPACE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const LETTER = /[\p{L}\p{N}@$]/u;
const MARK = /\p{M}/u;
/** Two letters with a dot are an initial; three are a disguise. */
const LEAST_LETTERS = 3;

interface Letter {
  readonly from: number;
  readonly to: number;
}

const pointAt = (text: string, at: number): string => {
  const point = text.codePointAt(at);
  return point === undefined ? '' : String.fromCodePoint(point);
};

/** End of the letter with its marks that begins at `at`, or `at` when no letter does. */
function letterEnd(text: string, at: number): number {
  const first = pointAt(text, at);
  if (first === '' || !LETTER.test(first)) return at;
  let end = at + first.length;
  for (let next = pointAt(text, end); next !== '' && MARK.test(next); next = pointAt(text, end)) end += next.length;
  return end;
}

/** Lone letters from `at` on, all parted by the same separator; the last one must stand alone too. */
function loneLetters(text: string, at: number): readonly Letter[] {
  const letters: Letter[] = [];
  const separator = text[letterEnd(text, at)] ?? '';
  let from = at;
  for (;;) {
    const to = letterEnd(text, from);
    if (to === from || letterEnd(text, to) !== to) break;
    letters.push({ from, to });
    if (text[to] !== separator || !SEPARATOR.test(separator)) break;
    from = to + 1;
  }
  return letters;
}

const noSpaceAt = (text: string, at: number): boolean => NO_SPACE.test(pointAt(text, at));

/**
 * A single separator between two letters of a no-space script, or the space that typesetters put between
 * such a letter and a Latin one. Punctuation that ends a sentence is neither.
 */
function isStray(text: string, at: number, before: number): boolean {
  const [left, right] = [noSpaceAt(text, before), noSpaceAt(text, at + 1)];
  if (left && right) return SEPARATOR.test(text.charAt(at));
  return (left || right) && text.charAt(at) === ' ' && LETTER.test(pointAt(text, at + 1));
}

/** Cheap look before the work: a lone letter between separators, or a separator after a no-space letter. */
const WORTH = new RegExp(
  `(?:^|[^\\p{L}\\p{N}@$\\p{M}])[\\p{L}\\p{N}@$]\\p{M}*${SEPARATOR.source}[\\p{L}\\p{N}@$]\\p{M}*${SEPARATOR.source}` +
    `|[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]${SEPARATOR.source}` +
    '|[a-z0-9] [\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]',
  'u',
);

export function toJoined(source: Mapped): Mapped {
  const { text } = source;
  if (!WORTH.test(text)) return source;
  const out = writeFrom(source);
  let previous = -1;
  for (let at = 0; at < text.length; ) {
    const end = letterEnd(text, at);
    if (end === at) {
      const width = pointAt(text, at).length;
      if (!(previous >= 0 && isStray(text, at, previous))) out.put(text.slice(at, at + width), at, at + width);
      previous = -1;
      at += width;
      continue;
    }
    const startsWord = at === 0 || previous < 0;
    const run = startsWord ? loneLetters(text, at) : [];
    const taken = run.length >= LEAST_LETTERS ? run : [{ from: at, to: end }];
    for (const letter of taken) out.put(text.slice(letter.from, letter.to), letter.from, letter.to);
    const last = taken.at(-1) ?? { from: at, to: end };
    previous = last.from;
    at = last.to;
  }
  return out.done();
}
