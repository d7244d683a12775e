/** A text -> sentences, as spans of the original. Pure: what is translated piece by piece is shown piece by piece. */
import type { LanguageTag, Span } from '../../domain.js';

/** Engines lose the thread in longer ones; a longer sentence is cut between words. */
export const MOST_CHARS = 600;

/** In order, apart from one another, without white space at the ends; everything but white space is in one of them. */
export function segmentText(text: string, language: LanguageTag): readonly Span[] {
  const sentences = new Intl.Segmenter(localeOf(language), { granularity: 'sentence' });
  const out: Span[] = [];
  for (const { segment, index } of sentences.segment(text)) {
    for (const span of lines(segment, index)) out.push(...cut(text, span));
  }
  return out;
}

/** A tag that the runtime does not know still has sentences. */
function localeOf(language: LanguageTag): string {
  try {
    return Intl.getCanonicalLocales(language)[0] ?? 'und';
  } catch (error) {
    if (error instanceof RangeError) return 'und';
    throw error;
  }
}

function* lines(segment: string, offset: number): Generator<Span> {
  for (const { index, 0: line } of segment.matchAll(/[^\n\r\u2028\u2029]+/gu)) {
    const start = index + (line.length - line.trimStart().length);
    const end = index + line.trimEnd().length;
    if (start < end) yield { start: offset + start, end: offset + end };
  }
}

function cut(text: string, span: Span): readonly Span[] {
  if (span.end - span.start <= MOST_CHARS) return [span];
  const out: Span[] = [];
  let start = span.start;
  let end = span.start;
  for (const piece of pieces(text.slice(span.start, span.end))) {
    if (end + piece.length - start > MOST_CHARS && end > start) {
      out.push({ start, end });
      start = end;
    }
    end += piece.length;
  }
  if (end > start) out.push({ start, end });
  return out.flatMap((part) => trimmed(text, part));
}

const words = new Intl.Segmenter('und', { granularity: 'word' });
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** Words; a word longer than a segment falls into graphemes, which are never cut. */
function* pieces(text: string): Generator<string> {
  for (const { segment } of words.segment(text)) {
    if (segment.length <= MOST_CHARS) yield segment;
    else for (const { segment: one } of graphemes.segment(segment)) yield one;
  }
}

function trimmed(text: string, { start, end }: Span): readonly Span[] {
  const part = text.slice(start, end);
  const from = start + (part.length - part.trimStart().length);
  const to = start + part.trimEnd().length;
  return from < to ? [{ start: from, end: to }] : [];
}
