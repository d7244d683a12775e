/** One unit of one script -> ranked guesses: telling letters first, then scripts of one language, then the model. */
import type { LanguageGuess } from '../../domain.js';
import type { LanguageModel } from '../../ports.js';
import { SOLE_LANGUAGE } from './scripts.js';
import type { Unit } from './units.js';

/** Letters that only these languages use, for languages outside the model. Source: CLDR exemplar characters. */
const TELLING: readonly { readonly script: string; readonly letters: RegExp; readonly tag: string }[] = [
  { script: 'Beng', letters: /[\u09f0\u09f1]/gu, tag: 'as' },
  { script: 'Arab', letters: /[\u067c\u0689\u0693\u0696\u069a\u06bc\u06cd]/gu, tag: 'ps' },
  {
    script: 'Arab',
    letters: /[\u067a\u067b\u067d\u067f\u0680\u0683\u0684\u068c\u068d\u068f\u06a6\u06b1\u06b3\u06bb]/gu,
    tag: 'sd',
  },
  { script: 'Arab', letters: /[\u0695\u06b5\u06ce]/gu, tag: 'ckb' },
  { script: 'Cyrl', letters: /[\u04e3\u04ef\u04b7]/gu, tag: 'tg' },
];
const SURE = 0.97;

const KANA = /[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]/gu;
/** A lone の is fashionable in Chinese; more kana than this share is Japanese. */
const KANA_SHARE = 0.12;

const countOf = (text: string, letters: RegExp): number => text.match(letters)?.length ?? 0;

const byLetters = (script: string, text: string): string | null => {
  if (script === 'Hani' || script === 'Hira' || script === 'Kana') {
    return countOf(text, KANA) > text.length * KANA_SHARE ? 'ja' : null;
  }
  const told = TELLING.find((entry) => entry.script === script && countOf(text, entry.letters) * 40 >= text.length);
  return told?.tag ?? (script === 'Hani' ? null : (SOLE_LANGUAGE.get(script) ?? null));
};

export const textOf = (raw: string, unit: Unit): string =>
  unit.tokens.map((token) => raw.slice(token.start, token.end)).join(' ');

/** Best first; empty when nothing can be said. */
export const guessUnit = (raw: string, unit: Unit, model: LanguageModel): readonly LanguageGuess[] => {
  const script = unit.tokens[0]?.script ?? 'Zyyy';
  const text = textOf(raw, unit);
  const told = byLetters(script, text);
  return told === null ? model.guess(text) : [{ tag: told, confidence: SURE }];
};
