/** The report page: one file without anything from elsewhere; every chart has its numbers in a table. */

import { reliabilityBins } from './bins.js';
import { chartSvg, escapeHtml } from './chart.js';
import type { Judged } from './judged.js';
import type { Figures, Interval } from './metrics.js';
import { curvePoints } from './points.js';

/** One scorer's rows and figures of one group. */
export interface Series {
  readonly scorer: string;
  readonly judged: readonly Judged[];
  readonly figures: Figures;
}
export interface ReportGroup {
  readonly title: string;
  readonly series: readonly Series[];
}
export interface ReportCost {
  readonly scorer: string;
  readonly texts: number;
  readonly asked: number;
  readonly failed: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly costMicros: number;
  readonly meanMs: number;
}
export interface Report {
  readonly title: string;
  /** Facts and warnings above all figures. */
  readonly remarks: readonly string[];
  readonly costs: readonly ReportCost[];
  readonly groups: readonly ReportGroup[];
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #fff; --line: #c8ccd1; --s0: #0b62a4; --s1: #b3400f; --s2: #1f7a3d; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e6e9; --paper: #16181b; --line: #454a50; --s0: #6db3ee; --s1: #ff9a66; --s2: #6fd08f; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
.charts { display: flex; flex-wrap: wrap; gap: 1rem; } figure { margin: 0; } figcaption { font-weight: 600; }
.table { overflow-x: auto; } table { border-collapse: collapse; margin: .75rem 0; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid var(--line); text-align: end; white-space: nowrap; }
th:first-child, td:first-child, caption { text-align: start; } caption { font-size: .9em; padding-block-end: .25rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none; } a { color: var(--s0); } section { scroll-margin-block-start: 1rem; }
svg { max-width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 11px; }
.grid { stroke: var(--line); stroke-width: .5; } .guess { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 1 4; opacity: .6; }
.line { fill: none; stroke-width: 2; } .line.s0 { stroke-width: 4; opacity: .55; } .s0 { stroke: var(--s0); } .s1 { stroke: var(--s1); } .s2 { stroke: var(--s2); }
.dot { fill: var(--paper); fill-opacity: .6; stroke-width: 1.5; } .key { font-weight: 600; } .k0 { color: var(--s0); } .k1 { color: var(--s1); } .k2 { color: var(--s2); }
.remark { border-inline-start: 4px solid var(--s1); padding-inline-start: .75rem; }
`;

export const reportPage = (report: Report): string =>
  [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(report.title)}</title><style>${STYLE}</style></head><body>`,
    `<main><h1>${escapeHtml(report.title)}</h1>`,
    ...report.remarks.map((remark) => `<p class="remark">${escapeHtml(remark)}</p>`),
    report.costs.length === 0 ? '' : costTable(report.costs),
    report.groups.length > 1 ? contents(report.groups) : '',
    ...report.groups.map(groupPart),
    '</main></body></html>\n',
  ].join('\n');

function table(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => (tag === 'th' ? `<th scope="col">${cell}</th>` : `<td>${cell}</td>`)).join('')}</tr>`;
  return `<div class="table"><table><caption>${caption}</caption><thead>${line(head, 'th')}</thead><tbody>${rows
    .map((row) => line(row, 'td'))
    .join('')}</tbody></table></div>`;
}

function costTable(costs: readonly ReportCost[]): string {
  const head = ['scorer', 'texts', 'asked', 'failed', 'prompt tokens', 'answer tokens', 'cost', 'cost of 1,000', 'ms'];
  const rows = costs.map((cost) => {
    const money = cost.costMicros / 1e6;
    const per = cost.texts === 0 ? 0 : (1_000 * money) / cost.texts;
    const counts = [cost.texts, cost.asked, cost.failed, cost.promptTokens, cost.completionTokens].map(String);
    return [escapeHtml(cost.scorer), ...counts, money.toFixed(4), per.toFixed(4), cost.meanMs.toFixed(1)];
  });
  return `<h2>Cost</h2>${table('In the currency of the configured prices', head, rows)}`;
}

const cell = (interval: Interval | null): string =>
  interval === null ? '–' : `${interval.value.toFixed(3)}${rangeOf(interval)}`;
const rangeOf = ({ low, high }: Interval): string =>
  Number.isNaN(low) ? '' : ` [${low.toFixed(3)}, ${high.toFixed(3)}]`;

const contents = (groups: readonly ReportGroup[]): string =>
  `<nav aria-label="Groups"><ul>${groups.map(({ title }, i) => `<li><a href="#g${i}">${escapeHtml(title)}</a></li>`).join('')}</ul></nav>`;

/** Of the scorer that judged most: a language model may have left out some. */
function countsOf(series: readonly Series[]): string {
  const most = (of: (figures: Figures) => number): number => Math.max(0, ...series.map(({ figures }) => of(figures)));
  return `${most(({ harmful }) => harmful)} harmful, ${most(({ harmless }) => harmless)} harmless`;
}

function groupPart({ title, series }: ReportGroup, at: number): string {
  const keys = series.map(
    ({ scorer }, i) =>
      `<span class="key k${i}">${escapeHtml(scorer)}</span> (${['solid', 'dashed', 'dotted'][i] ?? 'solid'})`,
  );
  const head = ['scorer', 'precision', 'recall', 'harmless right', 'F1', 'AUROC', 'AUPRC', 'ECE'];
  const rows = series.map(({ scorer, figures: f }) => [
    escapeHtml(scorer),
    ...[f.precision, f.harmfulRightRange, f.harmlessRightRange, f.f1, f.auroc, f.auprc, f.eceRange].map(cell),
  ]);
  const matrix = series.map(({ scorer, figures: { confusion: c } }) => [
    escapeHtml(scorer),
    ...[c.truePositive, c.falseNegative, c.falsePositive, c.trueNegative].map(String),
  ]);
  return [
    `<section id="g${at}"><h2>${escapeHtml(title)}</h2><p>${countsOf(series)}. ${keys.join(', ')}</p>`,
    chartsOf(series),
    table('Figures with 95 % intervals', head, rows),
    table(
      'Confusion at the flag threshold',
      ['scorer', 'harmful, flagged', 'harmful, missed', 'harmless, flagged', 'harmless, passed'],
      matrix,
    ),
    '</section>',
  ].join('\n');
}

function chartsOf(series: readonly Series[]): string {
  const curves = series.map(({ scorer, judged }) => ({ scorer, points: curvePoints(judged) }));
  const of = (kind: 'roc' | 'precisionRecall') =>
    curves.map(({ scorer, points }) => ({ name: scorer, points: points?.[kind] ?? [] }));
  const reliability = series.map(({ scorer, judged }) => {
    const bins = reliabilityBins(judged);
    const points = bins.map(({ p, harmful }) => ({ x: p, y: harmful }));
    return { name: scorer, points, weights: bins.map(({ count }) => count) };
  });
  const charts = [
    { title: 'Precision and recall', x: 'recall', y: 'precision', lines: of('precisionRecall'), diagonal: false },
    { title: 'ROC', x: 'false alarms', y: 'recall', lines: of('roc'), diagonal: true },
    { title: 'Reliability', x: 'probability said', y: 'share harmful', lines: reliability, diagonal: true },
  ];
  const drawn = charts.filter(({ lines }) => lines.some(({ points }) => points.length > 0));
  const figures = drawn.map((chart) => `<figure><figcaption>${chart.title}</figcaption>${chartSvg(chart)}</figure>`);
  const missing = drawn.length < charts.length ? '<p>One class alone: there is no curve to draw.</p>' : '';
  return `<div class="charts">${figures.join('')}</div>${missing}`;
}
