/** Calibration in bins of equal width. Pure. */
import type { Judged } from './judged.js';

const BINS = 15;

export interface Bin {
  readonly count: number;
  /** Means over the bin. */
  readonly p: number;
  readonly harmful: number;
}

/** Bins of equal width, empty ones left out; each row counts as often as the sample holds it. */
export function reliabilityBins(rows: readonly Judged[], times?: Uint32Array): readonly Bin[] {
  const bins = Array.from({ length: BINS }, () => ({ count: 0, p: 0, harmful: 0 }));
  for (const [i, { p, harmful }] of rows.entries()) {
    const bin = bins[Math.min(BINS - 1, Math.floor(p * BINS))];
    const weight = times?.[i] ?? (times === undefined ? 1 : 0);
    if (bin === undefined || weight === 0) continue;
    bin.count += weight;
    bin.p += weight * p;
    bin.harmful += harmful ? weight : 0;
  }
  return bins
    .filter(({ count }) => count > 0)
    .map(({ count, p, harmful }) => ({ count, p: p / count, harmful: harmful / count }));
}

/** Expected calibration error over fifteen bins of equal width. */
export function calibrationError(rows: readonly Judged[], times: Uint32Array): number {
  const bins = reliabilityBins(rows, times);
  return bins.reduce((sum, bin) => sum + bin.count * Math.abs(bin.p - bin.harmful), 0) / Math.max(1, rows.length);
}
