/** The data that read each script, and the scripts of languages. */
import { type LanguageTag, primaryOf } from '../../../domain.js';
import type { ScriptClass } from './script-net.js';

/** `latin` and `cyrillic` know the letters of a whole script, so that no language has to be guessed before reading. */
const SETS: Readonly<Record<Exclude<ScriptClass, 'None'>, string>> = {
  Latn: 'latin',
  Viet: 'vie',
  Cyrl: 'cyrillic',
  Hans: 'chi_sim',
  Hant: 'chi_tra',
  Jpan: 'jpn',
  Kore: 'kor',
  Arab: 'ara',
  Deva: 'hin',
  Thai: 'tha',
};
export const setOf = (script: ScriptClass): string | null => (script === 'None' ? null : SETS[script]);

const BY_LANGUAGE: Readonly<Record<string, ScriptClass>> = {
  vi: 'Viet',
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

export function scriptOfTag(tag: LanguageTag): ScriptClass {
  if (LATN.test(tag)) return 'Latn';
  if (HANT.test(tag)) return 'Hant';
  return BY_LANGUAGE[primaryOf(tag).toLowerCase()] ?? 'Latn';
}
