/** Every row through the scorers: judged texts by group. */
import type { Score, ScoreKey } from '../../domain.js';
import type { Judged } from './metrics.js';
import type { Opinions } from './opinions.js';
import type { Axis, Order } from './order.js';
import { LABEL_KEYS, LABELS, type Label, type LabelledRow, readRows } from './rows.js';
import { type Asked, isInBand, type Pair } from './side-by-side.js';

export interface Scorer {
  readonly model: string;
  score(row: LabelledRow): Promise<Readonly<Record<ScoreKey, Score>>>;
  close(): Promise<void>;
}

export interface JudgedRows {
  readonly texts: number;
  readonly groups: ReadonlyMap<string, readonly Judged[]>;
  /** By label alone, whatever the grouping. */
  readonly labels: ReadonlyMap<string, readonly Judged[]>;
  /** Of the texts that the language model was asked about. */
  readonly pairs: ReadonlyMap<string, readonly Pair[]>;
  readonly labelPairs: ReadonlyMap<string, readonly Pair[]>;
  readonly asked: readonly Asked[];
}

export const SEPARATOR = '\u0000';
/** The cascade is about a text, not a label: in doubt about any of them it asks. */
const DOUBTFUL: ScoreKey = 'toxicity';

export async function judgeRows(
  { scorer, opinions }: { readonly scorer: Scorer; readonly opinions: Opinions | null },
  order: Order,
  tell: (texts: number) => void,
): Promise<JudgedRows> {
  const [groups, labels] = [new Map<string, Judged[]>(), new Map<string, Judged[]>()];
  const [pairs, labelPairs] = [new Map<string, Pair[]>(), new Map<string, Pair[]>()];
  const asked: Asked[] = [];
  let texts = 0;
  for await (const row of readRows(order.input)) {
    const scores = await scorer.score(row);
    const isAsked = opinions !== null && order.llm !== null && asked.length < order.llm.most;
    const opinion = isAsked ? await opinions.ask(row) : null;
    const truths = LABELS.flatMap((label) => (row.labels[label] === undefined ? [] : [label]));
    if (isAsked && order.llm !== null) {
      const { band } = order.llm;
      const doubts = [DOUBTFUL, ...truths.map((label) => LABEL_KEYS[label])];
      asked.push({ opinion, inBand: doubts.some((key) => isInBand(band, scores[key].calibrated)) });
    }
    for (const label of truths) {
      const { p, calibrated } = scores[LABEL_KEYS[label]];
      const harmful = row.labels[label] === 1;
      const group = nameOf(order.by, row, label);
      put(groups, group, { harmful, p, calibrated });
      put(labels, label, { harmful, p, calibrated });
      if (!isAsked) continue;
      const llm = opinion === null ? null : (opinion.p[LABEL_KEYS[label]] ?? 0);
      put(pairs, group, { harmful, local: { p, calibrated }, llm });
      put(labelPairs, label, { harmful, local: { p, calibrated }, llm });
    }
    texts += 1;
    tell(texts);
  }
  return { texts, groups, labels, pairs, labelPairs, asked };
}

function put<T>(into: Map<string, T[]>, name: string, value: T): void {
  const rows = into.get(name);
  if (rows === undefined) into.set(name, [value]);
  else rows.push(value);
}

function nameOf(by: readonly Axis[], row: LabelledRow, label: Label): string {
  const of = { language: row.language, label, source: row.source };
  return by.map((axis) => of[axis]).join(SEPARATOR);
}
