/** What the readers of contacts share. Readers work on the text of one view and tell positions in it. */
import type { ContactHit, NormalisedText, TextView } from '../../domain.js';

export interface Reading {
  readonly kind: ContactHit['kind'];
  readonly detail?: string | undefined;
  readonly start: number;
  readonly end: number;
}
export type Reader = (view: TextView, text: NormalisedText) => readonly Reading[];

/** Position after the last character that is not closing punctuation; a loop, since a regex for it is quadratic. */
export function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && `.,;:!?)]}>"'…`.includes(text.charAt(at - 1))) at -= 1;
  return at;
}

/** Readings of every match of a global regex; the pattern must be linear and is tested for growth. */
export function readAll(text: string, pattern: RegExp, kind: ContactHit['kind'], detail?: string): readonly Reading[] {
  const readings: Reading[] = [];
  for (const match of text.matchAll(pattern)) {
    readings.push({ kind, detail, start: match.index, end: trimEnd(text, match.index, match.index + match[0].length) });
  }
  return readings;
}
