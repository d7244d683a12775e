/** How long a wording must be so that it does not hide inside other words; by script and by what bounds it. */
export const BOUNDARIES = ['word', 'prefix', 'none', 'segment'] as const;
export type Boundary = (typeof BOUNDARIES)[number];

const HAN_KANA = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const HANGUL = /\p{Script=Hangul}/u;
/** Written without spaces, letter by letter. */
const UNSPACED = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const LETTER = /[\p{L}\p{N}]/gu;

interface Least {
  readonly letters: number;
  readonly of: string;
}

function leastOf(wording: string, boundary: Boundary): Least {
  if (HAN_KANA.test(wording)) return { letters: boundary === 'segment' ? 1 : 2, of: 'Chinese and Japanese' };
  if (HANGUL.test(wording)) return { letters: boundary === 'none' ? 2 : 1, of: 'Korean' };
  if (UNSPACED.test(wording)) return { letters: boundary === 'segment' ? 2 : 3, of: 'scripts without spaces' };
  if (boundary === 'none') return { letters: 4, of: 'a wording without a boundary' };
  return boundary === 'prefix' ? { letters: 3, of: 'a wording that may go on' } : { letters: 2, of: 'a word' };
}

/** As many letters as the strictest script and boundary ask for; nearly all wordings have them. */
const ENOUGH = /(?:[\p{L}\p{N}][^\p{L}\p{N}]*){4}/u;

/** What is wrong with the length; null when it is long enough. */
export function tooShort(wording: string, boundary: Boundary = 'word'): string | null {
  if (ENOUGH.test(wording)) return null;
  const letters = wording.match(LETTER)?.length ?? 0;
  // Signs such as emoji are no part of a longer word.
  if (letters === 0) return wording.trim() === '' ? 'an empty wording' : null;
  const least = leastOf(wording, boundary);
  if (letters >= least.letters) return null;
  return `"${wording}" has ${letters} letters; ${least.of} needs at least ${least.letters}, or it hides inside other words`;
}
