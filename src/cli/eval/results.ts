/** Judged rows -> what is printed, and what the page shows. */

import type { Group } from './group.js';
import { type JudgedRows, SEPARATOR } from './judge-rows.js';
import type { Judged } from './judged.js';
import { type Figures, figuresOf } from './metrics.js';
import type { Order } from './order.js';
import type { Report, ReportCost, ReportGroup, Series } from './report.js';
import { type Cost, costOf, judgedBy, type Pair, SCORERS, type ScorerName, sideBySide } from './side-by-side.js';

const SEED = 20_261_120;

export interface ComparedGroup {
  readonly names: readonly string[];
  readonly figures: Readonly<Record<ScorerName, Figures>>;
}
export interface Comparison {
  readonly model: string;
  readonly band: { readonly from: number; readonly to: number };
  /** Some reply was written by hand. */
  readonly synthetic: boolean;
  readonly costs: { readonly llm: Cost; readonly cascade: Cost };
  /** Null where replies are synthetic: they say nothing of quality. */
  readonly groups: readonly ComparedGroup[] | null;
}

const byName = <T>([a]: readonly [string, T], [b]: readonly [string, T]): number => (a < b ? -1 : 1);

function wanted<T>(of: ReadonlyMap<string, readonly T[]>, least: number): readonly (readonly [string, readonly T[]])[] {
  return [...of].filter(([, rows]) => rows.length >= least).sort(byName);
}

export const localGroups = ({ groups }: JudgedRows, order: Order): readonly Group[] =>
  wanted(groups, order.least).map(([name, rows]) => ({
    names: name.split(SEPARATOR),
    figures: figuresOf(rows, order.rounds, SEED),
  }));

export function compare(rows: JudgedRows, order: Order, model: string): Comparison | null {
  if (order.llm === null) return null;
  const { band } = order.llm;
  const synthetic = rows.asked.some(({ opinion }) => opinion?.synthetic === true);
  const options = { rounds: order.rounds, seed: SEED };
  const groups = wanted(rows.pairs, order.least).map(([name, pairs]) => ({
    names: name.split(SEPARATOR),
    figures: sideBySide(pairs, options),
  }));
  const costs = { llm: costOf(rows.asked, 'llm'), cascade: costOf(rows.asked, 'cascade') };
  return { model, band, synthetic, costs, groups: synthetic ? null : groups };
}

export const SYNTHETIC_REMARK =
  'Replies of the language model were written by hand (synthetic): they prove that the parts fit together. No quality figure of language model or cascade is given.';

export function reportOf(
  rows: JudgedRows,
  order: Order,
  { model, comparison }: { readonly model: string; readonly comparison: Comparison | null },
): Report {
  const compares = comparison !== null && !comparison.synthetic && order.llm !== null;
  const remarks = [
    `Local model ${model}, ${rows.texts} texts, figures with intervals of ${order.rounds} bootstrap rounds.`,
    ...(comparison === null ? [] : [askedRemark(comparison)]),
    ...(comparison?.synthetic === true ? [SYNTHETIC_REMARK] : []),
  ];
  const groups = compares
    ? wanted(rows.labelPairs, order.least).map(([label, pairs]) => comparedGroup(label, pairs, order))
    : wanted(rows.labels, order.least).map(([label, judged]) => localGroup(label, judged, order));
  const few = localGroups(rows, order).length <= MOST_GROUPS && !compares;
  const more = few
    ? wanted(rows.groups, order.least).map(([name, judged]) => localGroup(title(name), judged, order))
    : [];
  return { title: 'polywarden eval', remarks, costs: costsOf(comparison), groups: [...groups, ...more] };
}

/** A page with more charts than this is not read; the table of the command has every group. */
const MOST_GROUPS = 24;
const title = (name: string): string => name.split(SEPARATOR).join(' · ');

const askedRemark = ({ model, costs, band }: Comparison): string =>
  `Language model ${model}: asked about ${costs.llm.asked} texts, ${costs.llm.failed} without a usable answer. ` +
  `The cascade asks where the local score lies between ${band.from} and ${band.to}, and an answer may only raise it.`;

const localGroup = (name: string, judged: readonly Judged[], order: Order): ReportGroup => ({
  title: name,
  series: [{ scorer: 'local', judged, figures: figuresOf(judged, order.rounds, SEED) }],
});

function comparedGroup(label: string, pairs: readonly Pair[], order: Order): ReportGroup {
  const series = SCORERS.map((scorer): Series => {
    const judged = judgedBy(scorer, pairs);
    return { scorer, judged, figures: figuresOf(judged, order.rounds, SEED) };
  });
  return { title: label, series };
}

const costsOf = (comparison: Comparison | null): readonly ReportCost[] =>
  comparison === null ? [] : (['llm', 'cascade'] as const).map((scorer) => ({ scorer, ...comparison.costs[scorer] }));
