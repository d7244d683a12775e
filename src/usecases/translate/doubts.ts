/** Signs of a bad translation that can be seen without knowing the languages. Pure. */
import type { TranslationDoubt } from '../../ports/translation.js';

/** Han and kana say in one character what letters say in several. */
const DENSE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const DENSE_WEIGHT = 3;
const MOST_RATIO = 4;
/** Shorter texts vary too much. */
const LEAST_WEIGHT = 12;
const UNCHANGED_LETTERS = 12;
/** The same short run over and over, as engines in a loop write. */
const LOOP = /(.{1,20}?)\1{5,}/su;

const weightOf = (text: string): number =>
  [...text].reduce((sum, char) => sum + (DENSE.test(char) ? DENSE_WEIGHT : 1), 0);

export interface Judged {
  readonly original: string;
  readonly translated: string;
  readonly lost: number;
}

export function doubtsOf({ original, translated, lost }: Judged): readonly TranslationDoubt[] {
  const [before, after] = [weightOf(original), weightOf(translated)];
  const isLong = Math.max(before, after) >= LEAST_WEIGHT;
  const isOff = isLong && (after > MOST_RATIO * Math.max(before, 1) || before > MOST_RATIO * Math.max(after, 1));
  const letters = original.match(/\p{L}/gu)?.length ?? 0;
  const isSame = letters >= UNCHANGED_LETTERS && translated.trim() === original.trim();
  return [
    ...(lost > 0 ? (['lost_piece'] as const) : []),
    ...(isSame ? (['unchanged'] as const) : []),
    ...(isOff ? (['length'] as const) : []),
    ...(LOOP.test(translated) && !LOOP.test(original) ? (['repeats'] as const) : []),
  ];
}

const DOUBTED = 0.3;
/** A doubt that can be seen outweighs the engine's own figure. */
export const confidenceOf = (own: number | null, doubts: readonly TranslationDoubt[]): number | null =>
  doubts.length === 0 ? own : Math.min(own ?? DOUBTED, DOUBTED);
