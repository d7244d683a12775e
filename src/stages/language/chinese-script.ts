/** Which of its two scripts Chinese is written in: its letters tell, or nothing does and the answer is weak. */
import type { LanguageGuess, LanguageTag } from '../../domain.js';
import { SIMPLIFIED_ONLY, TRADITIONAL_ONLY } from './chinese-letters.js';

export type ChineseTag = 'zh-Hans' | 'zh-Hant';

/** Share of the script that its own letters tell; a name or a quotation may still stand in the other one. */
const TOLD = 0.97;
/** Share of the usual script where no letter tells. */
const USUAL = 0.6;

const SIMPLIFIED = new Set(SIMPLIFIED_ONLY);
const TRADITIONAL = new Set(TRADITIONAL_ONLY);
const TELLING = /[\p{Script=Han}\p{Script=Bopomofo}]/gu;
const isBopomofo = (letter: string): boolean => letter >= '\u3100' && letter < '\u3200';
/** Letters; more of them tell no more. */
const MAX_LETTERS = 2_000;

interface Letters {
  readonly simplified: number;
  readonly traditional: number;
}

const lettersOf = (text: string): Letters => {
  let simplified = 0;
  let traditional = 0;
  let left = MAX_LETTERS;
  for (const [letter] of text.matchAll(TELLING)) {
    if (SIMPLIFIED.has(letter)) simplified += 1;
    else if (TRADITIONAL.has(letter) || isBopomofo(letter)) traditional += 1;
    left -= 1;
    if (left === 0) break;
  }
  return { simplified, traditional };
};

const HINTS_HANT = /^(?:zh|yue)-(?:[a-z]+-)*(?:hant|tw|hk|mo)\b|^yue$/i;

/** What a text without a telling letter is taken for: as the rest of the note, as its hint, as most Chinese is written. */
export const usualScript = (texts: readonly string[], hint: LanguageTag | undefined): ChineseTag => {
  const { simplified, traditional } = lettersOf(texts.join('\n'));
  if (simplified !== traditional) return simplified > traditional ? 'zh-Hans' : 'zh-Hant';
  return hint !== undefined && HINTS_HANT.test(hint) ? 'zh-Hant' : 'zh-Hans';
};

/** Shares what the guesses give Chinese between its scripts by the letters of the text. */
export const shareScripts = (
  guesses: readonly LanguageGuess[],
  text: string,
  usual: ChineseTag,
): readonly LanguageGuess[] => {
  const others = guesses.filter(({ tag }) => tag !== 'zh-Hans' && tag !== 'zh-Hant');
  if (others.length === guesses.length) return guesses;
  const letters = lettersOf(text);
  // Both: the model has read the rest of the text as well.
  if (letters.simplified > 0 && letters.traditional > 0) return guesses;
  const chinese = guesses.reduce((sum, guess) => (others.includes(guess) ? sum : sum + guess.confidence), 0);
  const simplified = chinese * simplifiedShare(letters, usual);
  const shared = [
    { tag: 'zh-Hans', confidence: simplified },
    { tag: 'zh-Hant', confidence: chinese - simplified },
  ];
  return [...others, ...shared].sort((a, b) => b.confidence - a.confidence);
};

const simplifiedShare = ({ simplified, traditional }: Letters, usual: ChineseTag): number => {
  if (simplified > 0) return TOLD;
  if (traditional > 0) return 1 - TOLD;
  return usual === 'zh-Hans' ? USUAL : 1 - USUAL;
};
