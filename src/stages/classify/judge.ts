/** Reads the texts of a note with both models: windows, views, highest score per head, and where it came from. */
import {
  type LabelledText,
  type LanguageTag,
  SCORE_KEYS,
  type Score,
  type ScoreKey,
  type ViewName,
} from '../../domain.js';
import type { ClassifiedText } from '../../ports.js';
import { at } from './at.js';
import { certaintyOf, competenceFor, discountsFor, headFor, shortDiscount, toScore } from './calibration.js';
import { type Asked, explain } from './explain.js';
import { givenOf, idsOf, mix, oddsOf, type Reading, type TextModel } from './model.js';
import { viewsOf } from './views-of.js';
import { cutWindows, splitWords } from './windows.js';
import { hasWords } from './words-only.js';

/** Beyond this many windows the encoder reads those that the n-gram model, which reads all, finds most striking. */
export const MOST_ENCODED = 48;

export async function judgeTexts(
  model: TextModel,
  texts: readonly LabelledText[],
  language: LanguageTag,
  signal: AbortSignal,
): Promise<ClassifiedText> {
  const asked = { model, language, signal };
  const readings: Reading[] = [];
  for (const source of texts.filter(hasWords)) {
    for (const view of viewsOf(source)) readings.push(...(await readView(asked, source, view)));
  }
  const best = new Map<ScoreKey, Reading>();
  const scores = Object.fromEntries(
    SCORE_KEYS.map((key, k) => {
      const top = highest(readings, k);
      if (top !== null) best.set(key, top);
      return [key, top === null ? NOTHING_READ : scoreOf(asked, key, top)];
    }),
  ) as Record<ScoreKey, Score>;
  const flagged = SCORE_KEYS.filter((key) => scores[key].calibrated >= 0.5);
  const competence = Object.fromEntries(SCORE_KEYS.map((key) => [key, competenceFor(model.competence, language, key)]));
  const certainty = Object.fromEntries(
    SCORE_KEYS.map((key) => [key, certaintyOf(headFor(model.calibration, language, key), scores[key])]),
  );
  return {
    scores,
    evidence: model.explains ? await explain(asked, flagged, best) : [],
    competence: competence as ClassifiedText['competence'],
    certainty: certainty as NonNullable<ClassifiedText['certainty']>,
    language,
    windows: readings.length,
  };
}

/** Nothing to read is the lowest score, never a gap: an empty text is a valid note. */
const NOTHING_READ: Score = { score: 0, p: 0, calibrated: 0 };

function scoreOf({ model, language }: Asked, key: ScoreKey, top: Reading): Score {
  const k = SCORE_KEYS.indexOf(key);
  return toScore(headFor(model.calibration, language, key), oddsOf(top, k), at(top.encoder, k));
}

function highest(readings: readonly Reading[], k: number): Reading | null {
  let top: Reading | null = null;
  for (const reading of readings) if (top === null || oddsOf(reading, k) > oddsOf(top, k)) top = reading;
  return top;
}

async function readView({ model, language, signal }: Asked, source: LabelledText, view: ViewName): Promise<Reading[]> {
  const text = givenOf(source, view);
  const words = splitWords(text, model.encoder.encode);
  const windows = cutWindows(words).map(({ start, end }) => {
    const inside = words.slice(start, end);
    const from = Math.min(...inside.map((word) => word.start));
    const to = Math.max(...inside.map((word) => word.end));
    return { inside, start: from, end: to, ngrams: model.ngrams.logits(text.slice(from, to)) };
  });
  const short = discountsFor(model.calibration, model.competence, language);
  const readings: Reading[] = [];
  for (const { inside, start, end, ngrams } of mostStriking(windows)) {
    signal.throwIfAborted();
    const ids = idsOf(inside);
    const encoder = await model.encoder.logits(ids);
    const logits = mix(model, language, encoder, ngrams);
    const discounts = SCORE_KEYS.map((key) => shortDiscount(short, key, ids.length));
    readings.push({ source, view, start, end, logits, encoder, discounts });
  }
  return readings;
}

/** Each head in turn names the one that strikes it most: a rare harm is not crowded out by a common one. */
function mostStriking<W extends { readonly ngrams: Float32Array }>(windows: readonly W[]): readonly W[] {
  if (windows.length <= MOST_ENCODED) return windows;
  const ranked = SCORE_KEYS.map((_, k) => [...windows].sort((a, b) => at(b.ngrams, k) - at(a.ngrams, k)));
  const inTurn = windows.flatMap((_, place) => ranked.flatMap((byHead) => byHead.slice(place, place + 1)));
  const chosen = new Set([...new Set(inTurn)].slice(0, MOST_ENCODED));
  return windows.filter((window) => chosen.has(window));
}
