/** Joins letters that were pulled apart: `f.r.e.e`, `w e c h a t`, `微.信`. Works on folded text. */
import { type Mapped, writeFrom } from './mapped.js';
import { toNfkc } from './nfkc.js';
import { pointAt, unitTable, widthOf } from './unit-table.js';

const SEPARATORS = ' .-_*·•|/\\~+^,:;\'"=()[]';
/** Between letters of a no-space script fewer signs are out of place: a comma or a bracket parts clauses there. */
const STRAY_SEPARATORS = " .-_*·•|/\\+^'=";
/** Two letters with a dot are an initial; three are a disguise. */
const LEAST_LETTERS = 3;
/** A Korean letter is a syllable, and two of them a word: 바.보. With a space they are two words. */
const LEAST_SYLLABLES = 2;
const HANGUL = /\p{Script=Hangul}/u;

/** Scripts that write no spaces between words, so any single separator between two letters is out of place. */
const NO_SPACE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const [OTHER, LETTER, FREE, MARK] = [0, 1, 2, 3];
const kindOf = unitTable((unit) => {
  if (NO_SPACE.test(unit)) return FREE;
  if (/\p{M}/u.test(unit)) return MARK;
  return /[\p{L}\p{N}@$]/u.test(unit) ? LETTER : OTHER;
});

interface Place {
  readonly from: number;
  readonly to: number;
}

const kindAt = (text: string, at: number): number => (at < text.length ? kindOf(pointAt(text, at)) : OTHER);
const isLetterAt = (text: string, at: number): boolean => kindAt(text, at) === LETTER || kindAt(text, at) === FREE;

/** End of the letter with its marks that begins at `at`, or `at` when no letter does. */
function letterEnd(text: string, at: number): number {
  if (!isLetterAt(text, at)) return at;
  let end = at + widthOf(pointAt(text, at));
  while (kindAt(text, end) === MARK) end += widthOf(pointAt(text, end));
  return end;
}

/** Lone letters from `at` on, all parted by the same separator; the last one must stand alone too. */
function loneLetters(text: string, at: number): readonly Place[] {
  const letters: Place[] = [];
  const separator = text.charAt(letterEnd(text, at));
  if (separator === '' || !SEPARATORS.includes(separator)) return letters;
  for (let from = at; ; ) {
    const to = letterEnd(text, from);
    if (to === from || isLetterAt(text, to)) return letters;
    letters.push({ from, to });
    if (text.charAt(to) !== separator) return letters;
    from = to + 1;
  }
}

/**
 * A single separator between two letters of a no-space script, or the space that typesetters put between
 * such a letter and a Latin one. `before` is where the letter before it begins.
 */
function isStray(text: string, at: number, before: number): boolean {
  const [left, right] = [kindAt(text, before), kindAt(text, at + 1)];
  if (left === FREE && right === FREE) return STRAY_SEPARATORS.includes(text.charAt(at));
  return text.charAt(at) === ' ' && ((left === FREE && right === LETTER) || (left === LETTER && right === FREE));
}

const isBetweenSyllables = (text: string, at: number): boolean =>
  text.charAt(at) !== ' ' && HANGUL.test(text.charAt(at - 1)) && HANGUL.test(text.charAt(at + 1));

/** Cheap look before the work: a separator between two letters, of which one is of a no-space script or both stand alone. */
function isWorth(text: string): boolean {
  for (let at = 1; at + 1 < text.length; at += 1) {
    if (!SEPARATORS.includes(text.charAt(at))) continue;
    const [left, right] = [kindAt(text, at - 1), kindAt(text, at + 1)];
    if (left === OTHER || right === OTHER || right === MARK) continue;
    if (isStray(text, at, at - 1) || isBetweenSyllables(text, at)) return true;
    if (text.charAt(at + 2) === text.charAt(at) || kindAt(text, at + 2) === MARK) return true;
  }
  return false;
}

/** Where the next piece to keep begins and ends, and the letter that a separator behind it would follow. */
function putLetters(text: string, at: number, startsWord: boolean, put: (place: Place) => void): Place {
  const run = startsWord ? loneLetters(text, at) : [];
  const least = isBetweenSyllables(text, at + 1) ? LEAST_SYLLABLES : LEAST_LETTERS;
  const taken = run.length >= least ? run : [{ from: at, to: letterEnd(text, at) }];
  for (const place of taken) put(place);
  return taken.at(-1) ?? { from: at, to: at + 1 };
}

function joinOnce(source: Mapped): Mapped {
  const { text } = source;
  if (!isWorth(text)) return source;
  const out = writeFrom(source);
  const put = ({ from, to }: Place): void => {
    for (let i = from; i < to; i += 1) out.put(text.charAt(i), i, i + 1);
  };
  let previous = -1;
  for (let at = 0; at < text.length; ) {
    if (!isLetterAt(text, at)) {
      const to = at + widthOf(pointAt(text, at));
      if (previous < 0 || !isStray(text, at, previous)) put({ from: at, to });
      previous = -1;
      at = to;
      continue;
    }
    const last = putLetters(text, at, previous < 0, put);
    previous = last.from;
    at = last.to;
  }
  return out.done();
}

/** The halves of a Korean syllable compose once they meet, and may then be one of two that a sign parts. */
const ROUNDS = 3;

export function toJoined(source: Mapped): Mapped {
  let joined = joinOnce(source);
  for (let round = 1; round < ROUNDS && joined !== source; round += 1) {
    const composed = toNfkc(joined);
    if (composed === joined) return joined;
    joined = joinOnce(composed);
  }
  return joined;
}
