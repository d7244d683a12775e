/** Scripts that can be read, the data that read each, and the order in which they are tried. */
import type { LanguageTag } from '../../../domain.js';

export const OCR_SCRIPTS = ['Latn', 'Cyrl', 'Hans', 'Hant', 'Jpan', 'Kore', 'Arab', 'Deva', 'Thai'] as const;
export type OcrScript = (typeof OCR_SCRIPTS)[number];

/** `latin` and `cyrillic` know the letters of a whole script, so that no language has to be guessed before reading. */
const SETS: Readonly<Record<OcrScript, string>> = {
  Latn: 'latin',
  Cyrl: 'cyrillic',
  Hans: 'chi_sim',
  Hant: 'chi_tra',
  Jpan: 'jpn',
  Kore: 'kor',
  Arab: 'ara',
  Deva: 'hin',
  Thai: 'tha',
};
export const setOf = (script: OcrScript): string => SETS[script];

const BY_LANGUAGE: Readonly<Record<string, OcrScript>> = {
  ru: 'Cyrl',
  uk: 'Cyrl',
  be: 'Cyrl',
  bg: 'Cyrl',
  sr: 'Cyrl',
  mk: 'Cyrl',
  kk: 'Cyrl',
  zh: 'Hans',
  yue: 'Hant',
  ja: 'Jpan',
  ko: 'Kore',
  ar: 'Arab',
  fa: 'Arab',
  ur: 'Arab',
  hi: 'Deva',
  mr: 'Deva',
  ne: 'Deva',
  th: 'Thai',
};
const HANT = /^(zh|yue)-(Hant|TW|HK|MO)\b/i;
const LATN = /-Latn\b/i;

export function scriptOfTag(tag: LanguageTag): OcrScript {
  if (LATN.test(tag)) return 'Latn';
  if (HANT.test(tag)) return 'Hant';
  return BY_LANGUAGE[tag.split('-')[0]?.toLowerCase() ?? ''] ?? 'Latn';
}
