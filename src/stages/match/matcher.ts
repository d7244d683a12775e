/** Compiles term banks and scans texts: one automaton per view, one finding per entry and part. */
import type { CategoryId, Severity } from '../../categories.js';
import {
  type Finding,
  type LabelledText,
  type NormalisedText,
  type Span,
  type TextView,
  VIEW_NAMES,
  type ViewName,
} from '../../domain.js';
import { hasHan } from '../normalise/chinese.js';
import { hasHangul } from '../normalise/hangul.js';
import { normaliseText, runsOf } from '../normalise/text.js';
import { type Automaton, buildAutomaton } from './automaton.js';
import { endsLetter, endsWord, isSegment, startsWord } from './boundary.js';
import { expandBraces } from './braces.js';
import type { TermBank, TermEntry } from './term-bank.js';

export interface Matcher {
  readonly ids: ReadonlySet<string>;
  /** Findings of one text, strongest first. Linear in the length of the text. */
  scan(labelled: LabelledText): readonly Finding[];
}

/** How much a hit in a view is worth: the more a view throws away, the less. */
export const VIEW_WEIGHTS: Readonly<Record<ViewName, number>> = {
  raw: 1,
  nfkc: 0.98,
  folded: 0.95,
  simplified: 0.95,
  skeleton: 0.9,
  squeezed: 0.85,
  jamo: 0.75,
  translit: 0.7,
  pinyin: 0.65,
  pinyin_initials: 0.5,
};
const LANGUAGE_VIEWS: Readonly<Record<string, readonly ViewName[]>> = {
  zh: ['folded', 'simplified', 'squeezed'],
  ko: ['folded', 'squeezed', 'jamo'],
};
const DEFAULT_VIEWS: readonly ViewName[] = ['folded', 'skeleton', 'squeezed'];
/** Shorter patterns are not looked for where spaces or repeats are gone. */
const LEAST_COMPACT = 10;
const CONTEXT_UNITS = 60;
const HITS_LIMIT = 32;

interface Entry extends TermEntry {
  readonly language: string;
  readonly contextFolded: readonly string[] | null;
}
interface Owner {
  readonly entry: number;
  readonly allow: boolean;
}
interface Pattern extends Owner {
  readonly wording: string;
  readonly text: string;
  readonly runs: readonly number[] | null;
  /** Views in which the pattern looks like this, as bits by place in VIEW_NAMES. */
  views: number;
}
/** All patterns in one automaton: most look the same in most views. */
interface Bench {
  readonly entries: readonly Entry[];
  readonly patterns: readonly Pattern[];
  readonly automaton: Automaton;
  readonly views: readonly ViewName[];
}
interface Hit {
  readonly view: ViewName;
  readonly span: Span;
}

const expand = (wordings: readonly string[]): readonly string[] =>
  wordings.flatMap((wording) => {
    const expansion = expandBraces(wording);
    return expansion.ok ? expansion.patterns : [];
  });

const foldedOf = (text: string): string => normaliseText(text).view('folded').text.trim();

const viewsOf = (entry: Entry): readonly ViewName[] => entry.views ?? LANGUAGE_VIEWS[entry.language] ?? DEFAULT_VIEWS;

