/** Readings -> findings: hash banks and labels of the image model. Facts stay facts; this knows no verdict. */
import { asSeverity, CATEGORIES, isCategoryId } from '../../categories.js';
import { type Finding, FLAGGED, type ImageReading } from '../../domain.js';
import type { ImageHashBank } from '../../ports.js';
import { badHits, calibratedOf, detectorOf } from '../hash-entry.js';
import { LEAST_QUALITY } from './pdq/frames.js';
import { withNegatives } from './pdq/negatives.js';

/** Hamming distance of 256 bits up to which two pictures count as the same; the figure that PDQ's authors give. */
export const PDQ_DISTANCE = 31;
export function findingsOfHash(
  { index, hash }: Pick<ImageReading, 'index' | 'hash'>,
  bank: ImageHashBank,
  sourceId?: string,
): readonly Finding[] {
  if (hash.status !== 'found' || hash.value.quality < LEAST_QUALITY) return [];
  const hits = bank.lookup(withNegatives(hash.value), PDQ_DISTANCE, sourceId);
  return badHits(hits).map(
    (hit): Finding => ({
      category: hit.category,
      // The distance is 256 times what lacks to 1.
      score: 1 - hit.distance / 256,
      calibrated: calibratedOf(hit, PDQ_DISTANCE),
      severity: asSeverity(hit.severity),
      source: 'image_hash',
      detector: detectorOf(hit),
      part: `image:${index}`,
      spans: [],
      view: 'raw',
    }),
  );
}

/** A model alone never claims the highest severity of a category. */
function modelFindings({ index, model }: ImageReading): readonly Finding[] {
  if (model.status !== 'found') return [];
  return Object.entries(model.value.scores ?? {}).flatMap(([category, { label, score, calibrated }]) => {
    if (!isCategoryId(category) || calibrated < FLAGGED) return [];
    const most = CATEGORIES[category].maxSeverity;
    const finding: Finding = {
      category,
      score,
      calibrated,
      severity: asSeverity(Math.max(Math.min(most, 1), most - 1)),
      source: 'image_model',
      detector: `image-model:${label}`,
      part: `image:${index}`,
      spans: [],
      view: 'raw',
    };
    return [finding];
  });
}

export const findingsOfReadings = (
  readings: readonly ImageReading[],
  bank: ImageHashBank | null,
  sourceId?: string,
): readonly Finding[] =>
  readings.flatMap((reading) => [
    ...(bank === null ? [] : findingsOfHash(reading, bank, sourceId)),
    ...modelFindings(reading),
  ]);
