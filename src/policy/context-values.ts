/** What a condition reads, as values of the engine's types: one builder for each part of a note's evidence. */
import {
  type Author,
  type ClassifyEvidence,
  DAY_MS,
  type Evidence,
  type Finding,
  foundIn,
  type ImageReading,
  type LabelledText,
  type NoteFacts,
  type Outcome,
  SCORE_KEYS,
  type Score,
  type ScoreKey,
} from '../domain.js';
import type { FieldType, TYPES, TypeName } from './vocabulary.js';

export interface EvaluationInput {
  readonly facts: NoteFacts;
  readonly evidence: Evidence;
  readonly texts: readonly LabelledText[];
}

interface JsTypes {
  string: string;
  int: bigint;
  double: number;
  bool: boolean;
  'list<string>': readonly string[];
  'map<string, string>': ReadonlyMap<string, string>;
  'map<string, double>': ReadonlyMap<string, number>;
  'map<string, map<string, double>>': ReadonlyMap<string, ReadonlyMap<string, number>>;
}
type Fields<T extends TypeName> = {
  readonly [K in keyof (typeof TYPES)[T]]: (typeof TYPES)[T][K] extends readonly [infer F extends FieldType, string]
    ? JsTypes[F]
    : never;
};
/** Each type of the vocabulary has a class of its own, since the engine tells values apart by constructor. */
function valueClass<T extends TypeName>(): new (fields: Fields<T>) => Fields<T> {
  const made = class {
    constructor(fields: Fields<T>) {
      Object.assign(this, fields);
    }
  };
  return made as unknown as new (
    fields: Fields<T>,
  ) => Fields<T>;
}
export const VALUE_CLASSES = {
  Note: valueClass<'Note'>(),
  Finding: valueClass<'Finding'>(),
  Score: valueClass<'Score'>(),
  Contact: valueClass<'Contact'>(),
  Author: valueClass<'Author'>(),
  Campaign: valueClass<'Campaign'>(),
  Image: valueClass<'Image'>(),
  Ocr: valueClass<'Ocr'>(),
  Region: valueClass<'Region'>(),
} as const;
export type Value<T extends TypeName> = Fields<T>;
/** What a region brings to every note; whether it accepts the label of one note is asked note by note. */
export type RegionValue = Omit<Value<'Region'>, 'accepts_disclosure'>;

/** Lists that a rule may walk are capped, so that two nested walks stay below a millisecond. */
export const LIST_CAP = 64;
/** Text beyond this is still matched and classified; only `re` stops here. */
export const TEXT_CAP = 131_072;
/** A language below this share of confidence is a guess, not a language of the note. */
const LANGUAGE_MIN_CONFIDENCE = 0.2;

/** The same note, had the text model read it and found nothing, save with the heads whose word is `kept`. */
export function withoutModel(input: EvaluationInput, kept: (key: ScoreKey) => boolean = () => false): EvaluationInput {
  const { classify, match, images } = input.evidence;
  const isOthers = ({ source, category }: Finding): boolean =>
    source !== 'classifier' || (isScoreKey(category) && kept(category));
  const others = <T extends { readonly findings: readonly Finding[] }>(outcome: Outcome<T>): Outcome<T> =>
    outcome.status === 'found'
      ? { ...outcome, value: { ...outcome.value, findings: outcome.value.findings.filter(isOthers) } }
      : outcome;
  const silent = ({ scores, ...rest }: ClassifyEvidence): ClassifyEvidence => ({
    ...rest,
    scores: withScores((key) => (kept(key) ? scores[key] : NOTHING_SEEN)),
  });
  const said = others(classify);
  return {
    ...input,
    evidence: {
      ...input.evidence,
      classify: said.status === 'found' ? { ...said, value: silent(said.value) } : said,
      match: others(match),
      images: others(images),
    },
  };
}

export const isScoreKey = (key: string): key is (typeof SCORE_KEYS)[number] =>
  (SCORE_KEYS as readonly string[]).includes(key);
const NOTHING_SEEN: Score = { score: 0, p: 0, calibrated: 0 };
const NO_SCORE = new VALUE_CLASSES.Score(NOTHING_SEEN);
const withScores = (scoreOf: (key: ScoreKey) => Score): Record<ScoreKey, Score> =>
  Object.fromEntries(SCORE_KEYS.map((key) => [key, scoreOf(key)])) as Record<ScoreKey, Score>;
