/** A text that remembers where each of its code units came from. */
import type { Span } from '../../domain.js';

/**
 * Unit `i` of `text` stands for `[starts[i], ends[i])` of the raw text; both lists never fall.
 * Null lists mean that every unit stands for itself, which is the usual case and costs nothing.
 */
export interface Mapped {
  readonly text: string;
  readonly starts: readonly number[] | null;
  readonly ends: readonly number[] | null;
}

export const identity = (text: string): Mapped => ({ text, starts: null, ends: null });

/** The same places under another text of equal length. */
export const relabelled = (source: Mapped, text: string): Mapped =>
  text === source.text ? source : { text, starts: source.starts, ends: source.ends };

/** Span of the raw text behind `[start, end)`; bounds outside the text are clamped, a reversed span is empty. */
export function rawSpan(mapped: Mapped, span: Span): Span {
  const length = mapped.text.length;
  const start = Math.min(Math.max(0, span.start), length);
  const end = Math.min(Math.max(start, span.end), length);
  if (mapped.starts === null || mapped.ends === null) return { start, end };
  if (start === end) {
    const at = start < length ? (mapped.starts[start] ?? 0) : (mapped.ends[length - 1] ?? 0);
    return { start: at, end: at };
  }
  return { start: mapped.starts[start] ?? 0, end: mapped.ends[end - 1] ?? 0 };
}

export interface MapWriter {
  /** Writes `piece` for the units `[from, to)` of the source. */
  put(piece: string, from: number, to: number): void;
  done(): Mapped;
}

/** Collects a derived text; positions are given in the source and kept in the raw text. */
export function writeFrom(source: Mapped): MapWriter {
  const { starts: sourceStarts, ends: sourceEnds } = source;
  const starts: number[] = [];
  const ends: number[] = [];
  let text = '';
  return {
    put(piece, from, to) {
      const start = sourceStarts === null ? from : (sourceStarts[from] ?? 0);
      const end = sourceEnds === null ? to : (sourceEnds[to - 1] ?? 0);
      text += piece;
      for (let i = 0; i < piece.length; i += 1) {
        starts.push(start);
        ends.push(end);
      }
    },
    done: () => (text === source.text ? source : { text, starts, ends }),
  };
}
