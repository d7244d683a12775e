/** Figures of the rows that share what they are grouped by. */
import type { Figures } from './metrics.js';

export interface Group {
  readonly names: readonly string[];
  readonly figures: Figures;
}
