import { type LanguageGuess, type LanguageTag, primaryOf } from '../../domain.js';

/** Two languages tie when the better one is less than this many times as likely. */
const TIE = 1.5;

const primary = (tag: LanguageTag): string => primaryOf(tag.toLowerCase());

/** Raises the hinted language when it ties with the best guess; a hint can never bring in a language of its own. */
export const favour = (guesses: readonly LanguageGuess[], hint: LanguageTag | undefined): readonly LanguageGuess[] => {
  const [best] = guesses;
  if (hint === undefined || best === undefined) return guesses;
  const hinted =
    guesses.find((guess) => guess.tag.toLowerCase() === hint.toLowerCase()) ??
    guesses.find((guess) => primary(guess.tag) === primary(hint));
  if (hinted === undefined || hinted === best || hinted.confidence * TIE < best.confidence) return guesses;
  const others = guesses.filter((guess) => guess !== hinted && guess !== best);
  return [
    { tag: hinted.tag, confidence: best.confidence },
    { tag: best.tag, confidence: hinted.confidence },
    ...others,
  ];
};
