/** Personal figures and addresses are taken out of a text before it leaves; places in the rest still point at the original. */
import type { Span } from '../../domain.js';

export interface Redacted {
  readonly text: string;
  readonly count: number;
  /** A span of `text` -> the span of the original; a mark stands for all that it replaced. */
  toRaw(span: Span): Span;
}

/** Digits of any script, as `\p{Nd}`, so that Arabic or Devanagari numbers are no way round. */
const DIGIT = '\\p{Nd}';
const GAP = '[ \\u00a0.\\-\\u2010-\\u2015/()]{0,2}';
const digits = (least: number, most: number): string => `${DIGIT}(?:${GAP}${DIGIT}){${least - 1},${most - 1}}`;

/** The order matters: what is told apart best comes first. Bounded repeats: growth stays linear. */
const KINDS: readonly (readonly [name: string, pattern: RegExp, fits?: (match: string) => boolean])[] = [
  ['email', /[\p{L}\p{N}._%+-]{1,64}\s?[@\uff20]\s?[\p{L}\p{N}-]{1,63}(?:[.\u3002\uff0e][\p{L}\p{N}-]{1,63}){1,4}/gu],
  [
    'iban',
    /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/gu,
    (match) => /\d{6}/.test(match.replace(/\D/g, '')),
  ],
  ['card', new RegExp(digits(13, 19), 'gu'), (match) => isLuhn(digitsOf(match))],
  // Resident ids of China: 17 digits and a check letter.
  ['id', /(?<!\p{Nd})\p{Nd}{17}[\p{Nd}Xx](?![\p{Nd}\p{L}])/gu],
  // What looks like a document: capitals and six or more digits together.
  ['id', /(?<![\p{L}\p{N}])(?:[A-Z]{1,3}-?\p{Nd}{6,20}(?:-?[A-Z]{1,2})?|\p{Nd}{6,20}-?[A-Z]{1,2})(?![\p{L}\p{N}])/gu],
  ['phone', new RegExp(`(?:[+\\uff0b]${GAP})?[(]?${digits(7, 15)}`, 'gu'), isPhone],
  ['id', /(?<![\p{L}\p{N}])\p{Nd}{16,24}(?![\p{L}\p{N}])/gu],
];

/** By Unicode, the digits of a script lie in one row from its zero. */
function digitsOf(text: string): string {
  return [...text]
    .filter((char) => /\p{Nd}/u.test(char))
    .map((char) => {
      let zero = char.codePointAt(0) ?? 0;
      let value = 0;
      while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) {
        zero -= 1;
        value += 1;
      }
      return String(value);
    })
    .join('');
}

function isLuhn(number: string): boolean {
  if (number.length < 13 || number.length > 19) return false;
  const sum = [...number].reverse().reduce((total, char, index) => {
    const digit = Number(char) * (index % 2 === 1 ? 2 : 1);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 0);
  return sum % 10 === 0;
}

/** Dates, prices and years are short or have a form of their own. */
function isPhone(match: string): boolean {
  const count = digitsOf(match).length;
  const isDate = /^(?:\p{Nd}{4}[-./]\p{Nd}{1,2}[-./]\p{Nd}{1,2}|\p{Nd}{1,2}[-./]\p{Nd}{1,2}[-./]\p{Nd}{4})$/u.test(
    match.trim(),
  );
  return count >= 7 && count <= 15 && !isDate;
}

interface Cut extends Span {
  readonly mark: string;
}

export function redact(raw: string): Redacted {
  const cuts: Cut[] = [];
  const isFree = (start: number, end: number): boolean => cuts.every((cut) => end <= cut.start || start >= cut.end);
  for (const [name, pattern, fits] of KINDS) {
    for (const match of raw.matchAll(pattern)) {
      const end = match.index + match[0].length;
      if (isFree(match.index, end) && (fits?.(match[0]) ?? true))
        cuts.push({ start: match.index, end, mark: `[${name}]` });
    }
  }
  cuts.sort((a, b) => a.start - b.start);
  return replaced(raw, cuts);
}

export const unredacted = (raw: string): Redacted => ({ text: raw, count: 0, toRaw: (span) => span });

function replaced(raw: string, cuts: readonly Cut[]): Redacted {
  let text = '';
  let at = 0;
  const placed = cuts.map((cut) => {
    text += raw.slice(at, cut.start);
    const start = text.length;
    text += cut.mark;
    at = cut.end;
    return { start, end: text.length, raw: cut };
  });
  text += raw.slice(at);
  const toRaw = (offset: number, edge: 'start' | 'end'): number => {
    let shift = 0;
    for (const { start, end, raw: cut } of placed) {
      if (offset < start || (edge === 'end' && offset === start)) break;
      if (offset < end || (edge === 'end' && offset === end)) return cut[edge];
      shift = cut.end - end;
    }
    return offset + shift;
  };
  return {
    text,
    count: cuts.length,
    toRaw: ({ start, end }) => ({ start: toRaw(start, 'start'), end: toRaw(end, 'end') }),
  };
}
