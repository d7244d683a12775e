/** Labels of an image model -> our categories, so that another model moves no policy file. */
import { z } from 'zod';
import { CATEGORY_IDS, type CategoryId } from '../../categories.js';
import { FLAGGED, type ImageModelReading, type MappedScore } from '../../domain.js';

const Label = z.strictObject({
  category: z.enum(CATEGORY_IDS),
  /** The model's own figure that counts as flagged. */
  flag: z.number().gt(0).lt(1),
  /** The scaled figure of a label at 1: below what a policy acts on by itself, unless it was measured. */
  most: z.number().min(FLAGGED).max(1).default(0.85),
});
export const ImageOverlay = z.strictObject({
  kind: z.literal('image'),
  version: z.string().min(1),
  task: z.enum(['image-classification', 'zero-shot-image-classification']).default('image-classification'),
  dtype: z.enum(['q8', 'fp32']).default('q8'),
  /** Of a zero-shot model, with `{}` for the label. */
  template: z.string().includes('{}').default('This is a photo of {}'),
  labels: z.record(z.string().min(1), Label),
  /** Labels that mean nothing here; a label that is not spoken of is a fault. */
  unused: z.array(z.string().min(1)).default([]),
  measured: z.string().min(1),
});
export type ImageOverlay = z.infer<typeof ImageOverlay>;

/** Of a zero-shot model all that it is asked, of another what it must know. */
export const labelsOf = ({ labels, unused }: ImageOverlay): readonly string[] => [...Object.keys(labels), ...unused];

const scaled = (score: number, { flag, most }: z.infer<typeof Label>): number =>
  score < flag ? (FLAGGED * score) / flag : FLAGGED + ((most - FLAGGED) * (score - flag)) / (1 - flag);

/** Per category the label that speaks loudest. Throws RangeError when the model knows other labels than the overlay. */
export function mapLabels(
  found: ImageModelReading['labels'],
  overlay: ImageOverlay,
): NonNullable<ImageModelReading['scores']> {
  const spoken = new Set(labelsOf(overlay));
  const strange = Object.keys(found).find((label) => !spoken.has(label));
  if (strange !== undefined) throw new RangeError(`the overlay does not speak of the label ${strange}`);
  const scores: Partial<Record<CategoryId, MappedScore>> = {};
  for (const [label, entry] of Object.entries(overlay.labels)) {
    const score = found[label];
    if (score === undefined) throw new RangeError(`the model does not know the label ${label}`);
    const calibrated = scaled(score, entry);
    const known = scores[entry.category];
    if (known === undefined || known.calibrated < calibrated) scores[entry.category] = { label, score, calibrated };
  }
  return scores;
}
