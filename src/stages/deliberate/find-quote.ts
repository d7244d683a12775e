/** Words that a model copied -> their place in the text. Models copy with other white space, case, width, quotation marks. */
import { plainPattern } from '../../domain/plain-pattern.js';
import type { Span } from '../../domain.js';

/** As written but for white space; then as read; then without what models add at the ends. Null: these words are not there. */
export function findQuote(text: string, quote: string): Span | null {
  const exact = search(text, quote);
  if (exact !== null) return exact;
  const plain = plainOf(text);
  const wanted = plainOf(quote).text;
  const found = search(plain.text, wanted) ?? search(plain.text, wanted.replace(ADDED, ''));
  return found === null ? null : plain.back(found);
}

/** Signs that models put around and behind words, in their plain form. */
const ADDED = /^[\s'.]+|[\s'.]+$/g;

function search(text: string, quote: string): Span | null {
  const words = quote
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return null;
  const pattern = words.map(plainPattern).join('\\s+');
  const match = new RegExp(pattern, 'u').exec(text);
  return match === null ? null : { start: match.index, end: match.index + match[0].length };
}

interface Plain {
  readonly text: string;
  back(span: Span): Span;
}

const QUOTES = /[\p{Pi}\p{Pf}"`\u00b4\u201a\u201e\u2032\u2033\u300c-\u300f\uff02\uff07]/gu;

/** Decomposed, without case, width and invisible signs; quotation marks and dashes are all one. */
const plainChar = (char: string): string =>
  char
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(QUOTES, "'")
    .replace(/\p{Pd}/gu, '-');

function plainOf(text: string): Plain {
  const from: number[] = [];
  const to: number[] = [];
  let out = '';
  let at = 0;
  for (const char of text) {
    const plain = plainChar(char);
    out += plain;
    for (let unit = 0; unit < plain.length; unit += 1) {
      from.push(at);
      to.push(at + char.length);
    }
    at += char.length;
  }
  return {
    text: out,
    back: ({ start, end }) => ({ start: from[start] ?? at, end: to[end - 1] ?? at }),
  };
}
