/** Joins letters that were pulled apart: `f.r.e.e`, `w e c h a t`, `微.信`, `加🌸微🌸信`. Works on folded text. */
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
const PICTURE_SIGN = /\p{Extended_Pictographic}/u;
const [OTHER, LETTER, FREE, MARK, PICTURE] = [0, 1, 2, 3, 4];
const kindOf = unitTable((unit) => {
  if (NO_SPACE.test(unit)) return FREE;
  if (/\p{M}/u.test(unit)) return MARK;
  if (/[\p{L}\p{N}@$]/u.test(unit)) return LETTER;
  return PICTURE_SIGN.test(unit) ? PICTURE : OTHER;
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

/** The sign or the picture at `at` that may part letters; '' when there is none. */
function separatorAt(text: string, at: number): string {
  if (at >= text.length) return '';
  if (SEPARATORS.includes(text.charAt(at))) return text.charAt(at);
  return kindAt(text, at) === PICTURE ? text.slice(at, at + widthOf(pointAt(text, at))) : '';
}

/**
 * Lone letters from `at` on, all parted by the same separator; the last one must stand alone too, unless pictures part
 * the letters of a no-space script.
 */
function loneLetters(text: string, at: number): readonly Place[] {
  const letters: Place[] = [];
  const first = letterEnd(text, at);
  const separator = separatorAt(text, first);
  if (separator === '') return letters;
  const isOpen = kindAt(text, first) === PICTURE;
  for (let from = at; ; ) {
    const to = letterEnd(text, from);
    if (to === from) return letters;
    const isAlone = !isLetterAt(text, to);
    if (!isAlone && !(isOpen && letters.length > 0 && kindAt(text, from) === FREE)) return letters;
    letters.push({ from, to });
    if (!isAlone || !text.startsWith(separator, to)) return letters;
    from = to + separator.length;
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

/** The same picture before and behind a lone letter. */
function isPartedByPictures(text: string, at: number, picture: string): boolean {
  if (!isLetterAt(text, at - 1)) return false;
  const next = at + picture.length;
  const end = letterEnd(text, next);
  return end > next && text.startsWith(picture, end);
}

function isPartedBySigns(text: string, at: number): boolean {
  const right = kindAt(text, at + 1);
  if (![LETTER, FREE, MARK].includes(kindAt(text, at - 1)) || (right !== LETTER && right !== FREE)) return false;
  if (isStray(text, at, at - 1) || isBetweenSyllables(text, at)) return true;
  return text.charAt(at + 2) === text.charAt(at) || kindAt(text, at + 2) === MARK;
}

/** Cheap look before the work: a separator between two letters, of which one is of a no-space script or both stand alone. */
function isWorth(text: string): boolean {
  for (let at = 1; at + 1 < text.length; at += 1) {
    const separator = separatorAt(text, at);
    if (separator === '') continue;
    const isPicture = kindAt(text, at) === PICTURE;
    if (isPicture ? isPartedByPictures(text, at, separator) : isPartedBySigns(text, at)) return true;
  }
  return false;
}

/** A no-space script has no start of a word to wait for: a picture behind one of its letters is start enough. */
const opensRun = (text: string, at: number): boolean =>
  kindAt(text, at) === FREE && kindAt(text, letterEnd(text, at)) === PICTURE;

/** Where the next piece to keep begins and ends, and the letter that a separator behind it would follow. */
function putLetters(text: string, at: number, startsWord: boolean, put: (place: Place) => void): Place {
  const run = startsWord || opensRun(text, at) ? loneLetters(text, at) : [];
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
