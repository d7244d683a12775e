/** The table that `polywarden eval` prints: one line a group, figures in thousandths. */
import type { Figures, Interval } from './metrics.js';

export interface Group {
  readonly names: readonly string[];
  readonly figures: Figures;
}

const HEAD = ['harmful', 'harmless', 'AUROC', 'AUPRC', 'F1', 'right+', 'right-', 'ECE'];

export function groupTable(by: readonly string[], groups: readonly Group[]): string {
  const lines = [[...by, ...HEAD], ...groups.map(({ names, figures }) => [...names, ...cells(figures)])];
  const widths = lines[0]?.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0))) ?? [];
  const pad = (cell: string, i: number): string =>
    i < by.length ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
  return `${lines.map((line) => line.map(pad).join('  ')).join('\n')}\n`;
}

function cells(f: Figures): readonly string[] {
  const shares = [f.harmfulRight, f.harmlessRight].map((share) => (share === null ? '-' : share.toFixed(3)));
  return [
    String(f.harmful),
    String(f.harmless),
    ...[f.auroc, f.auprc, f.f1].map(withRange),
    ...shares,
    f.ece.toFixed(3),
  ];
}

const withRange = (interval: Interval | null): string =>
  interval === null ? '-' : `${interval.value.toFixed(3)} [${interval.low.toFixed(3)}, ${interval.high.toFixed(3)}]`;
