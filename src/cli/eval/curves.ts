/** Areas, and figures at the flag threshold, in one walk down the sorted rows. Pure. */
import { FLAGGED } from '../../domain.js';
import type { Judged } from './judged.js';

export interface Curves {
  readonly auroc: number;
  readonly auprc: number;
  readonly f1: number;
  /** 1 where nothing is flagged: nothing was flagged wrongly. */
  readonly precision: number;
  readonly recall: number;
}

/** One walk down the sorted rows, each counted as often as the sample holds it; ties are taken together. */
export function curves(sorted: readonly Judged[], times: Uint32Array): Curves | null {
  const [positives, negatives] = totals(sorted, times);
  if (positives === 0 || negatives === 0) return null;
  let [tp, fp, area, precision, best] = [0, 0, 0, 0, { tp: 0, fp: 0 }];
  for (let i = 0; i < sorted.length; ) {
    let [up, down] = [0, 0];
    const score = sorted[i]?.calibrated;
    for (; i < sorted.length && sorted[i]?.calibrated === score; i += 1) {
      if (sorted[i]?.harmful === true) up += times[i] ?? 0;
      else down += times[i] ?? 0;
    }
    area += down * (tp + up / 2);
    tp += up;
    fp += down;
    if (up > 0) precision += (up / positives) * (tp / (tp + fp));
    if ((score ?? 0) >= FLAGGED) best = { tp, fp };
  }
  const found = 2 * best.tp + best.fp + (positives - best.tp);
  const flagged = best.tp + best.fp;
  return {
    auroc: area / (positives * negatives),
    auprc: precision,
    f1: found === 0 ? 0 : (2 * best.tp) / found,
    precision: flagged === 0 ? 1 : best.tp / flagged,
    recall: best.tp / positives,
  };
}

function totals(sorted: readonly Judged[], times: Uint32Array): readonly [number, number] {
  let [positives, negatives] = [0, 0];
  sorted.forEach((row, i) => {
    if (row.harmful) positives += times[i] ?? 0;
    else negatives += times[i] ?? 0;
  });
  return [positives, negatives];
}
