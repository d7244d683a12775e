/**
 * Scripts whose data read each other's letters as their own and are almost as sure of it: Simplified as Traditional
 * Chinese, Latin as Cyrillic. Where the letters leave a doubt some lines are read with both, and the picture is taken
 * for one of them.
 */
import type { LineCrop } from './crop.js';
import { confidenceOf, type LineWord } from './join.js';
import type { RankedScript } from './rank-scripts.js';
import type { ScriptClass } from './script-net.js';

interface Twins {
  readonly pair: readonly [ScriptClass, ScriptClass];
  /** Shares of the second one that leave a doubt. */
  readonly doubt: readonly [number, number];
  readonly lines: number;
  /** Added to the confidence in the first. */
  readonly favour: number;
  /** With this confidence in the first the second is not asked. */
  readonly sure: number;
  /** No picture has both. */
  readonly isEither: boolean;
  /** Compared by the words that they read differently, or by all. */
  readonly isWhereDifferent: boolean;
}
const TWINS: readonly Twins[] = [
  // Simplified data stumble over Traditional letters, Traditional data write Simplified ones in their own way.
  {
    pair: ['Hans', 'Hant'],
    doubt: [0.004, 0.996],
    lines: 2,
    favour: 0.03,
    sure: 1,
    isEither: true,
    isWhereDifferent: true,
  },
  // Latin data are never as sure of Vietnamese marks, and much faster.
  {
    pair: ['Latn', 'Viet'],
    doubt: [0.2, 1],
    lines: 1,
    favour: 0.05,
    sure: 0.905,
    isEither: true,
    isWhereDifferent: false,
  },
  {
    pair: ['Latn', 'Cyrl'],
    doubt: [0.03, 0.97],
    lines: 1,
    favour: 0,
    sure: 0.9,
    isEither: false,
    isWhereDifferent: false,
  },
];
/** The network errs in the same way on all lines of one font. */
const NETWORK_SHARE = 0.5;
/** A picture may have both: the other one is tried where the kept one leaves a doubt. */
const SECOND = 0.05;
/** A difference in confidence of this much speaks as loud as odds of e to one. */
export const CONFIDENCE_PER_LEAN = 1 / 60;

/** Odds that the ranking leaves out are lower than this. */
const LEAST = 0.003;
const CERTAIN = 100;

type Ranked = readonly (readonly RankedScript[])[];
type Read = (line: LineCrop, script: ScriptClass) => readonly LineWord[];

export const settleTwins = (crops: readonly LineCrop[], ranked: Ranked, read: Read): Ranked =>
  TWINS.reduce((scripts, twins) => settle(crops, scripts, twins, read), ranked);

function settle(crops: readonly LineCrop[], ranked: Ranked, twins: Twins, read: Read): Ranked {
  const [one, other] = twins.pair;
  const doubtful = crops
    .flatMap((crop, i) => {
      const [a, b] = [oddsOf(ranked[i], one), oddsOf(ranked[i], other)];
      const leads = ranked[i]?.[0]?.script === one || ranked[i]?.[0]?.script === other;
      const share = b / (a + b);
      const isDoubt = leads && share >= twins.doubt[0] && share <= twins.doubt[1];
      return isDoubt ? [{ crop, lean: Math.log(Math.max(a, LEAST) / Math.max(b, LEAST)) }] : [];
    })
    .sort((x, y) => y.crop.width - x.crop.width)
    .slice(0, twins.lines);
  if (doubtful.length === 0) return ranked;
  const lean = doubtful.reduce((sum, { crop, lean }) => sum + lean * NETWORK_SHARE + surer(crop, twins, read), 0);
  const [kept, dropped] = lean >= 0 ? [one, other] : [other, one];
  return ranked.map((scripts) => inFront(scripts, kept, dropped, twins.isEither));
}

/** By how much the first reading is more convincing than the second, in the unit of the network's leaning. */
function surer(crop: LineCrop, { pair, favour, sure, isWhereDifferent }: Twins, read: Read): number {
  const first = read(crop, pair[0]);
  if (confidenceOf(first) >= sure) return CERTAIN;
  const second = read(crop, pair[1]);
  const [a, b] = isWhereDifferent ? [without(first, second), without(second, first)] : [first, second];
  const apart = a.length === 0 || b.length === 0 ? 0 : confidenceOf(a) - confidenceOf(b);
  return (apart + favour) / CONFIDENCE_PER_LEAN;
}

const without = (words: readonly LineWord[], others: readonly LineWord[]): readonly LineWord[] =>
  words.filter(
    ({ text, x0, x1 }) =>
      /\p{L}/u.test(text) && !others.some((other) => other.text === text && other.x0 < x1 && x0 < other.x1),
  );

/** The kept one at the place of the better of both; the other behind it, or nowhere. */
function inFront(
  scripts: readonly RankedScript[],
  kept: ScriptClass,
  dropped: ScriptClass,
  isEither: boolean,
): readonly RankedScript[] {
  const first = scripts.findIndex(({ script }) => script === kept || script === dropped);
  const [a, b] = [oddsOf(scripts, kept), oddsOf(scripts, dropped)];
  const others = scripts.filter(({ script }, i) => i === first || (script !== kept && script !== dropped));
  if (isEither) return others.flatMap((one, i) => (i === first ? [{ script: kept, odds: a + b }] : [one]));
  const second = { script: dropped, odds: Math.max(SECOND, Math.min(a, b)) };
  return others.flatMap((one, i) => (i === first ? [{ script: kept, odds: Math.max(a, b) }, second] : [one]));
}

const oddsOf = (scripts: readonly RankedScript[] | undefined, script: ScriptClass): number =>
  scripts?.find((one) => one.script === script)?.odds ?? 0;
