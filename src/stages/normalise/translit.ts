/** Everything in Latin letters, for matching only: vowels of Arabic and Hindi are lost. The only importer of `any-ascii`. */

import anyAscii from 'any-ascii';
import { type Mapped, writeFrom } from './mapped.js';
import { pointAt } from './unit-table.js';

const NON_ASCII = /[^\0-\x7f]/;
const cache = new Map<string, string>();
const CACHE_LIMIT = 16_384;

function romanOf(unit: string): string {
  const known = cache.get(unit);
  if (known !== undefined) return known;
  const roman = anyAscii(unit).toLowerCase();
  if (cache.size < CACHE_LIMIT) cache.set(unit, roman);
  return roman;
}

/** Digits that stand for Arabic letters in chat spelling, as the letter they stand for. */
const ARABIZI: Readonly<Record<string, string>> = {
  '2': 'ء',
  '3': 'ع',
  '5': 'خ',
  '6': 'ط',
  '7': 'ح',
  '8': 'غ',
  '9': 'ق',
};
const ARABIZI_WORD = /(?<![a-z0-9])[a-z0-9]*[a-z][a-z0-9]*(?![a-z0-9])/g;
const VOWEL = /[aeiou]/;

/** A digit of chat spelling stands among letters; two digits in a row are a number, two letters a model name. */
const isArabizi = (word: string): boolean =>
  /[235-9]/.test(word) && !/[0-9]{2}|[014]/.test(word) && word.replace(/[0-9]/g, '').length >= LEAST_LETTERS;
const LEAST_LETTERS = 3;

/** Chat spelling loses its vowels, since romanised Arabic has none. */
function arabiziPieces(word: string): readonly string[] {
  return [...word].map((letter) => {
    const arabic = ARABIZI[letter];
    if (arabic !== undefined) return romanOf(arabic);
    return VOWEL.test(letter) ? '' : letter;
  });
}

export function toTranslit(source: Mapped): Mapped {
  const { text } = source;
  const chat = [...text.matchAll(ARABIZI_WORD)].filter((match) => isArabizi(match[0]));
  if (chat.length === 0 && !NON_ASCII.test(text)) return source;
  const out = writeFrom(source);
  let at = 0;
  const romanise = (to: number): void => {
    while (at < to) {
      const unit = String.fromCodePoint(pointAt(text, at));
      out.put(romanOf(unit), at, at + unit.length);
      at += unit.length;
    }
  };
  for (const match of chat) {
    romanise(match.index);
    for (const piece of arabiziPieces(match[0])) {
      out.put(piece, at, at + 1);
      at += 1;
    }
  }
  romanise(text.length);
  return out.done();
}
