/** Charts as SVG text: square, both axes from 0 to 1, one line a scorer. Colours come from the page's style sheet. */
import type { Point } from './points.js';

export interface Line {
  readonly name: string;
  readonly points: readonly Point[];
  /** Dots as well as the line, with areas by weight. */
  readonly weights?: readonly number[] | undefined;
}
export interface Chart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
  /** Of a perfect or a guessing scorer. */
  readonly diagonal: boolean;
}

const SIDE = 240;
const LEFT = 44;
const TOP = 12;
const BOTTOM = 40;
const TICKS = [0, 0.25, 0.5, 0.75, 1] as const;
/** Dashes tell lines apart where colours do not. */
const DASHES = ['', '6 3', '2 3'] as const;

export const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

const px = (x: number): string => (LEFT + x * SIDE).toFixed(1);
const py = (y: number): string => (TOP + (1 - y) * SIDE).toFixed(1);

export function chartSvg(chart: Chart): string {
  const [width, height] = [LEFT + SIDE + 12, TOP + SIDE + BOTTOM];
  const label = escapeHtml(`${chart.title}: ${chart.lines.map(({ name }) => name).join(', ')}`);
  const diagonal = `<line class="guess" x1="${px(0)}" y1="${py(0)}" x2="${px(1)}" y2="${py(1)}"/>`;
  return [
    `<svg role="img" aria-label="${label}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    ...TICKS.map(ticksAt),
    chart.diagonal ? diagonal : '',
    ...chart.lines.map(lineSvg),
    `<text class="axis" x="${px(0.5)}" y="${height - 6}" text-anchor="middle">${escapeHtml(chart.x)}</text>`,
    `<text class="axis" transform="translate(12 ${py(0.5)}) rotate(-90)" text-anchor="middle">${escapeHtml(chart.y)}</text>`,
    '</svg>',
  ].join('');
}

const ticksAt = (value: number): string =>
  [
    `<line class="grid" x1="${px(value)}" y1="${py(0)}" x2="${px(value)}" y2="${py(1)}"/>`,
    `<line class="grid" x1="${px(0)}" y1="${py(value)}" x2="${px(1)}" y2="${py(value)}"/>`,
    `<text class="tick" x="${px(value)}" y="${TOP + SIDE + 16}" text-anchor="middle">${value}</text>`,
    `<text class="tick" x="${LEFT - 6}" y="${Number(py(value)) + 4}" text-anchor="end">${value}</text>`,
  ].join('');

function lineSvg({ name, points, weights }: Line, i: number): string {
  const path = points.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${px(x)} ${py(y)}`).join('');
  const most = Math.max(1, ...(weights ?? []));
  // A scorer that says one thing of all texts has one point: a line alone would not show it.
  const sizes = weights ?? (points.length === 1 ? [1] : []);
  const dots = sizes.map((weight, at) => {
    const { x, y } = points[at] ?? { x: 0, y: 0 };
    return `<circle class="dot s${i}" cx="${px(x)}" cy="${py(y)}" r="${(2 + 5 * Math.sqrt(weight / most)).toFixed(1)}"/>`;
  });
  const dash = DASHES[i % DASHES.length] ?? '';
  return `<path class="line s${i}" stroke-dasharray="${dash}" d="${path}"><title>${escapeHtml(name)}</title></path>${dots.join('')}`;
}
