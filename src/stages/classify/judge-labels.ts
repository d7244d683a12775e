/** Reads the texts of a note with one model from elsewhere: windows, views, highest score per key, and where it came from. */
import { type LabelledText, type LanguageTag, SCORE_KEYS, type ScoreKey, type ViewName } from '../../domain.js';
import type { ClassifiedText } from '../../ports.js';
import { carriers, groupWords, merged } from './explain.js';
import { textOf } from './model.js';
import { type KeyReading, type Overlay, overlayCompetence, readingsOf, scoreOf } from './overlay.js';
import { viewsOf } from './views-of.js';
import { cutWindows, splitWords } from './windows.js';

/** A model of any make: it counts the pieces of a word and reads a text. */
export interface LabelModel {
  readonly name: string;
  /** In the order of the logits. */
  readonly labels: readonly string[];
  readonly overlay: Overlay;
  readonly explains: boolean;
  encode(word: string): readonly number[];
  logits(text: string): Promise<ArrayLike<number>>;
}

interface Asked {
  readonly model: LabelModel;
  readonly language: LanguageTag;
  readonly signal: AbortSignal;
}
interface Window {
  readonly source: LabelledText;
  readonly view: ViewName;
  readonly start: number;
  readonly end: number;
  readonly keys: ReadonlyMap<ScoreKey, KeyReading>;
}

/** Every window is read: a model without a cheap companion cannot say which may be left out. */
export async function judgeLabels(
  model: LabelModel,
  texts: readonly LabelledText[],
  language: LanguageTag,
  signal: AbortSignal,
): Promise<ClassifiedText> {
  const asked = { model, language, signal };
  const windows: Window[] = [];
  for (const source of texts) {
    for (const view of viewsOf(source)) windows.push(...(await readView(asked, source, view)));
  }
  const best = new Map(SCORE_KEYS.map((key) => [key, highest(windows, key)] as const));
  const of = <T>(value: (key: ScoreKey) => T) =>
    Object.fromEntries(SCORE_KEYS.map((key) => [key, value(key)])) as Record<ScoreKey, T>;
  const scores = of((key) => scoreOf(model.overlay, language, key, best.get(key)?.keys.get(key)));
  const flagged = model.explains ? SCORE_KEYS.filter((key) => scores[key].calibrated >= 0.5) : [];
  const evidence: ClassifiedText['evidence'][number][] = [];
  for (const key of flagged) {
    const window = best.get(key);
    if (window !== undefined) evidence.push({ key, ...(await explained(asked, key, window)) });
  }
  const competence = of((key) => overlayCompetence(model.overlay, language, key));
  return { scores, evidence, competence, language, windows: windows.length };
}

function highest(windows: readonly Window[], key: ScoreKey): Window | undefined {
  const odds = (window: Window): number => window.keys.get(key)?.logOdds ?? Number.NEGATIVE_INFINITY;
  return windows.reduce<Window | undefined>(
    (top, window) => (top === undefined || odds(window) > odds(top) ? window : top),
    undefined,
  );
}

async function readView(asked: Asked, source: LabelledText, view: ViewName): Promise<readonly Window[]> {
  const text = textOf(source, view);
  const words = splitWords(text, asked.model.encode);
  const out: Window[] = [];
  for (const window of cutWindows(words)) {
    const inside = words.slice(window.start, window.end);
    const start = Math.min(...inside.map((word) => word.start));
    const end = Math.max(...inside.map((word) => word.end));
    out.push({ source, view, start, end, keys: await read(asked, text.slice(start, end)) });
  }
  return out;
}

async function read({ model, language, signal }: Asked, text: string): Promise<ReadonlyMap<ScoreKey, KeyReading>> {
  signal.throwIfAborted();
  return readingsOf(model.overlay, model.labels, { language, logits: await model.logits(text) });
}

/** Groups of words are left out once each. */
async function explained(asked: Asked, key: ScoreKey, window: Window) {
  const { source, view, start, end } = window;
  const text = textOf(source, view);
  const groups = groupWords(text.slice(start, end), start);
  const whole = window.keys.get(key)?.logOdds ?? 0;
  const fall: number[][] = [];
  for (const group of groups) {
    const rest = `${text.slice(start, group.start)} ${text.slice(group.end, end)}`;
    fall.push([whole - ((await read(asked, rest)).get(key)?.logOdds ?? whole)]);
  }
  const spans = carriers({ groups, fall }, 0).map((span) => source.text.view(view).toRaw(span));
  return { part: source.part, view, spans: merged(spans) };
}
