/** Compiled term banks: every wording as it looks in each of its views, in one automaton. */
import { type NormalisedText, primaryOf, type TextView, VIEW_NAMES, type ViewName } from '../../domain.js';
import { normaliseText, runsOf } from '../normalise/text.js';
import { type Automaton, buildAutomaton } from './automaton.js';
import type { Beside } from './beside.js';
import { expandBraces } from './braces.js';
import type { TermBank, TermEntry } from './term-bank.js';

const LANGUAGE_VIEWS: Readonly<Record<string, readonly ViewName[]>> = {
  zh: ['folded', 'simplified', 'squeezed'],
  ko: ['folded', 'squeezed', 'jamo'],
};
const DEFAULT_VIEWS: readonly ViewName[] = ['folded', 'skeleton', 'squeezed'];
/** Shorter patterns are not looked for where spaces or repeats are gone. */
const LEAST_COMPACT = 10;
/** How far `context` and `together` reach, in UTF-16 units. */
const CONTEXT_REACH = 60;
const TOGETHER_REACH = 120;

export interface Entry extends TermEntry {
  readonly language: string;
  readonly beside: readonly Beside[];
}
interface Owner {
  readonly entry: number;
  readonly allow: boolean;
}
export interface Pattern extends Owner {
  readonly wording: string;
  readonly text: string;
  readonly runs: readonly number[] | null;
  /** Views in which the pattern looks like this, as bits by place in VIEW_NAMES. */
  views: number;
}
/** All patterns in one automaton: most look the same in most views. */
export interface Bench {
  readonly entries: readonly Entry[];
  readonly patterns: readonly Pattern[];
  readonly automaton: Automaton;
  readonly views: readonly ViewName[];
}

const expand = (wordings: readonly string[]): readonly string[] =>
  wordings.flatMap((wording) => {
    const expansion = expandBraces(wording);
    return expansion.ok ? expansion.patterns : [];
  });

/** How German is typed where the keyboard has no umlauts; the folded view has neither those dots nor the e. */
const DIGRAPHS: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue' };

const spellings = (wordings: readonly string[], language: string): readonly string[] =>
  language !== 'de'
    ? wordings
    : [...new Set(wordings.flatMap((one) => [one, one.replace(/[äöü]/g, (letter) => DIGRAPHS[letter] ?? letter)]))];

export const foldedOf = (text: string): string => normaliseText(text).view('folded').text.trim();

/** Readings in which an entry is looked for. */
export const viewsOf = (entry: Pick<Entry, 'views' | 'language'>): readonly ViewName[] =>
  entry.views ?? LANGUAGE_VIEWS[entry.language] ?? DEFAULT_VIEWS;

/** Case is no disguise, so the views that keep it are read without it, where that does not move the places. */
export function readableText(view: TextView): string {
  if (view.name !== 'raw' && view.name !== 'nfkc') return view.text;
  const lower = view.text.toLowerCase();
  return lower.length === view.text.length ? lower : view.text;
}

interface Wording {
  readonly wording: string;
  readonly text: NormalisedText;
  /** The same without spaces, for `squeezed`; null when it would be too short to mean anything. */
  readonly compact: NormalisedText | null;
}

function readWording(wording: string): Wording {
  const compact = wording.replace(/\s+/g, '');
  const worth = compact !== wording && compact.length >= LEAST_COMPACT;
  return { wording, text: normaliseText(wording), compact: worth ? normaliseText(compact) : null };
}

function patternsIn(view: ViewName, { text, compact }: Wording): readonly Pick<Pattern, 'text' | 'runs'>[] {
  const forms = view === 'squeezed' && compact !== null ? [text, compact] : [text];
  return forms
    .map((form) => form.view(view))
    .filter((made) => made.text.trim() !== '')
    .map((made) => ({ text: readableText(made), runs: runsOf(made) }));
}

export const bitOf = (view: ViewName): number => 1 << VIEW_NAMES.indexOf(view);

const sameForm = (a: Pick<Pattern, 'text' | 'runs'>, b: Pick<Pattern, 'text' | 'runs'>): boolean =>
  a.text === b.text && a.runs === null && b.runs === null;

/** Most wordings look the same in all their views: those are told apart before anything is kept by its text. */
function formsOf(wording: Wording, views: Iterable<ViewName>): readonly Pick<Pattern, 'text' | 'runs' | 'views'>[] {
  const forms: Pick<Pattern, 'text' | 'runs' | 'views'>[] = [];
  for (const view of views) {
    for (const form of patternsIn(view, wording)) {
      const known = forms.find((other) => sameForm(other, form));
      if (known === undefined) forms.push({ text: form.text, runs: form.runs, views: bitOf(view) });
      else known.views |= bitOf(view);
    }
  }
  return forms;
}

function addPatterns(into: Pattern[], views: Iterable<ViewName>, wordings: readonly string[], of: Owner): void {
  const { entry, allow } = of;
  const known = new Map<string, Pattern>();
  for (const wording of wordings) {
    for (const form of formsOf(readWording(wording), views)) {
      const key = form.runs === null ? form.text : `${form.text}\0${form.runs.join()}`;
      const same = known.get(key);
      // Written out: tens of thousands of these are made at each start, and a spread costs several times as much.
      if (same === undefined)
        known.set(key, { entry, allow, wording, text: form.text, runs: form.runs, views: form.views });
      else same.views |= form.views;
    }
  }
  for (const pattern of known.values()) into.push(pattern);
}

function compile(entries: readonly Entry[], bankAllow: ReadonlyMap<string, readonly string[]>): Bench {
  const patterns: Pattern[] = [];
  const used = new Set<ViewName>();
  for (const [index, entry] of entries.entries()) {
    const views = new Set(viewsOf(entry));
    for (const view of views) used.add(view);
    const allowed = [...(entry.allow ?? []), ...(bankAllow.get(entry.language) ?? [])];
    const spelt = (wordings: readonly string[]): readonly string[] => spellings(expand(wordings), entry.language);
    addPatterns(patterns, views, spelt(entry.patterns), { entry: index, allow: false });
    addPatterns(patterns, views, spelt(allowed), { entry: index, allow: true });
  }
  const automaton = buildAutomaton(patterns.map((pattern) => pattern.text));
  return { entries, patterns, automaton, views: VIEW_NAMES.filter((view) => used.has(view)) };
}

function besideOf({ context, context_in, together }: TermEntry, language: string): readonly Beside[] {
  const folded = (wordings: readonly string[]): readonly string[] =>
    [...new Set(spellings(expand(wordings), language).map(foldedOf))].filter((word) => word !== '');
  const near: Beside[] = [];
  if (context !== undefined) {
    near.push({ words: folded(context), reach: CONTEXT_REACH, together: false, views: context_in ?? null });
  }
  for (const wordings of together ?? []) {
    near.push({ words: folded(wordings), reach: TOGETHER_REACH, together: true, views: null });
  }
  return near;
}

export function buildBench(banks: readonly TermBank[]): Bench {
  const entries: Entry[] = [];
  const bankAllow = new Map<string, readonly string[]>();
  for (const bank of banks) {
    const language = primaryOf(bank.language);
    if (bank.allow !== undefined) bankAllow.set(language, [...(bankAllow.get(language) ?? []), ...bank.allow]);
    for (const entry of bank.terms) {
      entries.push({ ...entry, language, beside: besideOf(entry, language) });
    }
  }
  return compile(entries, bankAllow);
}
