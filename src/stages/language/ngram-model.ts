/** Multinomial logistic model over hashed 1- to 5-grams and whole words. Pure; the file is read by an adapter. */
import type { LanguageGuess } from '../../domain.js';
import { type Script, scriptAt } from './scripts.js';
import { foldWord } from './tokens.js';

/** Weights of one script group: feature `f` owns the pairs `offsets[f]..offsets[f + 1]`. */
export interface NgramGroup {
  readonly script: Script;
  readonly bits: number;
  /** Whether word edges are features; not so in scripts without spaces. */
  readonly bounded: boolean;
  readonly languages: readonly string[];
  readonly scale: number;
  /** Divides the logits so that confidences match hit rates: for one word, two, three to seven, more. */
  readonly temperatures: readonly number[];
  readonly offsets: Uint32Array;
  readonly columns: Uint8Array;
  readonly weights: Int8Array;
}

const MAX_WORD = 40;
/** More words of one clause change nothing but the time. */
const MAX_WORDS = 40;
const MAX_N = 5;
const EDGE = 0x5f;
const NGRAM_SEED = 0x811c9dc5;
const WORD_SEED = 0x9747b28c;
const PRIME = 0x01000193;

const mix = (hash: number, bits: number): number => {
  let h = hash ^ (hash >>> 15);
  h = Math.imul(h, 0x2c1b3c6d);
  h ^= h >>> 13;
  return h >>> (32 - bits);
};

/** Adds the weights of one feature to the sums of all languages. */
const addFeature = (group: NgramGroup, feature: number, sums: Int32Array): void => {
  const { offsets, columns, weights } = group;
  const last = offsets[feature + 1] as number;
  for (let pair = offsets[feature] as number; pair < last; pair += 1) {
    // in range by construction: the adapter checks the table when it loads
    (sums[columns[pair] as number] as number) += weights[pair] as number;
  }
};

/** Adds the features of one word and returns their number. */
const addWord = (group: NgramGroup, word: string, sums: Int32Array): number => {
  const token = group.bounded ? `_${word.slice(0, MAX_WORD)}_` : word.slice(0, MAX_WORD);
  let whole = WORD_SEED;
  let count = 0;
  for (let first = 0; first < token.length; first += 1) {
    const unit = token.charCodeAt(first);
    whole = Math.imul(whole ^ unit, PRIME);
    let hash = NGRAM_SEED;
    const end = Math.min(first + MAX_N, token.length);
    for (let index = first; index < end; index += 1) {
      hash = Math.imul(hash ^ token.charCodeAt(index), PRIME);
      if (index === first && unit === EDGE) continue;
      addFeature(group, mix(hash, group.bits), sums);
      count += 1;
    }
  }
  if (token.length <= MAX_N) return count;
  addFeature(group, mix(whole, group.bits), sums);
  return count + 1;
};

const temperatureOf = (group: NgramGroup, words: number): number => {
  const bucket = words === 1 ? 0 : words === 2 ? 1 : words < 8 ? 2 : 3;
  return group.temperatures[bucket] ?? 1;
};

/** Probabilities of every language of the group for words already folded; empty when no word has a feature. */
export const scoreWords = (group: NgramGroup, words: readonly string[]): readonly LanguageGuess[] => {
  const sums = new Int32Array(group.languages.length);
  let count = 0;
  for (const word of words.slice(0, MAX_WORDS)) count += addWord(group, word, sums);
  if (count === 0) return [];
  const factor = group.scale / Math.sqrt(count) / temperatureOf(group, words.length);
  const top = sums.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const odds = Array.from(sums, (sum) => Math.exp((sum - top) * factor));
  const total = odds.reduce((a, b) => a + b, 0);
  return group.languages
    .map((tag, index) => ({ tag, confidence: (odds[index] ?? 0) / total }))
    .filter((guess) => guess.confidence > 0.001)
    .sort((a, b) => b.confidence - a.confidence);
};

const WORD = /[\p{L}\p{M}2-9]+/gu;
const HAN = /\p{Script=Han}+/gu;

/** Guesses for a text of mostly one script. */
export const guessByNgrams = (groups: ReadonlyMap<Script, NgramGroup>, text: string): readonly LanguageGuess[] => {
  const folded = foldWord(text);
  const group = groups.get(scriptOfText(folded));
  if (group === undefined) return [];
  const words = folded.match(group.bounded ? WORD : HAN) ?? [];
  return scoreWords(group, group.bounded ? words : words.flatMap(chunksOfFour));
};

/** Training cuts unspaced runs the same way. */
const chunksOfFour = (run: string): string[] => run.match(/.{1,4}/gsu) ?? [];

const scriptOfText = (text: string): Script => {
  for (let index = 0; index < text.length; index += 1) {
    const script = scriptAt(text, index);
    if (script !== 'Zyyy') return script;
  }
  return 'Zyyy';
};
