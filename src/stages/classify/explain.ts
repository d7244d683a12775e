/** Which words carried a score, for flagged texts only: groups of words are left out once each. */
import { type LanguageTag, SCORE_KEYS, type ScoreKey, type Span } from '../../domain.js';
import type { ClassifiedText } from '../../ports.js';
import { at } from './at.js';
import { headFor } from './calibration.js';
import { givenOf, logitsOf, type Reading, type TextModel } from './model.js';

const MOST_GROUPS = 12;
/** Log odds that one group must carry in the n-gram model, for every flagged head, to speak for both models. */
const CLEAR_FALL = 0.5;
/** Runs of the encoder per flagged window where the n-gram model is not clear; it still says which groups to try. */
const MOST_TRIED = 3;
/** A group counts when leaving it out loses this share of what the best group loses. */
const SHARE = 0.4;

type Evidence = ClassifiedText['evidence'];

export interface Asked {
  readonly model: TextModel;
  readonly language: LanguageTag;
  readonly signal: AbortSignal;
}

const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

export async function explain(
  asked: Asked,
  flagged: readonly ScoreKey[],
  best: ReadonlyMap<ScoreKey, Reading>,
): Promise<Evidence> {
  const heads = flagged.map((key) => SCORE_KEYS.indexOf(key));
  const known = new Map<Reading, Promise<Losses>>();
  const out: Evidence[number][] = [];
  for (const key of flagged) {
    const reading = best.get(key);
    if (reading === undefined) continue;
    const losses = known.get(reading) ?? leaveOut(asked, reading, heads);
    known.set(reading, losses);
    const spans = carriers(await losses, SCORE_KEYS.indexOf(key));
    const toRaw = (span: Span): Span => reading.source.text.view(reading.view).toRaw(span);
    out.push({ key, part: reading.source.part, view: reading.view, spans: merged(spans.map(toRaw)) });
  }
  return out;
}

export interface Losses {
  readonly groups: readonly Span[];
  /** By group, then by head: how far the logit falls without the group. */
  readonly fall: readonly (readonly number[])[];
}

async function leaveOut({ model, signal }: Asked, reading: Reading, heads: readonly number[]): Promise<Losses> {
  const text = givenOf(reading.source, reading.view);
  const groups = groupWords(text.slice(reading.start, reading.end), reading.start);
  const rests = groups.map(({ start, end }) => `${text.slice(reading.start, start)} ${text.slice(end, reading.end)}`);
  const cheap = ngramFalls(model, reading, { whole: text.slice(reading.start, reading.end), rests });
  const isClear = heads.every((k) => Math.max(0, ...cheap.map((byHead) => at(byHead, k))) >= CLEAR_FALL);
  if (isClear) return { groups, fall: cheap };
  const likely = likeliest(cheap, heads);
  const fall: (readonly number[])[] = [];
  for (const [i, rest] of rests.entries()) {
    signal.throwIfAborted();
    const left = likely.has(i) ? await logitsOf(model, reading.language, rest) : reading.logits;
    fall.push(reading.logits.map((z, k) => z - at(left, k)));
  }
  return { groups, fall };
}

/** By group, then by head: what the n-gram model alone, which costs next to nothing, takes from the log odds. */
function ngramFalls(
  model: TextModel,
  { language }: Reading,
  { whole, rests }: { readonly whole: string; readonly rests: readonly string[] },
): Losses['fall'] {
  const weights = SCORE_KEYS.map((key) => headFor(model.calibration, language, key).ngrams);
  const all = model.ngrams.logits(whole);
  return rests.map((rest) => {
    const left = model.ngrams.logits(rest);
    return weights.map((weight, k) => weight * (at(all, k) - at(left, k)));
  });
}

function likeliest(falls: Losses['fall'], heads: readonly number[]): ReadonlySet<number> {
  const ranked = falls
    .map((byHead, i) => ({ i, loss: heads.reduce((sum, k) => sum + at(byHead, k), 0) }))
    .sort((a, b) => b.loss - a.loss);
  return new Set(ranked.slice(0, MOST_TRIED).map(({ i }) => i));
}

/** Neighbouring words share a group once there are more than a dozen. */
export function groupWords(text: string, offset: number): readonly Span[] {
  const words: Span[] = [];
  for (const { segment, index, isWordLike } of segmenter.segment(text)) {
    if (isWordLike === true || /\p{Extended_Pictographic}/u.test(segment)) {
      words.push({ start: offset + index, end: offset + index + segment.length });
    }
  }
  const size = Math.max(1, Math.ceil(words.length / MOST_GROUPS));
  const groups: Span[] = [];
  words.forEach((word, i) => {
    const last = groups.at(-1);
    if (i % size === 0 || last === undefined) groups.push(word);
    else groups[groups.length - 1] = { start: last.start, end: word.end };
  });
  return groups;
}

export function carriers({ groups, fall }: Losses, k: number): readonly Span[] {
  const falls = fall.map((byHead) => at(byHead, k));
  const most = Math.max(0, ...falls);
  if (most <= 0) return groups;
  return groups.filter((_, i) => at(falls, i) >= SHARE * most);
}

export function merged(spans: readonly Span[]): readonly Span[] {
  const out: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = out.at(-1);
    if (last !== undefined && span.start <= last.end + 1) {
      out[out.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    } else out.push(span);
  }
  return out;
}
