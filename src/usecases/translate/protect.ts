/** Pieces that no engine may see or change stand behind marks while a text is away, and come back after it. Pure. */
import type { Span } from '../../domain.js';
import { redact } from '../../stages/deliberate/redact.js';
import type { GlossaryRule } from './glossary.js';

export interface Protected {
  readonly text: string;
  /** By number of the mark: what stands there in the translation. */
  readonly kept: readonly string[];
}

/** Rare in any text; one that stands in the note is protected like everything else. */
const MARK = /[\u27e6]\s*(\d{1,4})\s*[\u27e7]/gu;
const markOf = (index: number): string => `\u27e6${index}\u27e7`;

/** Addresses and names of accounts: nothing in them is to be translated. Bounded: growth stays linear. */
const VERBATIM: readonly RegExp[] = [
  MARK,
  /(?:https?:\/\/|www\.)[^\s<>"'\u3000-\u303f\uff00-\uffef]{1,2000}/giu,
  /(?<![\p{L}\p{N}])@[\p{L}\p{N}_.]{2,64}/gu,
];
/** As `redact` writes them. */
const REDACTED = /\[(?:email|iban|card|id|phone|file)\]/gu;

interface Piece extends Span {
  readonly put: string;
}

export function protect(text: string, rules: readonly GlossaryRule[], redacts: boolean): Protected {
  const pieces: Piece[] = [];
  const add = (start: number, end: number, put: string): void => {
    const isFree = pieces.every((piece) => end <= piece.start || start >= piece.end);
    if (isFree && end > start) pieces.push({ start, end, put });
  };
  if (redacts) for (const { start, end } of personal(text)) add(start, end, text.slice(start, end));
  for (const pattern of VERBATIM) {
    for (const match of text.matchAll(pattern)) add(match.index, match.index + match[0].length, match[0]);
  }
  for (const { pattern, replacement } of rules) {
    for (const match of text.matchAll(pattern)) add(match.index, match.index + match[0].length, replacement);
  }
  pieces.sort((a, b) => a.start - b.start);
  let out = '';
  let at = 0;
  for (const [i, { start, end }] of pieces.entries()) {
    out += text.slice(at, start) + markOf(i);
    at = end;
  }
  return { text: out + text.slice(at), kept: pieces.map(({ put }) => put) };
}

function* personal(text: string): Generator<Span> {
  const redacted = redact(text);
  for (const match of redacted.text.matchAll(REDACTED)) {
    yield redacted.toRaw({ start: match.index, end: match.index + match[0].length });
  }
}

/** `lost`: marks that did not come back. A mark that was never given is left as it stands. */
export function restore(text: string, { kept }: Protected): { readonly text: string; readonly lost: number } {
  const seen = new Set<number>();
  const whole = text.replace(MARK, (mark, digits: string) => {
    const put = kept[Number(digits)];
    if (put === undefined) return mark;
    seen.add(Number(digits));
    return put;
  });
  return { text: whole, lost: kept.length - seen.size };
}

/** Nothing to translate: marks, figures, signs. */
export const isWordless = (text: string): boolean => !/\p{L}/u.test(text.replace(MARK, ''));
