/** Samples with replacement, seeded: the same numbers on every machine. */
import { calibrationError } from './bins.js';
import { type Curves, curves } from './curves.js';
import type { Judged } from './judged.js';

export interface Resampled {
  /** Only of samples with both classes. */
  readonly samples: readonly Curves[];
  readonly errors: readonly number[];
}

export function bootstrap(sorted: readonly Judged[], rounds: number, seed: number): Resampled {
  const random = generator(seed);
  const samples: Curves[] = [];
  const errors: number[] = [];
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
  }
  return { samples, errors };
}

/** Mulberry32: small, seeded, good enough for resampling. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
