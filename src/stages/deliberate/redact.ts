/** Personal figures and addresses are taken out of a text before it leaves; places in the rest still point at the original. */
import type { Span } from '../../domain.js';
import { identity, type Mapped, rawSpan, writeFrom } from '../normalise/mapped.js';
import { KINDS } from './redact-kinds.js';

export interface Redacted {
  readonly text: string;
  readonly count: number;
  /** A span of `text` -> the span of the original; a mark stands for all that it replaced. */
  toRaw(span: Span): Span;
}

/** A place and what is put for it. */
export interface Cut extends Span {
  readonly mark: string;
}

/** Signs that nobody sees, and the frame of key caps, stand between the digits of a number that hides. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}|\u20e3/u;

/** Digits in circles and brackets, wide letters and signs as plain ones. */
function plainly(raw: string): Mapped {
  const writer = writeFrom(identity(raw));
  let at = 0;
  for (const char of raw) {
    const plain = UNSEEN.test(char) ? '' : char.normalize('NFKC');
    writer.put(/^[\p{Nd}@+.A-Za-z]?$/u.test(plain) ? plain : char, at, at + char.length);
    at += char.length;
  }
  return writer.done();
}

/** `known`: places that others have found to be contacts. */
export function redact(raw: string, known: readonly Cut[] = []): Redacted {
  const plain = plainly(raw);
  const cuts: Cut[] = [];
  const add = (cut: Cut): void => {
    if (cuts.every(({ start, end }) => cut.end <= start || cut.start >= end)) cuts.push(cut);
  };
  for (const [name, pattern, fits] of KINDS) {
    for (const match of plain.text.matchAll(pattern)) {
      if (!(fits?.(match[0]) ?? true)) continue;
      const { start, end } = rawSpan(plain, { start: match.index, end: match.index + match[0].length });
      add({ start, end: pastUnseen(raw, end), mark: `[${name}]` });
    }
  }
  for (const cut of known) add(cut);
  cuts.sort((a, b) => a.start - b.start);
  return replaced(raw, cuts);
}

function pastUnseen(raw: string, from: number): number {
  let at = from;
  while (at < raw.length && UNSEEN.test(raw.charAt(at))) at += 1;
  return at;
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
