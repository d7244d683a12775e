/** Samples with replacement, seeded: the same numbers on every machine. */

import { FLAGGED } from '../../domain.js';
import { seeded } from '../../seeded.js';
import { calibrationError } from './bins.js';
import { type Curves, curves } from './curves.js';
import type { Judged } from './judged.js';

export interface Resampled {
  /** Only of samples with both classes. */
  readonly samples: readonly Curves[];
  readonly errors: readonly number[];
  /** Shares that are right; of samples that hold the class. */
  readonly harmfulRight: readonly number[];
  readonly harmlessRight: readonly number[];
}

export function bootstrap(sorted: readonly Judged[], rounds: number, seed: number): Resampled {
  const random = seeded(seed);
  const samples: Curves[] = [];
  const errors: number[] = [];
  const [harmfulRight, harmlessRight]: [number[], number[]] = [[], []];
  const times = new Uint32Array(sorted.length);
  for (let round = 0; round < rounds; round += 1) {
    times.fill(0);
    for (let i = 0; i < sorted.length; i += 1) {
      const at = Math.floor(random() * sorted.length);
      times[at] = (times[at] ?? 0) + 1;
    }
    const sample = curves(sorted, times);
    if (sample !== null) samples.push(sample);
    errors.push(calibrationError(sorted, times));
    const right = rightOf(sorted, times);
    if (right.harmful !== null) harmfulRight.push(right.harmful);
    if (right.harmless !== null) harmlessRight.push(right.harmless);
  }
  return { samples, errors, harmfulRight, harmlessRight };
}

/** Share of harmful texts flagged, and of harmless texts passed; null where there is none. */
export function rightOf(
  rows: readonly Judged[],
  times: Uint32Array,
): { readonly harmful: number | null; readonly harmless: number | null } {
  const [all, right] = [
    [0, 0],
    [0, 0],
  ];
  rows.forEach(({ harmful, calibrated }, i) => {
    const at = harmful ? 0 : 1;
    const count = times[i] ?? 0;
    all[at] = (all[at] ?? 0) + count;
    if (calibrated >= FLAGGED === harmful) right[at] = (right[at] ?? 0) + count;
  });
  const share = (at: number): number | null => (all[at] === 0 ? null : (right[at] ?? 0) / (all[at] ?? 1));
  return { harmful: share(0), harmless: share(1) };
}
