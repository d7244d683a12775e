/** Reads the texts of a note with both models: windows, views, languages, highest score per head, and where it came from. */
import {
  type Competence,
  type LabelledText,
  type LanguageSegment,
  type LanguageTag,
  SCORE_KEYS,
  type Score,
  type ScoreKey,
} from '../../domain.js';
import type { ClassifiedText } from '../../ports.js';
import { at } from './at.js';
import { certaintyOf, competenceFor, headFor, toScore } from './calibration.js';
import { explain } from './explain.js';
import { oddsOf, type Reading, type TextModel } from './model.js';
import { readSegments, readView } from './read-view.js';
import { viewsOf } from './views-of.js';
import { hasWords } from './words-only.js';

export async function judgeTexts(
  model: TextModel,
  texts: readonly LabelledText[],
  language: LanguageTag,
  signal: AbortSignal,
  segments: readonly LanguageSegment[] = [],
): Promise<ClassifiedText> {
  const asked = { model, language, signal };
  const readings: Reading[] = [];
  for (const source of texts.filter(hasWords)) {
    for (const view of viewsOf(source)) readings.push(...(await readView(asked, source, view)));
    readings.push(...(await readSegments(asked, source, segments)));
  }
  const tops = new Map(SCORE_KEYS.map((key) => [key, highest(model, readings, key)] as const));
  const of = <T>(value: (key: ScoreKey, top: Top) => T) =>
    Object.fromEntries(SCORE_KEYS.map((key) => [key, value(key, tops.get(key) ?? NOTHING_READ)])) as Record<
      ScoreKey,
      T
    >;
  const best = new Map([...tops].flatMap(([key, { reading }]) => (reading === null ? [] : [[key, reading] as const])));
  const scores = of((_, { score }) => score);
  const flagged = SCORE_KEYS.filter((key) => scores[key].calibrated >= 0.5);
  return {
    scores,
    evidence: model.explains ? await explain(asked, flagged, best) : [],
    competence: of((key, { reading }) =>
      weaker(
        competenceFor(model.competence, language, key),
        competenceFor(model.competence, reading?.language ?? language, key),
      ),
    ),
    certainty: of((key, { reading, score }) =>
      certaintyOf(headFor(model.calibration, reading?.language ?? language, key), score),
    ),
    language,
    windows: readings.length,
  };
}

interface Top {
  readonly reading: Reading | null;
  readonly score: Score;
}
/** Nothing to read is the lowest score, never a gap: an empty text is a valid note. */
const NOTHING_READ: Top = { reading: null, score: { score: 0, p: 0, calibrated: 0 } };

/** By `calibrated`, on which every language has its threshold at the same place. */
function highest({ calibration }: TextModel, readings: readonly Reading[], key: ScoreKey): Top {
  const k = SCORE_KEYS.indexOf(key);
  return readings.reduce<Top>((top, reading) => {
    const score = toScore(headFor(calibration, reading.language, key), oddsOf(reading, k), at(reading.encoder, k));
    return top.reading === null || score.calibrated > top.score.calibrated ? { reading, score } : top;
  }, NOTHING_READ);
}

const RANK: Readonly<Record<Competence, number>> = { validated: 2, weak: 1, none: 0 };
const weaker = (a: Competence, b: Competence): Competence => (RANK[b] < RANK[a] ? b : a);
