/** Findings from the text-hash bank: the whole text is the span. */
import { asSeverity } from '../../categories.js';
import type { Finding, LabelledText, NormalisedText } from '../../domain.js';
import type { TextHashBank } from '../../ports.js';
import { badHits, calibratedOf, detectorOf } from '../hash-entry.js';
import { hashText } from './text-hash.js';

/** Hamming distance up to which two texts count as the same one. */
export const TEXT_DISTANCE = 3;
/** Hashes of very short texts collide; those are matched by terms. */
export const LEAST_HASHED = 16;

export const isTooShort = (text: NormalisedText): boolean => text.view('folded').text.trim().length < LEAST_HASHED;

export function bankFindings(labelled: LabelledText, bank: TextHashBank, sourceId?: string): readonly Finding[] {
  const { text, part } = labelled;
  if (isTooShort(text)) return [];
  return badHits(bank.lookup(hashText(text), TEXT_DISTANCE, sourceId)).map(
    (hit): Finding => ({
      category: hit.category,
      score: Math.round((1 - hit.distance / 16) * 1_000) / 1_000,
      calibrated: calibratedOf(hit, TEXT_DISTANCE),
      severity: asSeverity(hit.severity),
      source: 'text_hash',
      detector: detectorOf(hit),
      part,
      spans: [{ start: 0, end: text.raw.length }],
      view: 'folded',
    }),
  );
}
