/** The pictures of a note: what was read of each, and what was not. */
import { type Evidence, foundIn, whyNot } from '../domain.js';
import type { CaseFile } from '../ports/review.js';
import { READINGS } from './picture-evidence.js';
import type { CaseDetail } from './schemas/review-case.js';

const HASH_BITS = 256;

const pictureFindings = (evidence: Evidence | null, index: number): CaseDetail['images'][number]['findings'] =>
  (foundIn(evidence?.images)?.findings ?? []).flatMap(
    ({ part, source, category, severity, detector, score, calibrated }) => {
      if (part !== `image:${index}` || (source !== 'image_hash' && source !== 'image_model')) return [];
      const bits = source === 'image_hash' ? Math.round((1 - score) * HASH_BITS) : null;
      return [{ category, severity, source, detector, calibrated, bits }];
    },
  );

export function imagesAnswer({ row, note, evidence }: CaseFile): CaseDetail['images'] {
  const readings = foundIn(evidence?.images)?.readings ?? [];
  return (note?.images ?? []).map(({ index, url }) => {
    const reading = readings.find((one) => one.index === index);
    const facts = foundIn(reading?.facts);
    const codes = foundIn(reading?.codes) ?? [];
    return {
      index,
      url: url ?? null,
      view: `/v1/notes/${row.noteId}/images/${index}?revision=${row.revision}`,
      width: facts?.width ?? null,
      height: facts?.height ?? null,
      format: facts?.format ?? null,
      words: (foundIn(reading?.ocr)?.words ?? []).map(({ box, confidence, span }) => ({
        box: { ...box },
        confidence,
        span: { ...span },
      })),
      codes: codes.map(({ kind, text, box }) => ({ kind, text, box: { ...box } })),
      labels: { ...foundIn(reading?.model)?.labels },
      findings: pictureFindings(evidence, index),
      outcomes: READINGS.flatMap((name) => {
        const outcome = reading?.[name];
        return outcome === undefined ? [] : [{ reading: name, status: outcome.status, why: whyNot(outcome) }];
      }),
    };
  });
}
