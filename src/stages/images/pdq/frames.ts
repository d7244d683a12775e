/** The hashes of the frames of one picture as one reading: a known picture may hide behind a harmless first frame. */
import type { PdqReading } from '../../../domain.js';
import { InvalidInputError } from '../../../errors.js';

/** As the authors of PDQ say: below it a picture is too plain to compare. */
export const LEAST_QUALITY = 50;

/** The frame that says most speaks for the picture. */
export function hashFrames(frames: readonly PdqReading[]): PdqReading {
  const [first, ...others] = [...frames].sort((a, b) => b.quality - a.quality);
  if (first === undefined) throw new InvalidInputError('image_unreadable', 'The picture has no frame');
  const seen = new Set([first.pdq, ...(first.turned ?? [])]);
  const rest = others
    .filter(({ quality }) => quality >= LEAST_QUALITY)
    .flatMap(({ pdq, turned }) => [pdq, ...(turned ?? [])])
    .filter((hash) => !seen.has(hash) && seen.add(hash));
  return rest.length === 0 ? first : { ...first, frames: rest };
}
