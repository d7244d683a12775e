/** Figures of a scorer on labelled texts, with bootstrap intervals. Pure; the same numbers on every machine. */

export interface Judged {
  readonly harmful: boolean;
  /** Calibrated probability. */
  readonly p: number;
  /** On the scale of which .5 is the flag threshold. */
  readonly calibrated: number;
}

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

const FLAGGED = 0.5;
const BINS = 15;
const INTERVAL = 0.95;

export function figuresOf(rows: readonly Judged[], rounds: number, seed: number): Figures {
  const sorted = [...rows].sort((a, b) => b.calibrated - a.calibrated);
  const once = new Uint32Array(sorted.length).fill(1);
  const exact = curves(sorted, once);
  const harmful = sorted.filter((row) => row.harmful).length;
  const { samples, errors } = bootstrap(sorted, rounds, seed);
  const flaggedShare = (wanted: boolean): number | null => {
    const of = sorted.filter((row) => row.harmful === wanted);
    return of.length === 0 ? null : of.filter((row) => row.calibrated >= FLAGGED === wanted).length / of.length;
  };
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
    harmfulRight: flaggedShare(true),
    harmlessRight: flaggedShare(false),
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

interface Curves {
  readonly auroc: number;
  readonly auprc: number;
  readonly f1: number;
  /** 1 where nothing is flagged: nothing was flagged wrongly. */
  readonly precision: number;
  readonly recall: number;
}

/** One walk down the sorted rows, each counted as often as the sample holds it; ties are taken together. */
function curves(sorted: readonly Judged[], times: Uint32Array): Curves | null {
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

interface Resampled {
  /** Only of samples with both classes. */
  readonly samples: readonly Curves[];
  readonly errors: readonly number[];
}

function bootstrap(sorted: readonly Judged[], rounds: number, seed: number): Resampled {
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

function range(values: readonly number[]): { readonly low: number; readonly high: number } {
  if (values.length === 0) return { low: Number.NaN, high: Number.NaN };
  const ordered = [...values].sort((a, b) => a - b);
  const at = (share: number): number => ordered[Math.round(share * (ordered.length - 1))] ?? Number.NaN;
  return { low: at((1 - INTERVAL) / 2), high: at((1 + INTERVAL) / 2) };
}

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
function calibrationError(rows: readonly Judged[], times: Uint32Array): number {
  const bins = reliabilityBins(rows, times);
  return bins.reduce((sum, bin) => sum + bin.count * Math.abs(bin.p - bin.harmful), 0) / Math.max(1, rows.length);
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
