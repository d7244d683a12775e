/** Words of a text with their place. The normalisation here and training/language/corpus.py must agree. */
import { maskNeutral } from './mask.js';
import { COMMON, joinsPrevious, PREPENDED, type Script, scriptAt } from './scripts.js';

/** A run of letters of one script. Han and kana form one class until the language is known. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly script: Script;
}

const FORMAT_OR_VOWEL_SIGN = /[\p{Cf}\u0640\u064b-\u0652]/gu;

/** NFKC, lower case, without invisible characters and Arabic vowel signs. */
export const foldWord = (word: string): string =>
  word.normalize('NFKC').toLowerCase().replace(FORMAT_OR_VOWEL_SIGN, '');

const CJK = new Set<Script>(['Hani', 'Hira', 'Kana']);
/** Whether two scripts belong in one run. */
export const sameRun = (a: Script, b: Script): boolean => a === b || (CJK.has(a) && CJK.has(b));

const widthAt = (text: string, index: number): number => ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1);

/** Arabizi writes letters as digits ("3arabi", "7abibi"). */
const isLetterDigit = (unit: number): boolean => unit >= 0x32 && unit <= 0x39;

const widenStart = (text: string, start: number): number =>
  start > 0 && PREPENDED.has(text.charCodeAt(start - 1)) ? widenStart(text, start - 1) : start;

/** Tokens of a text, in order. Masked parts and everything that is no letter fall between them. */
export const tokenise = (raw: string): readonly Token[] => {
  const text = maskNeutral(raw);
  const tokens: Token[] = [];
  let open: { start: number; script: Script } | null = null;
  for (let index = 0; index < text.length; ) {
    const width = widthAt(text, index);
    const script = scriptAt(text, index);
    if (joinsPrevious(text, index) || (open?.script === 'Latn' && isLetterDigit(text.charCodeAt(index)))) {
      // stays with what is open, or belongs to no word
    } else if (open !== null && script !== COMMON && sameRun(open.script, script)) {
      if (script !== 'Hani') open.script = script;
    } else {
      if (open !== null) tokens.push({ ...open, end: index });
      open = opening(text, index, script);
    }
    index += width;
  }
  if (open !== null) tokens.push({ ...open, end: text.length });
  return tokens;
};

const opening = (text: string, index: number, script: Script): { start: number; script: Script } | null => {
  if (script !== COMMON) return { start: widenStart(text, index), script };
  return isLetterDigit(text.charCodeAt(index)) && opensArabizi(text, index) ? { start: index, script: 'Latn' } : null;
};

const opensArabizi = (text: string, index: number): boolean => scriptAt(text, index + 1) === 'Latn';
