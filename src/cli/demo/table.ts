/** The table of the demo: one block a note, one line for each distinct outcome, never wider than 120 columns. */
import type { Action } from '../../domain.js';
import type { Agreement, DemoRow } from './agreement.js';
import { cell, displayWidth } from './display-width.js';

const COLUMNS = [
  ['note', 32, 'left'],
  ['languages', 10, 'left'],
  ['findings', 29, 'left'],
  ['regions', 7, 'left'],
  ['action', 14, 'left'],
  ['expected', 13, 'left'],
  ['ms', 5, 'right'],
] as const;
const GAP = ' ';

const line = (values: readonly string[]): string =>
  COLUMNS.map(([, width, align], index) => cell(values[index] ?? '', width, align))
    .join(GAP)
    .trimEnd();

export const tableHead = (): string =>
  `${line(COLUMNS.map(([name]) => name))}\n${COLUMNS.map(([, width]) => '─'.repeat(width)).join(GAP)}`;

interface OutcomeLine {
  readonly action: Action | null;
  readonly expected: Action | null;
  readonly regions: readonly string[];
}

function outcomes({ fixture, result }: DemoRow): readonly OutcomeLine[] {
  const lines = new Map<string, OutcomeLine>();
  for (const region of fixture.regions) {
    const action = result.actions[region] ?? null;
    const expected = fixture.expect[region] ?? null;
    const key = `${action} ${expected}`;
    lines.set(key, { action, expected, regions: [...(lines.get(key)?.regions ?? []), region] });
  }
  return [...lines.values()];
}

const widthOf = (name: (typeof COLUMNS)[number][0]): number => COLUMNS.find((column) => column[0] === name)?.[1] ?? 0;

/** As many names as fit, and how many more there are. */
function shorten(names: readonly string[], columns: number): string {
  for (let count = names.length; count > 0; count -= 1) {
    const rest = names.length - count;
    const text = [...names.slice(0, count), ...(rest > 0 ? [`+${rest}`] : [])].join(' ');
    if (displayWidth(text) <= columns || count === 1) return text;
  }
  return '';
}

/** The title, or the start of the body when there is none. */
const nameOf = ({ fixture }: DemoRow): string => `${fixture.externalId} ${fixture.title || fixture.body}`;

export function tableBlock(row: DemoRow): string {
  const { result } = row;
  return outcomes(row)
    .map(({ action, expected, regions }, index) => {
      const mark = action === expected ? '✓' : '✗';
      const outcome = [regions.join(','), `${mark} ${action ?? 'missing'}`, expected ?? ''];
      const findings = result.error ?? shorten(result.findings, widthOf('findings'));
      const note = [nameOf(row), shorten(result.languages, widthOf('languages')), findings];
      return line(index === 0 ? [...note, ...outcome, String(Math.round(result.ms))] : ['', '', '', ...outcome]);
    })
    .join('\n');
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

export function tableFoot(agreement: Agreement): string {
  const lines = [
    '',
    `${agreement.notes} notes, ${agreement.agreed} of ${agreement.decisions} decisions as expected: ${percent(agreement.share)}`,
  ];
  if (agreement.missing.length > 0) lines.push(`no decision: ${agreement.missing.join(', ')}`);
  for (const miss of agreement.misses) {
    lines.push(
      `✗ ${miss.externalId} ${miss.region}: ${miss.action ?? 'missing'}, expected ${miss.expected}. ${miss.reason}`,
    );
  }
  return lines.join('\n');
}
