/** Scans texts with compiled term banks: one finding per entry and part, with spans of the original. */
import type { CategoryId, Severity } from '../../categories.js';
import type { Finding, IdiomHit, LabelledText, NormalisedText, Span, TextView, ViewName } from '../../domain.js';
import { hasHan } from '../normalise/chinese.js';
import { hasHangul } from '../normalise/hangul.js';
import { runsOf } from '../normalise/text.js';
import { type Bench, bitOf, buildBench, type Entry, type Pattern, readableText } from './bench.js';
import { surroundingsOf } from './beside.js';
import { endsLetter, endsWord, isSegment, startsWord } from './boundary.js';
import { isSaidToSomebody, QUOTED_WEIGHT, quotedSpans } from './quoted.js';
import type { TermBank, TermEntry } from './term-bank.js';

export interface Matcher {
  readonly ids: ReadonlySet<string>;
  /** Findings of one text, strongest first. Linear in the length of the text. */
  scan(labelled: LabelledText): readonly Finding[];
  /** Harmless figures of speech in one text. */
  idioms(labelled: LabelledText): readonly IdiomHit[];
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
const HITS_LIMIT = 32;
/** Places of one entry that are looked at. An entry that has more stands, whatever its allow-list says: nobody writes that. */
const GATHERED_LIMIT = 1_024;

interface Hit {
  readonly view: ViewName;
  readonly span: Span;
}
interface WholeHit extends Hit {
  /** Places of what stands together with it. */
  readonly parts: readonly Span[];
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

/** They say with an ending what others say with a word of its own: nobody could list all forms of an allowed wording. */
const BY_ENDINGS: ReadonlySet<string> = new Set([
  'tr',
  'az',
  'kk',
  'uz',
  'hu',
  'fi',
  'et',
  'id',
  'ms',
  'ko',
  'ta',
  'te',
  'kn',
  'ml',
  'mr',
]);

/** Endings may follow an allowed wording where they may follow those of its entry. */
function allowHolds({ boundary, language }: Entry, text: string, span: Span): boolean {
  const open = boundary === 'prefix' || boundary === 'none' || BY_ENDINGS.has(language);
  return startsWord(text, span.start) && (open || endsWord(text, span.end));
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
  else if (list.length < GATHERED_LIMIT) list.push(value);
}

/** Several words without the spaces between them. */
const isCompact = ({ wording, text }: Pattern): boolean => wording.includes(' ') && !text.includes(' ');

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
    // "bueno eres" holds no "no eres", and "killer apparently" no "killer app".
    const hold = pattern.allow ? allowHolds : boundariesHold;
    const isWhole = hold(entry, edges, span);
    if (!isWhole && !isCompact(pattern)) return;
    const raw = view.toRaw(span);
    // "I w i l l h u r t y o u t o d a y" has lost the ends of its words, but each letter was written by itself.
    if (!isWhole && !hold(entry, text.raw, raw)) return;
    if (pattern.allow) pushTo(into.allowed, pattern.entry, raw);
    else pushHit(pattern, view, text, raw, into);
  });
}

/** What was written as the bank has it, case aside, is a plain hit whatever view it was found in. */
function pushHit(pattern: Pattern, view: TextView, text: NormalisedText, raw: Span, into: Gathered): void {
  const written = text.raw.slice(raw.start, raw.end);
  if (view.name === 'pinyin_initials' && !/[a-z]/i.test(written)) return;
  const plain = written.toLowerCase() === pattern.wording.toLowerCase();
  pushTo(into.hits, pattern.entry, { view: plain ? 'raw' : view.name, span: raw });
}

function mergeSpans(spans: readonly Span[]): readonly Span[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: Span[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && overlaps(last, span)) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    } else merged.push(span);
  }
  return merged.slice(0, HITS_LIMIT);
}

/** Every place of it between quotation marks. */
function isQuoted(category: CategoryId, hits: readonly WholeHit[], { text }: LabelledText): boolean {
  if (!isSaidToSomebody(category)) return false;
  const quoted = quotedSpans(text.raw);
  return hits.every(({ span }) => quoted.some(({ start, end }) => span.start >= start && span.end <= end));
}

function toFinding(entry: Entry, hits: readonly WholeHit[], labelled: LabelledText): Finding {
  const best = hits.reduce((a, b) => (VIEW_WEIGHTS[b.view] > VIEW_WEIGHTS[a.view] ? b : a));
  const category = entry.category as CategoryId;
  const weight = entry.weight * VIEW_WEIGHTS[best.view] * (isQuoted(category, hits, labelled) ? QUOTED_WEIGHT : 1);
  const score = Math.round(weight * 1_000) / 1_000;
  return {
    category,
    score,
    // Weights are chosen on the scale where .5 is the flag threshold, so there is nothing to rescale.
    calibrated: score,
    severity: entry.severity as Severity,
    source: 'term',
    detector: entry.id,
    part: labelled.part,
    spans: mergeSpans(hits.flatMap(({ span, parts }) => [span, ...parts])),
    view: best.view,
  };
}

function scanText(bench: Bench, labelled: LabelledText): readonly Finding[] {
  const { text } = labelled;
  if (text.raw === '') return [];
  const gathered: Gathered = { hits: new Map(), allowed: new Map() };
  for (const view of bench.views) if (isWorth(view, text)) gatherView(bench, view, text, gathered);
  const findings: Finding[] = [];
  const surroundings = surroundingsOf(text);
  for (const [index, hits] of gathered.hits) {
    const entry = bench.entries[index];
    if (entry === undefined) continue;
    const allowed = gathered.allowed.get(index) ?? [];
    const kept = hits.flatMap((hit): WholeHit[] => {
      if (allowed.some((span) => overlaps(span, hit.span))) return [];
      const parts = surroundings.partsOf(entry.beside, hit.view, hit.span);
      return parts === null ? [] : [{ ...hit, parts }];
    });
    if (kept.length === 0 && hits.length === GATHERED_LIMIT) kept.push(...hits.map((hit) => ({ ...hit, parts: [] })));
    if (kept.length > 0) findings.push(toFinding(entry, kept, labelled));
  }
  return findings.sort((a, b) => b.score - a.score || (a.detector < b.detector ? -1 : 1));
}

/** Idioms are looked for as terms are; they carry no category of their own. */
function compileIdioms(banks: readonly TermBank[]): Matcher['idioms'] {
  const excuses = new Map<string, readonly CategoryId[]>();
  const asTerms = banks.flatMap((bank) => {
    const terms = (bank.idioms ?? []).map(({ excuses: categories, ...idiom }): TermEntry => {
      excuses.set(idiom.id, categories as readonly CategoryId[]);
      return { ...idiom, category: categories[0] ?? '', severity: 0, weight: 1 };
    });
    return terms.length === 0 ? [] : [{ file: bank.file, language: bank.language, terms }];
  });
  if (asTerms.length === 0) return () => [];
  const bench = buildBench(asTerms);
  return (labelled) =>
    scanText(bench, labelled).map(({ detector, part, spans }) => {
      return { id: detector, part, spans, excuses: excuses.get(detector) ?? [] };
    });
}

export function compileBanks(banks: readonly TermBank[]): Matcher {
  const bench = buildBench(banks);
  return {
    idioms: compileIdioms(banks),
    ids: new Set(bench.entries.map((entry) => entry.id)),
    scan: (labelled) => scanText(bench, labelled),
  };
}
