/** What parent and image-model child say to each other. */
import type { Pixels } from '../../ports.js';

export interface NsfwOrder {
  readonly frames: readonly Pixels[];
}
export type NsfwValue = Readonly<Record<string, number>>;
