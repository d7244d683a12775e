/** The same notes under two bundles: which answers change, by region, language and category. */
import type { Action, RegionId } from '../domain.js';
import type { EvaluationInput } from './context-values.js';
import { evaluate } from './evaluate.js';
import type { Bundle } from './model.js';

/** A note as a comparison sees it. */
export interface Subject {
  readonly id: string;
  readonly language: string;
  readonly input: EvaluationInput;
  readonly regions: readonly RegionId[];
  /** What the stages found with the words of the second bundle, where those are others. */
  readonly inputAfter?: EvaluationInput;
}
/** `pending`: required evidence is still due, so that there is no answer yet. */
export type Answer = Action | 'pending';
export interface RegionAnswer {
  readonly action: Answer;
  readonly category: string | null;
  readonly rules: readonly string[];
  /** Rules that only recorded. */
  readonly shadow: readonly string[];
}
export interface Change {
  readonly id: string;
  readonly region: RegionId;
  readonly language: string;
  readonly category: string | null;
  readonly before: Answer;
  readonly after: Answer;
  /** Rules that fired on one side only. */
  readonly gone: readonly string[];
  readonly come: readonly string[];
}
export interface Share {
  readonly answers: number;
  readonly changed: number;
}
export interface Difference {
  readonly notes: number;
  readonly notesChanged: number;
  readonly answers: number;
  readonly answersChanged: number;
  readonly moves: readonly { readonly before: Answer; readonly after: Answer; readonly count: number }[];
  readonly byRegion: Readonly<Record<string, Share>>;
  readonly byLanguage: Readonly<Record<string, Share>>;
  readonly byCategory: Readonly<Record<string, Share>>;
  readonly samples: readonly Change[];
}

const NOT_YET: RegionAnswer = { action: 'pending', category: null, rules: [], shadow: [] };

export function answersOf(
  input: EvaluationInput,
  bundle: Bundle,
  regions: readonly RegionId[],
): ReadonlyMap<RegionId, RegionAnswer> {
  const answers = new Map<RegionId, RegionAnswer>(regions.map((region) => [region, NOT_YET]));
  for (const decision of evaluate(input, bundle, regions).decisions) {
    const { action, category } = decision;
    const names = (hits: typeof decision.rules): readonly string[] => hits.map((hit) => hit.rule);
    const answer = { action, category, rules: names(decision.rules), shadow: names(decision.shadow) };
    for (const region of decision.regions) answers.set(region, answer);
  }
  return answers;
}

class Counter {
  readonly #table = new Map<string, { answers: number; changed: number }>();
  add(key: string, changed: boolean): void {
    const known = this.#table.get(key) ?? { answers: 0, changed: 0 };
    known.answers += 1;
    known.changed += changed ? 1 : 0;
    this.#table.set(key, known);
  }
  /** Most changed first. */
  shares(): Readonly<Record<string, Share>> {
    const rows = [...this.#table].sort(([a, x], [b, y]) => y.changed - x.changed || (a < b ? -1 : 1));
    return Object.fromEntries(rows);
  }
}

const without = (all: readonly string[], others: readonly string[]): readonly string[] =>
  all.filter((rule) => !others.includes(rule));

export interface Comparison {
  /** Whether the note became one of the samples. */
  add(subject: Subject): boolean;
  result(): Difference;
}

/** Keeps counts and at most `samplesPerMove` examples of each kind of change, whatever the number of notes. */
export function compareBundles(before: Bundle, after: Bundle, samplesPerMove: number): Comparison {
  const [regions, languages, categories] = [new Counter(), new Counter(), new Counter()];
  const moves = new Map<string, { before: Answer; after: Answer; count: number }>();
  const samples: Change[] = [];
  const totals = { notes: 0, notesChanged: 0, answers: 0, answersChanged: 0 };
  const keep = (change: Change): boolean => {
    const key = `${change.before} ${change.after}`;
    const move = moves.get(key) ?? { before: change.before, after: change.after, count: 0 };
    moves.set(key, { ...move, count: move.count + 1 });
    if (move.count >= samplesPerMove) return false;
    samples.push(change);
    return true;
  };
  return {
    add({ id, language, input, inputAfter = input, regions: asked }) {
      const [old, fresh] = [answersOf(input, before, asked), answersOf(inputAfter, after, asked)];
      let [touched, kept] = [false, false];
      for (const region of asked) {
        const [was, is] = [old.get(region) ?? NOT_YET, fresh.get(region) ?? NOT_YET];
        const changed = was.action !== is.action;
        const category = is.category ?? was.category;
        regions.add(region, changed);
        languages.add(language, changed);
        categories.add(category ?? 'none', changed);
        totals.answers += 1;
        if (!changed) continue;
        touched = true;
        totals.answersChanged += 1;
        const [gone, come] = [without(was.rules, is.rules), without(is.rules, was.rules)];
        const change = { id, region, language, category, before: was.action, after: is.action, gone, come };
        kept = keep(change) || kept;
      }
      totals.notes += 1;
      totals.notesChanged += touched ? 1 : 0;
      return kept;
    },
    result: () => ({
      ...totals,
      moves: [...moves.values()].sort((a, b) => b.count - a.count),
      byRegion: regions.shares(),
      byLanguage: languages.shares(),
      byCategory: categories.shares(),
      samples,
    }),
  };
}
