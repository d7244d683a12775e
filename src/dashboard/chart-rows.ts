/** Rows of `at, kind, count` -> one row per moment with a column per kind; the smallest kinds share one column. */
import type { ChartRow, Series } from './parts/chart.js';

interface Counted {
  readonly at: string;
  readonly kind: string;
  readonly count: number;
}
export const OTHER = 'other';
const MOST_KINDS = 7;

export function chartRows(counted: readonly Counted[], label: (at: string) => string) {
  const totals = new Map<string, number>();
  for (const { kind, count } of counted) totals.set(kind, (totals.get(kind) ?? 0) + count);
  const kinds = [...totals].sort((a, b) => b[1] - a[1]).map(([kind]) => kind);
  const shown = new Set(kinds.length > MOST_KINDS + 1 ? kinds.slice(0, MOST_KINDS) : kinds);
  const moments = [...new Set(counted.map(({ at }) => at))].sort();
  const rows = moments.map((at) => {
    const row: Record<string, number> = {};
    for (const one of counted.filter((entry) => entry.at === at)) {
      const column = shown.has(one.kind) ? one.kind : OTHER;
      row[column] = (row[column] ?? 0) + one.count;
    }
    return { ...row, label: label(at) } satisfies ChartRow;
  });
  const columns = kinds.length > shown.size ? [...shown, OTHER] : [...shown];
  return { rows, columns };
}

export const named = (columns: readonly string[], name: (kind: string) => string): readonly Series[] =>
  columns.map((key) => ({ key, name: name(key) }));
