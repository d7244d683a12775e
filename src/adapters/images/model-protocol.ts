/** What parent and image-model child say to each other. */
import type { Pixels } from '../../ports.js';

/** A model of the hub's layout. */
export interface LoadOrder {
  readonly dir: string;
  readonly task: 'image-classification' | 'zero-shot-image-classification';
  readonly dtype: 'q8' | 'fp32';
  readonly threads: number;
  /** What a zero-shot model is asked. */
  readonly labels: readonly string[];
  readonly template: string;
}
export interface ImageModelOrder {
  readonly frames: readonly Pixels[];
  readonly load: LoadOrder | undefined;
}
export type ImageModelValue = Readonly<Record<string, number>>;

/** The highest of each label over the frames. */
export async function highestOf(
  frames: readonly Pixels[],
  look: (frame: Pixels) => Promise<ImageModelValue>,
): Promise<ImageModelValue> {
  const highest: Record<string, number> = {};
  for (const frame of frames) {
    for (const [label, score] of Object.entries(await look(frame))) {
      highest[label] = Math.max(highest[label] ?? 0, score);
    }
  }
  return highest;
}