/** Case is no disguise, so the views that keep it are read without it, where that does not move the places. */
function readableText(view: TextView): string {
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

const bitOf = (view: ViewName): number => 1 << VIEW_NAMES.indexOf(view);
type Collected = Map<string, Pattern>;

function addPatterns(into: Collected, views: Iterable<ViewName>, wordings: readonly string[], of: Owner): void {
  for (const wording of wordings.map(readWording)) {
    for (const view of views) {
      for (const form of patternsIn(view, wording)) {
        const key = `${of.entry}${of.allow ? '-' : '+'}${form.runs?.join('') ?? ''}:${form.text}`;
        const known = into.get(key);
        if (known === undefined) into.set(key, { ...of, ...form, wording: wording.wording, views: bitOf(view) });
        else known.views |= bitOf(view);
      }
    }
  }
}

function buildBench(entries: readonly Entry[], bankAllow: ReadonlyMap<string, readonly string[]>): Bench {
  const collected: Collected = new Map();
  const used = new Set<ViewName>();
  for (const [index, entry] of entries.entries()) {
    const views = new Set(viewsOf(entry));
    for (const view of views) used.add(view);
    const allowed = [...(entry.allow ?? []), ...(bankAllow.get(entry.language) ?? [])];
    addPatterns(collected, views, expand(entry.patterns), { entry: index, allow: false });
    addPatterns(collected, views, expand(allowed), { entry: index, allow: true });
  }
  const patterns = [...collected.values()];
  const automaton = buildAutomaton(patterns.map((pattern) => pattern.text));
  return { entries, patterns, automaton, views: VIEW_NAMES.filter((view) => used.has(view)) };
}

/** Views of one script are not even computed for texts without it. */
function isWorth(view: ViewName, text: NormalisedText): boolean {
  if (view === 'simplified' || view === 'pinyin' || view === 'pinyin_initials') return hasHan(text.raw);
  if (view === 'jamo') return hasHangul(text.raw) || text.raw.length <= 40;
  if (view === 'skeleton') return text.view('skeleton').text !== text.view('folded').text;
  return true;
}

/** Initials are judged by the letters that were written, else every pair of characters would be a word. */
function boundaryText(view: TextView, text: NormalisedText): string {
  if (view.name !== 'pinyin_initials') return view.text;
  const written = text.view('simplified').text;
  return written.length === view.text.length ? written : view.text;
}

function boundariesHold(entry: Entry, text: string, span: Span): boolean {
  switch (entry.boundary) {
    case 'none':
      return endsLetter(text, span.end);
    case 'prefix':
      return startsWord(text, span.start) && endsLetter(text, span.end);
    case 'segment':
      return startsWord(text, span.start) && endsWord(text, span.end) && isSegment(text, span, entry.language);
    case 'word':
      return startsWord(text, span.start) && endsWord(text, span.end);
  }
}

/** A letter held down matches; a double letter is no single one, and no single one a double. */
function runsHold(pattern: Pattern, runs: readonly number[] | null, start: number): boolean {
  if (pattern.runs === null && runs === null) return true;
  for (let i = 0; i < pattern.text.length; i += 1) {
    const wanted = pattern.runs?.[i] ?? 1;
    const found = runs?.[start + i] ?? 1;
    if (found !== wanted && (found < 3 || found < wanted)) return false;
  }
  return true;
}

const overlaps = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end;

interface Gathered {
  readonly hits: Map<number, Hit[]>;
  readonly allowed: Map<number, Span[]>;
}

function pushTo<T>(map: Map<number, T[]>, key: number, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else if (list.length < HITS_LIMIT * 4) list.push(value);
}

function gatherView(bench: Bench, name: ViewName, text: NormalisedText, into: Gathered): void {
  const view = text.view(name);
  const runs = runsOf(view);
  const edges = boundaryText(view, text);
  const bit = bitOf(name);
  bench.automaton.scan(readableText(view), (index, end) => {
    const pattern = bench.patterns[index];
    const entry = pattern === undefined ? undefined : bench.entries[pattern.entry];
    if (pattern === undefined || entry === undefined || (pattern.views & bit) === 0) return;
    const span = { start: end - pattern.text.length, end };
    if (!runsHold(pattern, runs, span.start)) return;
    if (pattern.allow) pushTo(into.allowed, pattern.entry, view.toRaw(span));
    else if (boundariesHold(entry, edges, span)) pushHit(pattern, view, text, span, into);
  });
}

/** What was written as the bank has it, case aside, is a plain hit whatever view it was found in. */
function pushHit(pattern: Pattern, view: TextView, text: NormalisedText, span: Span, into: Gathered): void {
  const raw = view.toRaw(span);
  const written = text.raw.slice(raw.start, raw.end);
  if (view.name === 'pinyin_initials' && !/[a-z]/i.test(written)) return;
  const plain = written.toLowerCase() === pattern.wording.toLowerCase();
  pushTo(into.hits, pattern.entry, { view: plain ? 'raw' : view.name, span: raw });
}

/** One of the context words within reach of the hit, in folded spelling. */
function contextHolds(entry: Entry, text: NormalisedText, hit: Hit): boolean {
  if (entry.contextFolded === null) return true;
  if (entry.context_in !== undefined && !entry.context_in.includes(hit.view)) return true;
  const before = foldedOf(text.raw.slice(Math.max(0, hit.span.start - CONTEXT_UNITS), hit.span.start));
  const after = foldedOf(text.raw.slice(hit.span.end, hit.span.end + CONTEXT_UNITS));
  return entry.contextFolded.some((word) => before.includes(word) || after.includes(word));
}

function mergeSpans(hits: readonly Hit[]): readonly Span[] {
  const sorted = [...hits].sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end);
  const merged: Span[] = [];
  for (const { span } of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && overlaps(last, span)) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    } else merged.push(span);
  }
  return merged.slice(0, HITS_LIMIT);
}

function toFinding(entry: Entry, hits: readonly Hit[], labelled: LabelledText): Finding {
  const best = hits.reduce((a, b) => (VIEW_WEIGHTS[b.view] > VIEW_WEIGHTS[a.view] ? b : a));
  const score = Math.round(entry.weight * VIEW_WEIGHTS[best.view] * 1_000) / 1_000;
  return {
    category: entry.category as CategoryId,
    score,
    // Weights are chosen on the scale where .5 is the flag threshold, so there is nothing to rescale.
    calibrated: score,
    severity: entry.severity as Severity,
    source: 'term',
    detector: entry.id,
    part: labelled.part,
    spans: mergeSpans(hits),
    view: best.view,
  };
}

function scanText(bench: Bench, labelled: LabelledText): readonly Finding[] {
  const { text } = labelled;
  if (text.raw === '') return [];
  const gathered: Gathered = { hits: new Map(), allowed: new Map() };
  for (const view of bench.views) if (isWorth(view, text)) gatherView(bench, view, text, gathered);
  const findings: Finding[] = [];
  for (const [index, hits] of gathered.hits) {
    const entry = bench.entries[index];
    if (entry === undefined) continue;
    const allowed = gathered.allowed.get(index) ?? [];
    const kept = hits.filter(
      (hit) => !allowed.some((span) => overlaps(span, hit.span)) && contextHolds(entry, text, hit),
    );
    if (kept.length > 0) findings.push(toFinding(entry, kept, labelled));
  }
  return findings.sort((a, b) => b.score - a.score || (a.detector < b.detector ? -1 : 1));
}

export function compileBanks(banks: readonly TermBank[]): Matcher {
  const entries: Entry[] = [];
  const bankAllow = new Map<string, readonly string[]>();
  for (const bank of banks) {
    const language = bank.language.split('-')[0] ?? bank.language;
    if (bank.allow !== undefined) bankAllow.set(language, [...(bankAllow.get(language) ?? []), ...bank.allow]);
    for (const entry of bank.terms) {
      const contextFolded = entry.context === undefined ? null : expand(entry.context).map(foldedOf);
      entries.push({ ...entry, language, contextFolded });
    }
  }
  const bench = buildBench(entries, bankAllow);
  return { ids: new Set(entries.map((entry) => entry.id)), scan: (labelled) => scanText(bench, labelled) };
}
