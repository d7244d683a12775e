/** Our evidence in the shape of OpenAI's moderation endpoint. A category that nothing assessed says so. */
import { CATEGORIES, isCategoryId } from '../categories.js';
import { type Evidence, FLAGGED, findingsOf, foundIn, SCORE_KEYS, type ScoreKey } from '../domain.js';
import { UnavailableError } from '../errors.js';

export const OPENAI_CATEGORIES = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/instructions',
  'self-harm/intent',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
] as const;
export type OpenaiCategory = (typeof OPENAI_CATEGORIES)[number];

const isOpenaiCategory = (name: string | null): name is OpenaiCategory =>
  OPENAI_CATEGORIES.some((category) => category === name);

const mapped = (key: string): OpenaiCategory | null => {
  if (!isCategoryId(key)) return null;
  const name = CATEGORIES[key].openai;
  return isOpenaiCategory(name) ? name : null;
};
/** Heads of the text model that stand for one of their categories; `toxicity` and spam have none. */
const HEADS: readonly (readonly [ScoreKey, OpenaiCategory])[] = SCORE_KEYS.flatMap((key) => {
  const category = mapped(key);
  return category === null ? [] : [[key, category] as const];
});

export interface OpenaiResult {
  readonly flagged: boolean;
  readonly categories: Record<OpenaiCategory, boolean>;
  readonly category_scores: Record<OpenaiCategory, number>;
  readonly category_applied_input_types: Record<OpenaiCategory, 'text'[]>;
  readonly x_not_assessed: OpenaiCategory[];
  readonly x_images_not_assessed: number;
}

const forAll = <T>(value: (category: OpenaiCategory) => T): Record<OpenaiCategory, T> =>
  Object.fromEntries(OPENAI_CATEGORIES.map((category) => [category, value(category)])) as Record<OpenaiCategory, T>;

/** A client that reads only `flagged` would take a failed model for a clean text, so that is an error. */
function refuseWhenBlind(evidence: Evidence): void {
  const { classify } = evidence;
  if (classify.status === 'failed') {
    throw new UnavailableError(
      classify.code === 'model_missing' ? classify.code : 'model_unavailable',
      classify.message,
    );
  }
  if (classify.status === 'skipped' && (classify.why === 'no_model' || classify.why === 'not_configured')) {
    throw new UnavailableError('model_missing', 'no text model is loaded');
  }
}

/** A picture of which words or labels are missing was not assessed, whatever else was found on it. */
function notAssessed({ images }: Evidence, sent: number): number {
  if (images.status !== 'found') return sent;
  return images.value.readings.filter(({ facts, ocr, codes, model }) =>
    [facts, ocr, codes, model].some(({ status }) => status !== 'found'),
  ).length;
}

export function toOpenaiResult(evidence: Evidence, images: number): OpenaiResult {
  refuseWhenBlind(evidence);
  const best = new Map<OpenaiCategory, number>();
  const raise = (category: OpenaiCategory, score: number) =>
    best.set(category, Math.max(best.get(category) ?? 0, Math.min(1, Math.max(0, score))));
  const read = foundIn(evidence.classify);
  if (read !== null) {
    const { scores, competence } = read;
    for (const [key, category] of HEADS) if (competence[key] !== 'none') raise(category, scores[key].calibrated);
  }
  for (const finding of findingsOf(evidence)) {
    const category = mapped(finding.category);
    if (category !== null) raise(category, finding.calibrated);
  }
  const isFlagged = (category: OpenaiCategory): boolean => (best.get(category) ?? 0) >= FLAGGED;
  return {
    flagged: OPENAI_CATEGORIES.some(isFlagged),
    categories: forAll(isFlagged),
    category_scores: forAll((category) => best.get(category) ?? 0),
    category_applied_input_types: forAll((category) => (best.has(category) ? ['text'] : [])),
    x_not_assessed: OPENAI_CATEGORIES.filter((category) => !best.has(category)),
    x_images_not_assessed: notAssessed(evidence, images),
  };
}
