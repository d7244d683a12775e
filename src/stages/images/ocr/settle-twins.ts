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
  /** Share of the less likely one from which on there is a doubt. */
  readonly doubt: number;
  readonly lines: number;
  /** Added to the confidence in the first: what it cannot read it says, the second does not. */
  readonly favour: number;
  /** No picture has both. */
  readonly isEither: boolean;
}
const TWINS: readonly Twins[] = [
  { pair: ['Hans', 'Hant'], doubt: 0.004, lines: 3, favour: 0.03, isEither: true },
  { pair: ['Latn', 'Viet'], doubt: 0.25, lines: 1, favour: 0, isEither: false },
  { pair: ['Latn', 'Cyrl'], doubt: 0.03, lines: 1, favour: 0, isEither: false },
];
/** The network errs in the same way on all lines of one font. */
const NETWORK_SHARE = 0.5;
/** A line that looks this much like the other script keeps it: a picture may have both. */
const OWN_MIND = 0.9;
/** A difference in confidence of this much speaks as loud as odds of e to one. */
export const CONFIDENCE_PER_LEAN = 1 / 60;

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
      return leads && Math.min(a, b) / (a + b) >= twins.doubt ? [{ crop, lean: Math.log(a / b) }] : [];
    })
    .sort((x, y) => y.crop.width - x.crop.width)
    .slice(0, twins.lines);
  if (doubtful.length === 0) return ranked;
  const lean = doubtful.reduce((sum, { crop, lean }) => {
    const surer = moreSure(read(crop, one), read(crop, other), twins.isEither) + twins.favour;
    return sum + lean * NETWORK_SHARE + surer / CONFIDENCE_PER_LEAN;
  }, 0);
  const [kept, dropped] = lean >= 0 ? [one, other] : [other, one];
  return ranked.map((scripts) => {
    if (twins.isEither) return merged(scripts, kept, dropped);
    const keeps = oddsOf(scripts, kept) === 0 || oddsOf(scripts, dropped) >= OWN_MIND;
    return keeps ? scripts : scripts.filter(({ script }) => script !== dropped);
  });
}

/** By how much one reading is more confident than the other, over all words or over those that they read differently. */
function moreSure(a: readonly LineWord[], b: readonly LineWord[], isWhereDifferent: boolean): number {
  if (!isWhereDifferent) return confidenceOf(a) - confidenceOf(b);
  const [onlyA, onlyB] = [without(a, b), without(b, a)];
  return onlyA.length === 0 || onlyB.length === 0 ? 0 : confidenceOf(onlyA) - confidenceOf(onlyB);
}

const without = (words: readonly LineWord[], others: readonly LineWord[]): readonly LineWord[] =>
  words.filter(
    ({ text, x0, x1 }) =>
      /\p{L}/u.test(text) && !others.some((other) => other.text === text && other.x0 < x1 && x0 < other.x1),
  );

/** The place of the better of both, under the name of the one. */
function merged(scripts: readonly RankedScript[], kept: ScriptClass, dropped: ScriptClass): readonly RankedScript[] {
  const first = scripts.findIndex(({ script }) => script === kept || script === dropped);
  const odds = oddsOf(scripts, kept) + oddsOf(scripts, dropped);
  return scripts.flatMap((one, i) => {
    if (one.script !== kept && one.script !== dropped) return [one];
    return i === first ? [{ script: kept, odds }] : [];
  });
}

const oddsOf = (scripts: readonly RankedScript[] | undefined, script: ScriptClass): number =>
  scripts?.find((one) => one.script === script)?.odds ?? 0;
