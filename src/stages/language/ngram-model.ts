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
/** A language 1,800 times less likely than the best is not listed. */
const LEAST_LOG = -7.5;
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
const addFeature = (group: NgramGroup, feature: number, sums: Int16Array): void => {
  const { offsets, columns, weights } = group;
  const last = offsets[feature + 1] as number;
  for (let pair = offsets[feature] as number; pair < last; pair += 1) {
    // in range by construction: the adapter checks the table when it loads
    (sums[columns[pair] as number] as number) += weights[pair] as number;
  }
};

interface WordVector {
  /** Sums of int8 weights over at most 201 features fit 16 bits. */
  readonly sums: Int16Array;
  readonly features: number;
}

const vectorOf = (group: NgramGroup, word: string): WordVector => {
  const token = group.bounded ? `_${word.slice(0, MAX_WORD)}_` : word.slice(0, MAX_WORD);
  const sums = new Int16Array(group.languages.length);
  let whole = WORD_SEED;
  let features = 0;
  for (let first = 0; first < token.length; first += 1) {
    const unit = token.charCodeAt(first);
    whole = Math.imul(whole ^ unit, PRIME);
    let hash = NGRAM_SEED;
    const end = Math.min(first + MAX_N, token.length);
    for (let index = first; index < end; index += 1) {
      hash = Math.imul(hash ^ token.charCodeAt(index), PRIME);
      if (index === first && unit === EDGE) continue;
      addFeature(group, mix(hash, group.bits), sums);
      features += 1;
    }
  }
  if (token.length <= MAX_N) return { sums, features };
  addFeature(group, mix(whole, group.bits), sums);
  return { sums, features: features + 1 };
};

/** Most words of a text are common ones: their vectors are kept, since adding one is far cheaper than making it. */
const KEPT_WORDS = 20_000;
const MAX_KEPT_LENGTH = 16;
const kept = new WeakMap<NgramGroup, Map<string, WordVector>>();

const keptVector = (group: NgramGroup, word: string): WordVector => {
  const words = kept.get(group) ?? new Map<string, WordVector>();
  kept.set(group, words);
  const known = words.get(word);
  if (known !== undefined) return known;
  const vector = vectorOf(group, word);
  if (word.length > MAX_KEPT_LENGTH) return vector;
  if (words.size >= KEPT_WORDS) words.clear();
  words.set(word, vector);
  return vector;
};

/** Adds the vector of one word and returns its number of features. */
const addWord = (group: NgramGroup, word: string, sums: Int32Array): number => {
  const vector = keptVector(group, word);
  for (let index = 0; index < sums.length; index += 1) {
    (sums[index] as number) += vector.sums[index] as number;
  }
  return vector.features;
};

const temperatureOf = (group: NgramGroup, words: number): number => {
  const bucket = words === 1 ? 0 : words === 2 ? 1 : words < 8 ? 2 : 3;
  return group.temperatures[bucket] ?? 1;
};

/** Probabilities of every language of the group for words already folded; empty when no word has a feature. */
const scoreWords = (group: NgramGroup, words: readonly string[]): readonly LanguageGuess[] => {
  const sums = new Int32Array(group.languages.length);
  let count = 0;
  for (const word of words.slice(0, MAX_WORDS)) count += addWord(group, word, sums);
  if (count === 0) return [];
  const factor = group.scale / Math.sqrt(count) / temperatureOf(group, words.length);
  return words.length <= FEW_WORDS ? shifted(ranked(group, sums, factor)) : ranked(group, sums, factor);
};

/** A word or two that both of a pair of relatives use belongs to the larger one more often; tuned on kept rows. */
const SHORT_PRIOR: ReadonlyMap<string, number> = new Map([
  ['ms', 0.3],
  ['gl', 0.6],
  ['af', 0.6],
  ['nn', 0.6],
  ['oc', 0.6],
]);
const FEW_WORDS = 3;

const shifted = (guesses: readonly LanguageGuess[]): readonly LanguageGuess[] => {
  const odds = guesses.map(({ tag, confidence }) => ({ tag, confidence: confidence * (SHORT_PRIOR.get(tag) ?? 1) }));
  const total = odds.reduce((sum, guess) => sum + guess.confidence, 0);
  return odds
    .map(({ tag, confidence }) => ({ tag, confidence: confidence / total }))
    .sort((a, b) => b.confidence - a.confidence);
};

/** Softmax; what is too unlikely to matter is left out before it costs anything. */
const ranked = (group: NgramGroup, sums: Int32Array, factor: number): readonly LanguageGuess[] => {
  let top = Number.NEGATIVE_INFINITY;
  for (const sum of sums) if (sum > top) top = sum;
  const guesses: { tag: string; confidence: number }[] = [];
  let total = 0;
  group.languages.forEach((tag, index) => {
    const log = ((sums[index] ?? 0) - top) * factor;
    if (log < LEAST_LOG) return;
    const confidence = Math.exp(log);
    total += confidence;
    guesses.push({ tag, confidence });
  });
  for (const guess of guesses) guess.confidence /= total;
  return guesses.sort((a, b) => b.confidence - a.confidence);
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
