/** How far a reading of a line is believed: the figures of the engine, made comparable between scripts. */
import { confidenceOf, type LineWord } from './join.js';
import type { ScriptClass } from './script-net.js';

/** Letters that are read this well on average are noise; this much more of it is a word. */
const NOISE = 0.945;
const WORD = 0.05;
/** Good letters in bad words leave a doubt. */
const MOST_BY_LETTERS = 0.68;

/**
 * The engine gives Thai letter by letter, so that lucky letters hide the others: the worst third speaks. Words of
 * letters that are all good but one are believed for their letters.
 */
export function beliefIn(words: readonly LineWord[], script: ScriptClass): number {
  if (script === 'Thai') {
    const byConfidence = [...words].sort((a, b) => a.confidence - b.confidence);
    return confidenceOf(byConfidence.slice(0, Math.ceil(words.length / 3)));
  }
  const whole = confidenceOf(words);
  if (whole >= MOST_BY_LETTERS || words.some(({ letters }) => letters === undefined)) return whole;
  const good = confidenceOf(words.map((word) => ({ ...word, confidence: word.letters ?? 0 })));
  return Math.max(whole, Math.min(MOST_BY_LETTERS, (good - NOISE) / WORD));
}
