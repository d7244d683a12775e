/** Figures of a scorer on labelled texts, with bootstrap intervals. Pure; the same numbers on every machine. */

import { FLAGGED } from '../../domain.js';
import { calibrationError } from './bins.js';
import { bootstrap, rightOf } from './bootstrap.js';
import { type Curves, curves } from './curves.js';
import type { Judged } from './judged.js';

/** `low` and `high` are no numbers where nothing was drawn. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Null where a figure needs both classes and only one is there. */
export interface Figures {
  readonly harmful: number;
  readonly harmless: number;
  readonly auroc: Interval | null;
  readonly auprc: Interval | null;
  readonly f1: Interval | null;
  readonly precision: Interval | null;
  readonly recall: Interval | null;
  readonly harmfulRight: number | null;
  readonly harmlessRight: number | null;
  readonly harmfulRightRange: Interval | null;
  readonly harmlessRightRange: Interval | null;
  readonly ece: number;
  readonly eceRange: Interval;
  readonly confusion: Confusion;
}

/** At the flag threshold. */
export interface Confusion {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
}

const INTERVAL = 0.95;

export function figuresOf(rows: readonly Judged[], rounds: number, seed: number): Figures {
  const sorted = [...rows].sort((a, b) => b.calibrated - a.calibrated);
  const once = new Uint32Array(sorted.length).fill(1);
  const exact = curves(sorted, once);
  const harmful = sorted.filter((row) => row.harmful).length;
  const { samples, errors, ...rights } = bootstrap(sorted, rounds, seed);
  const right = rightOf(sorted, once);
  const shareRange = (value: number | null, drawn: readonly number[]): Interval | null =>
    value === null ? null : { value, ...range(drawn) };
  const interval = (name: keyof Curves): Interval | null =>
    exact === null ? null : { value: exact[name], ...range(samples.map((sample) => sample[name])) };
  return {
    harmful,
    harmless: sorted.length - harmful,
    auroc: interval('auroc'),
    auprc: interval('auprc'),
    f1: interval('f1'),
    precision: interval('precision'),
    recall: interval('recall'),
    harmfulRight: right.harmful,
    harmlessRight: right.harmless,
    harmfulRightRange: shareRange(right.harmful, rights.harmfulRight),
    harmlessRightRange: shareRange(right.harmless, rights.harmlessRight),
    ece: calibrationError(sorted, once),
    eceRange: { value: calibrationError(sorted, once), ...range(errors) },
    confusion: confusionOf(sorted),
  };
}

function confusionOf(rows: readonly Judged[]): Confusion {
  const count = (harmful: boolean, flagged: boolean): number =>
    rows.filter((row) => row.harmful === harmful && row.calibrated >= FLAGGED === flagged).length;
  return {
    truePositive: count(true, true),
    falsePositive: count(false, true),
    falseNegative: count(true, false),
    trueNegative: count(false, false),
  };
}

function range(values: readonly number[]): { readonly low: number; readonly high: number } {
  if (values.length === 0) return { low: Number.NaN, high: Number.NaN };
  const ordered = [...values].sort((a, b) => a - b);
  const at = (share: number): number => ordered[Math.round(share * (ordered.length - 1))] ?? Number.NaN;
  return { low: at((1 - INTERVAL) / 2), high: at((1 + INTERVAL) / 2) };
}
