/** Findings from the text-hash bank: the whole text is the span. */
import { asSeverity, isCategoryId } from '../../categories.js';
import type { Finding, LabelledText } from '../../domain.js';
import type { TextHashBank, TextHashHit } from '../../ports.js';
import { hashText } from './text-hash.js';

/** Hamming distance up to which two texts count as the same one. */
const NEAR_DISTANCE = 3;
/** Hashes of very short texts collide; those are matched by terms. */
const LEAST_HASHED = 16;

/** A known-harmless text that is at least as near outweighs the bank. */
const outweighed = (hit: TextHashHit, hits: readonly TextHashHit[]): boolean =>
  hits.some((other) => other.benign && other.distance <= hit.distance);

export function bankFindings(labelled: LabelledText, bank: TextHashBank): readonly Finding[] {
  const { text, part } = labelled;
  if (text.view('folded').text.trim().length < LEAST_HASHED) return [];
  const hits = bank.lookup(hashText(text), NEAR_DISTANCE);
  const findings: Finding[] = [];
  for (const hit of hits) {
    if (hit.benign || outweighed(hit, hits) || !isCategoryId(hit.category)) continue;
    const score = Math.round((1 - hit.distance / 16) * 1_000) / 1_000;
    findings.push({
      category: hit.category,
      score,
      calibrated: score,
      severity: asSeverity(hit.severity),
      source: 'text_hash',
      detector: hit.entryId,
      part,
      spans: [{ start: 0, end: text.raw.length }],
      view: 'folded',
    });
  }
  return findings;
}
