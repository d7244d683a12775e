/** Which words carried a score: each group of words is left out once, for flagged texts only. */
import { type LanguageTag, SCORE_KEYS, type ScoreKey, type Span } from '../../domain.js';
import type { ClassifiedText } from '../../ports.js';
import { at } from './at.js';
import { logitsOf, type Reading, type TextModel, textOf } from './model.js';

/** Runs of the encoder per flagged window; a dozen keeps a flagged note under a tenth of a second. */
const MOST_GROUPS = 12;
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
  { model, language, signal }: Asked,
  flagged: readonly ScoreKey[],
  best: ReadonlyMap<ScoreKey, Reading>,
): Promise<Evidence> {
  const known = new Map<Reading, Promise<Losses>>();
  const out: Evidence[number][] = [];
  for (const key of flagged) {
    const reading = best.get(key);
    if (reading === undefined) continue;
    const losses = known.get(reading) ?? leaveOut({ model, language, signal }, reading);
    known.set(reading, losses);
    const spans = carriers(await losses, SCORE_KEYS.indexOf(key));
    const toRaw = (span: Span): Span => reading.source.text.view(reading.view).toRaw(span);
    out.push({ key, part: reading.source.part, view: reading.view, spans: merged(spans.map(toRaw)) });
  }
  return out;
}

interface Losses {
  readonly groups: readonly Span[];
  /** By group, then by head: how far the logit falls without the group. */
  readonly fall: readonly (readonly number[])[];
}

async function leaveOut({ model, language, signal }: Asked, reading: Reading): Promise<Losses> {
  const text = textOf(reading.source, reading.view);
  const groups = groupWords(text.slice(reading.start, reading.end), reading.start);
  const fall: (readonly number[])[] = [];
  for (const { start, end } of groups) {
    signal.throwIfAborted();
    const rest = await logitsOf(model, language, `${text.slice(reading.start, start)} ${text.slice(end, reading.end)}`);
    fall.push(reading.logits.map((z, k) => z - at(rest, k)));
  }
  return { groups, fall };
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

function carriers({ groups, fall }: Losses, k: number): readonly Span[] {
  const falls = fall.map((byHead) => at(byHead, k));
  const most = Math.max(0, ...falls);
  if (most <= 0) return groups;
  return groups.filter((_, i) => at(falls, i) >= SHARE * most);
}

function merged(spans: readonly Span[]): readonly Span[] {
  const out: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = out.at(-1);
    if (last !== undefined && span.start <= last.end + 1) {
      out[out.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    } else out.push(span);
  }
  return out;
}