const whole = (value: number | null | undefined, unknown: bigint): bigint =>
  value === null || value === undefined || !Number.isFinite(value) ? unknown : BigInt(Math.floor(value));

export const findingValue = (finding: Finding): Value<'Finding'> =>
  new VALUE_CLASSES.Finding({
    category: finding.category,
    score: finding.score,
    calibrated: finding.calibrated,
    severity: BigInt(finding.severity),
    source: finding.source,
    detector: finding.detector,
    part: finding.part,
    view: finding.view,
    spans: BigInt(finding.spans.length),
  });

export function scoreValue(classify: ClassifyEvidence | null, key: string): Value<'Score'> {
  const score = classify !== null && isScoreKey(key) ? classify.scores[key] : null;
  return score === null
    ? NO_SCORE
    : new VALUE_CLASSES.Score({ score: score.score, p: score.p, calibrated: score.calibrated });
}

export const ocrValue = ({ index, ocr }: ImageReading): readonly Value<'Ocr'>[] =>
  ocr.status === 'found'
    ? [
        new VALUE_CLASSES.Ocr({
          part: `image:${index}`,
          text: ocr.value.text,
          confidence: ocr.value.confidence,
          languages: ocr.value.languages,
        }),
      ]
    : [];

export function imageValue({ images }: Evidence, ocr: readonly Value<'Ocr'>[]): Value<'Image'> {
  const readings = foundIn(images)?.readings ?? [];
  const labels = new Map<string, number>();
  for (const { model } of readings) {
    for (const [label, score] of Object.entries(foundIn(model)?.labels ?? {})) {
      labels.set(label, Math.max(score, labels.get(label) ?? 0));
    }
  }
  const codes = readings.flatMap((reading) => (foundIn(reading.codes) ?? []).map(({ text }) => text));
  return new VALUE_CLASSES.Image({
    known: images.status === 'found',
    count: BigInt(readings.length),
    unreadable: BigInt(readings.filter(({ facts }) => facts.status !== 'found').length),
    text: ocr
      .map(({ text }) => text)
      .join('\n')
      .slice(0, TEXT_CAP),
    codes: codes.slice(0, LIST_CAP),
    labels,
  });
}

export function noteValue({ facts, texts }: EvaluationInput): Value<'Note'> {
  const written = (name: string): string =>
    texts
      .flatMap((part) => (part.part === name ? [part.text.raw] : []))
      .join('\n')
      .slice(0, TEXT_CAP);
  const length = (name: string): bigint =>
    BigInt(texts.reduce((sum, part) => (part.part === name ? sum + part.text.raw.length : sum), 0));
  return new VALUE_CLASSES.Note({
    kind: facts.kind,
    title: written('title'),
    body: written('body'),
    title_length: length('title'),
    body_length: length('body'),
    text_length: BigInt(facts.textLength),
    has_images: facts.hasImages,
    ad_declared: facts.context.adDeclared ?? false,
    flags: facts.context.flags ?? [],
    reach: whole(facts.context.reach, 0n),
    is_reply: facts.context.replyTo !== undefined,
  });
}

export function authorValue(author: Author | null, now: string): Value<'Author'> {
  const ageMs = Date.parse(now) - Date.parse(author?.createdAt ?? '');
  return new VALUE_CLASSES.Author({
    known: author !== null,
    age_days: Number.isFinite(ageMs) ? BigInt(Math.max(0, Math.floor(ageMs / DAY_MS))) : -1n,
    verified: author?.verified ?? false,
    account_type: author?.accountType ?? '',
    age_band: author?.ageBand ?? '',
    region: author?.region ?? '',
  });
}

export function campaignValue(evidence: Evidence): Value<'Campaign'> {
  const counts = foundIn(evidence.campaign);
  return new VALUE_CLASSES.Campaign({
    known: counts !== null,
    authors_1h: whole(counts?.authors1h, 0n),
    authors_24h: whole(counts?.authors24h, 0n),
    authors_7d: whole(counts?.authors7d, 0n),
    notes_24h: whole(counts?.notes24h, 0n),
    median_age_days: whole(counts?.medianAccountAgeDays, -1n),
  });
}

export function spokenLanguages(
  guesses: readonly { readonly tag: string; readonly confidence: number }[],
): readonly string[] {
  const spoken = guesses.filter((guess, index) => index === 0 || guess.confidence >= LANGUAGE_MIN_CONFIDENCE);
  return spoken.slice(0, LIST_CAP).map((guess) => guess.tag);
}
