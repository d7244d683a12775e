/** Findings from the text-hash bank: known texts as a whole or as pieces, which are the spans. */
import { asSeverity } from '../../categories.js';
import type { Finding, LabelledText, NormalisedText, Span, TextHash } from '../../domain.js';
import type { HashHit, TextHashBank } from '../../ports.js';
import { type BadHit, badHits, calibratedOf, detectorOf } from '../hash-entry.js';
import { hashText } from './text-hash.js';
import { piecesOf, type TextPiece } from './text-pieces.js';

/** Hamming distance up to which two texts count as the same one. */
export const TEXT_DISTANCE = 3;
/** Hashes of very short texts collide; those are matched by terms. */
export const LEAST_HASHED = 16;

export const isTooShort = (text: NormalisedText): boolean => text.view('folded').text.trim().length < LEAST_HASHED;

/** What a text is looked up by. */
export interface HashedText extends TextHash {
  /** Those that may be known texts themselves. */
  readonly pieces: readonly TextPiece[];
}
export const hashedText = (text: NormalisedText): HashedText => ({
  ...hashText(text),
  pieces: isTooShort(text) ? [] : piecesOf(text, LEAST_HASHED),
});

export interface TextHits {
  readonly hits: readonly HashHit[];
  /** Null: the whole text. */
  readonly piece: TextPiece | null;
}
/** The whole first, longer pieces before shorter ones; a piece has to be the known text itself. */
export function* textHits(
  bank: TextHashBank,
  { exact, simhash, pieces }: HashedText,
  sourceId?: string,
): Generator<TextHits> {
  yield { hits: bank.lookup({ exact, simhash }, TEXT_DISTANCE, sourceId), piece: null };
  for (const piece of pieces) {
    const hits = bank.lookup({ exact: piece.exact, simhash: '' }, 0, sourceId);
    if (hits.length > 0) yield { hits, piece };
  }
}

const isWithin = (inner: Span, outer: Span): boolean => inner.start >= outer.start && inner.end <= outer.end;

export function bankFindings({ text, part }: LabelledText, bank: TextHashBank, sourceId?: string): readonly Finding[] {
  if (bank.isEmpty() || isTooShort(text)) return [];
  const found = new Map<string, { readonly hit: BadHit; readonly spans: Span[] }>();
  const harmless: Span[] = [];
  for (const { hits, piece } of textHits(bank, hashedText(text), sourceId)) {
    const span = piece?.span ?? { start: 0, end: text.raw.length };
    const bad = badHits(hits);
    // What stands in a text that is known to be harmless is quoted there.
    if (bad.length === 0 && hits.some(({ benign }) => benign)) harmless.push(span);
    if (harmless.some((outer) => isWithin(span, outer))) continue;
    for (const hit of bad) {
      const known = found.get(hit.entryId);
      if (known === undefined) found.set(hit.entryId, { hit, spans: [span] });
      else if (!known.spans.some((outer) => isWithin(span, outer))) known.spans.push(span);
    }
  }
  return [...found.values()].map(
    ({ hit, spans }): Finding => ({
      category: hit.category,
      score: Math.round((1 - hit.distance / 16) * 1_000) / 1_000,
      calibrated: calibratedOf(hit, TEXT_DISTANCE),
      severity: asSeverity(hit.severity),
      source: 'text_hash',
      detector: detectorOf(hit),
      part,
      spans: spans.toSorted((a, b) => a.start - b.start),
      view: 'folded',
    }),
  );
}
