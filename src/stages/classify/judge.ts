/** Reads the texts of a note with both models: windows, views, highest score per head, and where it came from. */
import { type LabelledText, type LanguageTag, SCORE_KEYS, type Score, type ScoreKey } from '../../domain.js';
import type { ClassifiedText } from '../../ports.js';
import { at } from './at.js';
import { certaintyOf, competenceFor, headFor, toScore } from './calibration.js';
import { type Asked, explain } from './explain.js';
import { oddsOf, type Reading, type TextModel } from './model.js';
import { readView } from './read-view.js';
import { viewsOf } from './views-of.js';
import { hasWords } from './words-only.js';

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
