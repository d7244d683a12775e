/** From logits to what policies read: a probability, and a scale on which .5 is the flag threshold of the language. */
import type { Certainty, Competence, LanguageTag, Score, ScoreKey } from '../../domain.js';

/** How one head of one language reads: `p = sigmoid(encoder * z_e + ngrams * z_n + b)`, flagged from `flag` on. */
export interface HeadCalibration {
  readonly encoder: number;
  readonly ngrams: number;
  readonly b: number;
  /** Probability from which a text counts as flagged. */
  readonly flag: number;
  /** On the `calibrated` scale: surely harmful from `sure` on, clear below `clear`, doubtful between. */
  readonly sure: number;
  readonly clear: number;
}

/** By head, for texts of one piece, two and so on. Longer texts get nothing off. */
export type Discounts = Readonly<Partial<Record<ScoreKey, readonly number[]>>>;

export interface Calibration {
  readonly version: string;
  /** Log odds that a few words alone get too much. */
  readonly short?: Discounts | undefined;
  /** The same for languages whose umbrella score no harmful text was measured for: they know harm from word lists, and overrate more. */
  readonly shortUnmeasured?: Discounts | undefined;
  /** By language tag; `*` serves every language without its own entry. */
  readonly languages: Readonly<Record<string, Readonly<Partial<Record<ScoreKey, HeadCalibration>>>>>;
}

export type CompetenceTable = Readonly<Record<string, Readonly<Partial<Record<ScoreKey, Competence>>>>>;

const UNFITTED: HeadCalibration = { encoder: 0.5, ngrams: 0.5, b: 0, flag: 0.5, sure: 0.9, clear: 0.2 };

export const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** `zh-Hant-TW` asks for itself, `zh-Hant`, `zh`. Chinese without a script is in that of its region: `zh-TW` Traditional, `zh` Simplified. */
export function lookUpTags(language: LanguageTag): readonly string[] {
  const parts = withScript(language).split('-');
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('-'));
}

function withScript(language: LanguageTag): string {
  const [, region] = /^zh(-(?:[A-Za-z]{2}|[0-9]{3}))?$/.exec(language) ?? [language, null];
  return region === null ? language : `zh-${new Intl.Locale(language).maximize().script ?? 'Hans'}${region ?? ''}`;
}

/** What the closest of the tags has. */
export function firstOf<T>(tags: readonly string[], find: (tag: string) => T | undefined): T | undefined {
  for (const tag of tags) {
    const found = find(tag);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function headFor(calibration: Calibration, language: LanguageTag, key: ScoreKey): HeadCalibration {
  const own = firstOf(lookUpTags(language), (tag) => calibration.languages[tag]?.[key]);
  return own ?? calibration.languages['*']?.[key] ?? UNFITTED;
}

/** What a text as short as this gets off the log odds of a head, by what is known of its language. */
export const shortDiscount = (discounts: Discounts | undefined, key: ScoreKey, pieces: number): number =>
  discounts?.[key]?.[Math.max(0, pieces - 1)] ?? 0;

export const discountsFor = (
  calibration: Calibration,
  table: CompetenceTable,
  language: LanguageTag,
): Discounts | undefined =>
  competenceFor(table, language, 'toxicity') === 'none'
    ? (calibration.shortUnmeasured ?? calibration.short)
    : calibration.short;

/** Both models' logits of one head as one: the log odds of `p`. */
export const combined = (head: HeadCalibration, encoder: number, ngrams: number): number =>
  head.encoder * encoder + head.ngrams * ngrams + head.b;

export function toScore(head: HeadCalibration, logOdds: number, encoder: number): Score {
  const p = sigmoid(logOdds);
  return { score: sigmoid(encoder), p, calibrated: rescale(p, head.flag) };
}

/** Monotone, 0 to 0, the flag threshold to .5, 1 to 1. */
export function rescale(p: number, flag: number): number {
  return p < flag ? (0.5 * p) / flag : 0.5 + (0.5 * (p - flag)) / Math.max(1 - flag, 1e-9);
}

export function certaintyOf(head: HeadCalibration, score: Score): Certainty {
  if (score.calibrated >= head.sure) return 'sure';
  return score.calibrated < head.clear ? 'clear' : 'doubtful';
}

const SCRIPT = /^([A-Za-z]{2,3})-([A-Za-z]{4})(?:-|$)/;

/** As `lookUpTags`, but Arabic in Latin letters (`ar-Latn`) is no Arabic that anybody measured. Bare `zh` speaks for both its scripts. */
function measuredTags(language: LanguageTag): readonly string[] {
  const tags = lookUpTags(language);
  const [, base, script] = SCRIPT.exec(language) ?? [];
  if (base === undefined || base === 'zh' || new Intl.Locale(base).maximize().script === script) return tags;
  return tags.filter((tag) => SCRIPT.test(tag));
}

export const competenceFor = (table: CompetenceTable, language: LanguageTag, key: ScoreKey): Competence =>
  firstOf(measuredTags(language), (tag) => table[tag]?.[key]) ?? 'none';
