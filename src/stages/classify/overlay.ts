/** The labels of a model from elsewhere -> our score keys, with calibration. One file a model; no region file knows of it. */
import { z } from 'zod';
import { type Competence, type LanguageTag, SCORE_KEYS, type Score, type ScoreKey } from '../../domain.js';
import { at } from './at.js';
import { competenceFor, firstOf, lookUpTags, rescale, sigmoid } from './calibration.js';

const key = z.enum(SCORE_KEYS);
const share = z.number().gt(0).lt(1);

/** Platt's line over the log odds of the label: `p = sigmoid(a * z + b)`; a temperature T is `a = 1 / T, b = 0`. */
const LabelLine = z.strictObject({ key, a: z.number().positive().default(1), b: z.number().default(0) });
const Threshold = z.strictObject({ flag: share });
const Line = z.strictObject({ a: z.number().positive(), b: z.number() });
const ByLanguage = z.strictObject({
  lines: z.record(z.string(), Line).default({}),
  thresholds: z.partialRecord(key, Threshold).default({}),
});

export const Overlay = z.strictObject({
  kind: z.literal('text-classification'),
  version: z.string().min(1),
  /** How the model's outputs relate: each label on its own, or one of all. */
  activation: z.enum(['sigmoid', 'softmax']),
  dtype: z.enum(['q8', 'fp32']).default('q8'),
  /** By the model's own name. Several may feed one key; the highest counts. */
  labels: z.record(z.string(), LabelLine).refine((labels) => Object.keys(labels).length > 0, 'no label is used'),
  /** Labels of the model that mean nothing here; with `labels` they are all that the model has. */
  unused: z.array(z.string()).default([]),
  thresholds: z.partialRecord(key, Threshold).default({}),
  by_language: z.record(z.string(), ByLanguage).default({}),
  /** Only what was measured here on texts of the language; what is not named is `none`. */
  competence: z.record(z.string(), z.partialRecord(key, z.enum(['validated', 'weak']))).default({}),
  /** Where the figures come from, for people. */
  measured: z.string().min(1),
});
export type Overlay = z.infer<typeof Overlay>;

const EVEN = 0.5;
const UNUSED: Score = { score: 0, p: 0, calibrated: 0 };

/** What of both lists does not fit the other; empty when the overlay speaks of exactly the model's labels. */
export function labelFaults(overlay: Overlay, labels: readonly string[]): readonly string[] {
  const named = [...Object.keys(overlay.labels), ...overlay.unused];
  return [
    ...named.filter((name) => !labels.includes(name)).map((name) => `the model has no label ${name}`),
    ...labels.filter((name) => !named.includes(name)).map((name) => `nothing is said of the label ${name}`),
  ];
}

/** Log odds by label before calibration. */
export function logOddsOf(overlay: Overlay, logits: ArrayLike<number>): readonly number[] {
  const all = Array.from(logits);
  if (overlay.activation === 'sigmoid') return all;
  // Of one against all others together; the largest is taken out so that nothing overflows.
  return all.map((z, i) => {
    const others = all.filter((_, j) => j !== i);
    const top = Math.max(...others);
    return z - top - Math.log(others.reduce((sum, other) => sum + Math.exp(other - top), 0));
  });
}

export interface KeyReading {
  /** Calibrated log odds. */
  readonly logOdds: number;
  /** The model's own probability. */
  readonly raw: number;
}

/** The strongest label of each key; keys without a label are absent. */
export function readingsOf(
  overlay: Overlay,
  labels: readonly string[],
  { language, logits }: { readonly language: LanguageTag; readonly logits: ArrayLike<number> },
): ReadonlyMap<ScoreKey, KeyReading> {
  const out = new Map<ScoreKey, KeyReading>();
  const odds = logOddsOf(overlay, logits);
  for (const [i, label] of labels.entries()) {
    const used = overlay.labels[label];
    if (used === undefined) continue;
    const { a, b } = lineOf(overlay, language, label) ?? used;
    const reading = { logOdds: a * at(odds, i) + b, raw: sigmoid(at(odds, i)) };
    if (reading.logOdds > (out.get(used.key)?.logOdds ?? Number.NEGATIVE_INFINITY)) out.set(used.key, reading);
  }
  return out;
}

const lineOf = (overlay: Overlay, language: LanguageTag, label: string) =>
  firstOf(lookUpTags(language), (tag) => overlay.by_language[tag]?.lines[label]);

export function scoreOf(
  overlay: Overlay,
  language: LanguageTag,
  name: ScoreKey,
  reading: KeyReading | undefined,
): Score {
  if (reading === undefined) return UNUSED;
  const p = sigmoid(reading.logOdds);
  const flag =
    firstOf(lookUpTags(language), (tag) => overlay.by_language[tag]?.thresholds[name]?.flag) ??
    overlay.thresholds[name]?.flag ??
    EVEN;
  return { score: reading.raw, p, calibrated: rescale(p, flag) };
}

export const overlayCompetence = (overlay: Overlay, language: LanguageTag, name: ScoreKey): Competence =>
  competenceFor(overlay.competence, language, name);
