/** Rules against what people decided about the same notes: how often they would have been right. */
import type { Action, RegionId } from '../domain.js';
import { type Answer, answersOf, type Subject } from './compare.js';
import type { Bundle } from './model.js';

export interface PastNote extends Subject {
  /** Unset: it is not stored. */
  readonly noteId?: string | undefined;
  /** What the policy answered then. */
  readonly past: ReadonlyMap<RegionId, Action>;
  /** What people decided last, where anyone did. */
  readonly human: ReadonlyMap<RegionId, Action>;
}

/**
 * An answer acts when it is anything but `allow`. A person who allows a note overturns what acted on it;
 * a person who acts upholds it, whichever action they chose.
 */
export interface Confusion {
  answers: number;
  /** Where the action differs from that of then. */
  changed: number;
  /** What people said about the answers of then. */
  upheld: number;
  overturned: number;
  neverReviewed: number;
  /** The rules now, where a person decided. */
  rightlyActed: number;
  wronglyActed: number;
  rightlyAllowed: number;
  wronglyAllowed: number;
  /** The rules now, where nobody did: nothing can be said about these. */
  unknownActed: number;
  unknownAllowed: number;
}
export interface RuleRecord {
  hits: number;
  upheld: number;
  overturned: number;
  neverReviewed: number;
}
export interface ChangedAnswer {
  readonly noteId: string;
  readonly region: RegionId;
  readonly before: Answer;
  readonly after: Answer;
}
export interface Backtest {
  readonly notes: number;
  readonly all: Confusion;
  readonly byLanguage: Readonly<Record<string, Confusion>>;
  readonly byRegion: Readonly<Record<string, Confusion>>;
  readonly byRule: Readonly<Record<string, RuleRecord>>;
  /** Rules that only recorded: what people did, had they acted; absent from results that were stored before. */
  readonly byShadowRule?: Readonly<Record<string, RuleRecord>> | undefined;
  /** The first answers that differ; absent from results that were stored before. */
  readonly firstChanged?: readonly ChangedAnswer[] | undefined;
}

const MOST_NAMED = 20;

const emptyConfusion = (): Confusion => ({
  answers: 0,
  changed: 0,
  upheld: 0,
  overturned: 0,
  neverReviewed: 0,
  rightlyActed: 0,
  wronglyActed: 0,
  rightlyAllowed: 0,
  wronglyAllowed: 0,
  unknownActed: 0,
  unknownAllowed: 0,
});
const emptyRecord = (): RuleRecord => ({ hits: 0, upheld: 0, overturned: 0, neverReviewed: 0 });

const acts = (action: string): boolean => action !== 'allow' && action !== 'pending';

function judgedNow(acted: boolean, human: Action | undefined): keyof Confusion {
  if (human === undefined) return acted ? 'unknownActed' : 'unknownAllowed';
  if (acts(human)) return acted ? 'rightlyActed' : 'wronglyAllowed';
  return acted ? 'wronglyActed' : 'rightlyAllowed';
}

const saidOf = (acted: boolean, human: Action | undefined): 'upheld' | 'overturned' | 'neverReviewed' =>
  human === undefined ? 'neverReviewed' : acts(human) === acted ? 'upheld' : 'overturned';

function entry<T>(table: Map<string, T>, key: string, make: () => T): T {
  const known = table.get(key) ?? make();
  table.set(key, known);
  return known;
}

const sorted = <T>(table: ReadonlyMap<string, T>, size: (row: T) => number): Readonly<Record<string, T>> =>
  Object.fromEntries([...table].sort(([a, x], [b, y]) => size(y) - size(x) || (a < b ? -1 : 1)));

export interface BacktestRun {
  add(note: PastNote): void;
  result(): Backtest;
}

interface Judgement {
  readonly before: Answer;
  readonly after: Answer;
  readonly person: Action | undefined;
}

function tally(group: Confusion, { before, after, person }: Judgement): void {
  group.answers += 1;
  group.changed += before === after ? 0 : 1;
  group[saidOf(acts(before), person)] += 1;
  group[judgedNow(acts(after), person)] += 1;
}

function record(table: Map<string, RuleRecord>, rule: string, acted: boolean, person: Action | undefined): void {
  const row = entry(table, rule, emptyRecord);
  row.hits += 1;
  row[saidOf(acted, person)] += 1;
}

/** `against`: compared with this bundle's answers instead of those that were given then. */
export function backtest(bundle: Bundle, against: Bundle | null): BacktestRun {
  const all = emptyConfusion();
  const [languages, regions] = [new Map<string, Confusion>(), new Map<string, Confusion>()];
  const [rules, shadow] = [new Map<string, RuleRecord>(), new Map<string, RuleRecord>()];
  const firstChanged: ChangedAnswer[] = [];
  const keep = (change: ChangedAnswer): void => {
    if (change.before !== change.after && firstChanged.length < MOST_NAMED) firstChanged.push(change);
  };
  let notes = 0;
  return {
    add({ noteId, language, input, regions: asked, past, human }) {
      notes += 1;
      const now = answersOf(input, bundle, asked);
      const then = against === null ? null : answersOf(input, against, asked);
      for (const region of asked) {
        const answer = now.get(region);
        const before = then === null ? past.get(region) : then.get(region)?.action;
        if (answer === undefined || before === undefined) continue;
        const judgement = { before, after: answer.action, person: human.get(region) };
        if (noteId !== undefined) keep({ noteId, region, before, after: answer.action });
        tally(all, judgement);
        tally(entry(languages, language, emptyConfusion), judgement);
        tally(entry(regions, region, emptyConfusion), judgement);
        const { after, person } = judgement;
        for (const rule of answer.rules) record(rules, rule, acts(after), person);
        for (const rule of answer.shadow) record(shadow, rule, true, person);
      }
    },
    result: () => ({
      notes,
      all,
      byLanguage: sorted(languages, (row) => row.answers),
      byRegion: sorted(regions, (row) => row.answers),
      byRule: sorted(rules, (row) => row.hits),
      byShadowRule: sorted(shadow, (row) => row.hits),
      firstChanged,
    }),
  };
}
