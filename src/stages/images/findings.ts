/** Readings -> findings: hash banks and labels of the image model. Facts stay facts; this knows no verdict. */
import { asSeverity, CATEGORIES, isCategoryId } from '../../categories.js';
import type { Finding, ImageReading } from '../../domain.js';
import type { ImageHashBank } from '../../ports.js';
import { FLAG } from './image-overlay.js';
import { LEAST_QUALITY } from './pdq/frames.js';
import { withNegatives } from './pdq/negatives.js';

/** Hamming distance of 256 bits up to which two pictures count as the same; the figure that PDQ's authors give. */
export const PDQ_DISTANCE = 31;
/** The scaled figure of the same hash: below what a policy removes at by itself. The farthest is at the flag threshold. */
const SAME = 0.85;

export function findingsOfHash(
  { index, hash }: Pick<ImageReading, 'index' | 'hash'>,
  bank: ImageHashBank,
  sourceId?: string,
): readonly Finding[] {
  if (hash.status !== 'found' || hash.value.quality < LEAST_QUALITY) return [];
  const hits = bank.lookup(withNegatives(hash.value), PDQ_DISTANCE, sourceId);
  // A distance that is no number would compare as "not nearer" and vanish.
  if (!hits.every(({ distance }) => Number.isFinite(distance))) throw new Error('the hash bank answers no distances');
  const benign = Math.min(...hits.filter((hit) => hit.benign).map(({ distance }) => distance));
  // A benign entry at least as near speaks for the picture.
  return hits.flatMap((hit): readonly Finding[] => {
    if (hit.benign || !(hit.distance < benign) || !isCategoryId(hit.category)) return [];
    // The distance is 256 times what lacks to 1.
    const score = 1 - hit.distance / 256;
    const calibrated = SAME - ((SAME - FLAG) * hit.distance) / PDQ_DISTANCE;
    return [
      {
        category: hit.category,
        score,
        calibrated,
        severity: asSeverity(hit.severity),
        source: 'image_hash',
        detector: hit.bank === undefined ? hit.entryId : `${hit.bank}/${hit.entryId}`,
        part: `image:${index}`,
        spans: [],
        view: 'raw',
      },
    ];
  });
}

/** A model alone never claims the highest severity of a category. */
function modelFindings({ index, model }: ImageReading): readonly Finding[] {
  if (model.status !== 'found') return [];
  return Object.entries(model.value.scores ?? {}).flatMap(([category, { label, score, calibrated }]) => {
    if (!isCategoryId(category) || calibrated < FLAG) return [];
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
