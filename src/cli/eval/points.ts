/** Points of the curves that the report draws. Pure. */
import type { Judged } from './judged.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface CurvePoints {
  /** False-alarm rate and recall. */
  readonly roc: readonly Point[];
  /** Recall and precision. */
  readonly precisionRecall: readonly Point[];
}

/** More than a screen has columns for a chart of this size. */
const MOST_POINTS = 160;

/** Null where a class is missing. */
export function curvePoints(rows: readonly Judged[]): CurvePoints | null {
  const sorted = [...rows].sort((a, b) => b.calibrated - a.calibrated);
  const positives = sorted.filter(({ harmful }) => harmful).length;
  const negatives = sorted.length - positives;
  if (positives === 0 || negatives === 0) return null;
  const roc: Point[] = [{ x: 0, y: 0 }];
  const precisionRecall: Point[] = [];
  let [tp, fp] = [0, 0];
  for (const [i, row] of sorted.entries()) {
    if (row.harmful) tp += 1;
    else fp += 1;
    // Equal scores cannot be told apart by a threshold: one point for all of them.
    if (sorted[i + 1]?.calibrated === row.calibrated) continue;
    roc.push({ x: fp / negatives, y: tp / positives });
    precisionRecall.push({ x: tp / positives, y: tp / (tp + fp) });
  }
  return { roc: thinned(roc), precisionRecall: thinned(precisionRecall) };
}

function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= MOST_POINTS) return points;
  const step = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, i) => points[Math.round(i * step)] ?? { x: 1, y: 1 });
}
