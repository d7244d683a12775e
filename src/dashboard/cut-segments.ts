/** Cuts a text at the borders of its findings, so that each piece can be marked without touching the text. */
import type { NoteFinding } from './api/types.js';

export interface Segment {
  readonly text: string;
  readonly start: number;
  /** Indexes into the list of findings. */
  readonly findings: readonly number[];
}

export function cutSegments(text: string, part: string, findings: readonly NoteFinding[]): readonly Segment[] {
  const spans = findings.flatMap((finding, index) =>
    finding.part === part
      ? finding.spans
          .map(({ start, end }) => ({ index, start: Math.max(0, start), end: Math.min(text.length, end) }))
          .filter((span) => span.start < span.end)
      : [],
  );
  const borders = [...new Set([0, text.length, ...spans.flatMap((span) => [span.start, span.end])])].sort(
    (a, b) => a - b,
  );
  return borders.slice(0, -1).map((start, position) => {
    const end = borders[position + 1] ?? text.length;
    const covering = spans.filter((span) => span.start <= start && span.end >= end).map((span) => span.index);
    return { text: text.slice(start, end), start, findings: [...new Set(covering)] };
  });
}

/** Characters that hide words and that no honest spelling needs; joiners are left alone (emoji, Persian, Hindi). */
const HIDDEN = /([\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff])/u;

export interface Piece {
  readonly text: string;
  readonly start: number;
  /** `U+200B` for a character that nobody would see. */
  readonly hidden: string | null;
}

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

export function cutHidden(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  for (const piece of text.split(HIDDEN)) {
    if (piece !== '') pieces.push({ text: piece, start, hidden: HIDDEN.test(piece) ? codeOf(piece) : null });
    start += piece.length;
  }
  return pieces;
}
