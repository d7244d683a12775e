/** Every row through the scorers: judged texts by group. */
import { HARM_KEYS, type Score, type ScoreKey } from '../../domain.js';
import { inFlight } from './in-flight.js';
import type { Judged } from './judged.js';
import type { Opinions, TextOpinion } from './opinions.js';
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

type Scores = Readonly<Record<ScoreKey, Score>>;
interface Judging {
  readonly row: LabelledRow;
  readonly scores: Scores;
  opinion: TextOpinion | null;
}

export async function judgeRows(
  { scorer, opinions }: { readonly scorer: Scorer; readonly opinions: Opinions | null },
  order: Order,
  tell: (texts: number) => void,
): Promise<JudgedRows> {
  const [groups, labels] = [new Map<string, Judged[]>(), new Map<string, Judged[]>()];
  const asked: Judging[] = [];
  const line = inFlight(order.llm?.atOnce ?? 1);
  let texts = 0;
  try {
    for await (const row of readRows(order.input)) {
      const scores = await scorer.score(row);
      for (const label of labelsOf(row)) {
        const { p, calibrated } = scores[LABEL_KEYS[label]];
        const judged = { harmful: row.labels[label] === 1, p, calibrated };
        put(groups, nameOf(order.by, row, label), judged);
        put(labels, label, judged);
      }
      if (opinions !== null && asked.length < (order.llm?.most ?? 0)) {
        const judging: Judging = { row, scores, opinion: null };
        asked.push(judging);
        await line.add(async () => {
          judging.opinion = await opinions.ask(row);
        });
      }
      texts += 1;
      tell(texts);
    }
  } finally {
    await line.settled();
  }
  line.check();
  return { texts, groups, labels, ...sideBySideOf(asked, order) };
}

/** In the order of the file, whichever answer came first. */
function sideBySideOf(all: readonly Judging[], order: Order): Pick<JudgedRows, 'pairs' | 'labelPairs' | 'asked'> {
  const [pairs, labelPairs] = [new Map<string, Pair[]>(), new Map<string, Pair[]>()];
  const band = order.llm?.band ?? { from: 0, to: 1 };
  const asked = all.map(({ row, scores, opinion }): Asked => {
    // The cascade is about a text, not a label: in doubt about any harm it asks, as the policies do.
    const inBand = HARM_KEYS.some((key) => isInBand(band, scores[key].calibrated));
    for (const label of labelsOf(row)) {
      const { p, calibrated } = scores[LABEL_KEYS[label]];
      const said = opinion?.p ?? null;
      const llm = said === null ? null : (said[LABEL_KEYS[label]] ?? 0);
      const pair = { harmful: row.labels[label] === 1, local: { p, calibrated }, llm, inBand };
      put(pairs, nameOf(order.by, row, label), pair);
      put(labelPairs, label, pair);
    }
    return { opinion, inBand };
  });
  return { pairs, labelPairs, asked };
}

const labelsOf = ({ labels }: LabelledRow): readonly Label[] => LABELS.filter((label) => labels[label] !== undefined);

function put<T>(into: Map<string, T[]>, name: string, value: T): void {
  const rows = into.get(name);
  if (rows === undefined) into.set(name, [value]);
  else rows.push(value);
}

function nameOf(by: readonly Axis[], row: LabelledRow, label: Label): string {
  const of = { language: row.language, label, source: row.source };
  return by.map((axis) => of[axis]).join(SEPARATOR);
}
