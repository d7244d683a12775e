/** The table that `polywarden eval` prints: one line a group, figures in thousandths. */
import type { Group } from './group.js';
import type { Figures, Interval } from './metrics.js';
import { type Comparison, SYNTHETIC_REMARK } from './results.js';
import { SCORERS } from './side-by-side.js';

const HEAD = ['harmful', 'harmless', 'AUROC', 'AUPRC', 'F1', 'right+', 'right-', 'ECE'];

export function groupTable(by: readonly string[], groups: readonly Group[]): string {
  const lines = [[...by, ...HEAD], ...groups.map(({ names, figures }) => [...names.map(plain), ...cells(figures)])];
  const widths = lines[0]?.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0))) ?? [];
  const pad = (cell: string, i: number): string =>
    i < by.length ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
  return `${lines.map((line) => line.map(pad).join('  ')).join('\n')}\n`;
}

/** Names come from the file: nothing of them may steer a terminal. */
const plain = (name: string): string => name.replace(/\p{C}/gu, '\ufffd');

function cells(f: Figures): readonly string[] {
  const figures = [f.auroc, f.auprc, f.f1, f.harmfulRightRange, f.harmlessRightRange, f.eceRange];
  return [String(f.harmful), String(f.harmless), ...figures.map(withRange)];
}

/** Without a range where nothing was drawn (`--rounds 0`, or no sample with both classes). */
function withRange(interval: Interval | null): string {
  if (interval === null) return '-';
  const { value, low, high } = interval;
  return Number.isNaN(low) ? value.toFixed(3) : `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

/** What the language model and the cascade cost, and their figures unless they are synthetic. */
export function comparisonText(by: readonly string[], comparison: Comparison): string {
  const { band, costs } = comparison;
  const lines = (['llm', 'cascade'] as const).map((scorer) => {
    const cost = costs[scorer];
    const tokens = cost.promptTokens + cost.completionTokens;
    const money = (cost.costMicros / 1e6).toFixed(4);
    return `${scorer}: asked ${cost.asked} of ${cost.texts}, failed ${cost.failed}, ${tokens} tokens, cost ${money}, ${cost.meanMs.toFixed(0)} ms each`;
  });
  const head = `\n${comparison.model}; the cascade asks from ${band.from} to ${band.to}\n${lines.join('\n')}\n`;
  if (comparison.groups === null) return `${head}${SYNTHETIC_REMARK}\n`;
  const rows = comparison.groups.flatMap(({ names, figures }) =>
    SCORERS.map((scorer) => ({ names: [...names, scorer], figures: figures[scorer] })),
  );
  return `${head}${groupTable([...by, 'scorer'], rows)}`;
}
