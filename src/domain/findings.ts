/** What the stages of texts find. */
import type { CategoryId, Severity } from '../categories.js';
import type { LanguageGuess, LanguageSegment, LanguageTag, PartName, Span, ViewName } from './note.js';

/** On the scale of `calibrated`: figures from here on are flagged, the shipped threshold of every detector. */
export const FLAGGED = 0.5;

export interface NormaliseEvidence {
  readonly parts: readonly {
    readonly part: PartName;
    readonly length: number;
    /** Signs of cloaking that undoing the disguise brought to light. */
    readonly signs: readonly CloakSign[];
  }[];
  /** Whether the edge had to replace characters that cannot be stored (NUL, lone surrogates). */
  readonly repaired: boolean;
}

export const CLOAK_SIGNS = [
  'invisible',
  'homoglyph',
  'spaced',
  'leet',
  'marks',
  'fullwidth',
  'bidi',
  'repeats',
] as const;
export type CloakSign = (typeof CLOAK_SIGNS)[number];

export interface LanguageEvidence {
  /** Over the whole note, best first; `[{tag:'und'}]` when unsure. */
  readonly languages: readonly LanguageGuess[];
  readonly segments: readonly LanguageSegment[];
  readonly mixed: boolean;
}

export const DETECTOR_KINDS = [
  'term',
  'pattern',
  'text_hash',
  'classifier',
  'campaign',
  'image_hash',
  'image_model',
  'opinion',
] as const;
export type DetectorKind = (typeof DETECTOR_KINDS)[number];

/** One reason to look at one place of a note, in one category. Holds no text. */
export interface Finding {
  readonly category: CategoryId;
  /** The detector's own figure, 0 to 1. */
  readonly score: number;
  /** Scaled so that .5 is the shipped flag threshold. */
  readonly calibrated: number;
  readonly severity: Severity;
  readonly source: DetectorKind;
  /** Stable id of the term, pattern, bank entry or model head. */
  readonly detector: string;
  readonly part: PartName;
  readonly spans: readonly Span[];
  readonly view: ViewName;
}

export interface MatchEvidence {
  readonly findings: readonly Finding[];
  readonly contacts: readonly ContactHit[];
  /** Harmless figures of speech; absent when there are none. */
  readonly idioms?: readonly IdiomHit[] | undefined;
}

/** "Kill the heat", said of a pan: a place where words of harm mean none. */
export interface IdiomHit {
  readonly id: string;
  readonly part: PartName;
  readonly spans: readonly Span[];
  /** Categories in which a model may be misled by it. */
  readonly excuses: readonly CategoryId[];
}

export const CONTACT_KINDS = [
  'url',
  'email',
  'phone',
  'handle',
  'messenger',
  'price',
  'code',
  'disclosure',
  'mention',
  'hashtag',
] as const;
export type ContactKind = (typeof CONTACT_KINDS)[number];

/** Contact ids, links, phone numbers, prices, codes and ad disclosures: facts, not judgements. */
export interface ContactHit {
  readonly kind: ContactKind;
  /** For `messenger` the service (`wechat`), for `disclosure` the language of the wording. */
  readonly detail?: string | undefined;
  readonly part: PartName;
  readonly span: Span;
  readonly view: ViewName;
}

export const SCORE_KEYS = [
  'toxicity',
  'hate.attack',
  'harass.bully',
  'violence.threat',
  'sexual.explicit',
  'selfharm.risk',
  'profanity.mild',
  'authentic.spam',
] as const;
/** Heads of the text model; `toxicity` is the umbrella: evidence for policy, never a category. */
export type ScoreKey = (typeof SCORE_KEYS)[number];
/** Heads that speak of harm: swearing and spam alone are worth neither a person nor a question. */
export const HARM_KEYS: readonly ScoreKey[] = SCORE_KEYS.filter(
  (key) => key !== 'profanity.mild' && key !== 'authentic.spam',
);

export interface Score {
  /** Raw model output, 0 to 1. */
  readonly score: number;
  /** Calibrated probability. */
  readonly p: number;
  /** Scaled per language so that .5 is the shipped flag threshold. */
  readonly calibrated: number;
}

export const COMPETENCES = ['validated', 'weak', 'none'] as const;
export type Competence = (typeof COMPETENCES)[number];
/** By thresholds of the language: surely harmful, clear of it, or between. */
export type Certainty = 'sure' | 'doubtful' | 'clear';

export interface ClassifyEvidence {
  readonly scores: Readonly<Record<ScoreKey, Score>>;
  readonly findings: readonly Finding[];
  /** How far the model's word was measured for the language that it read. */
  readonly competence: Readonly<Record<ScoreKey, Competence>>;
  /** Absent where the model has no such thresholds. */
  readonly certainty?: Readonly<Record<ScoreKey, Certainty>>;
  readonly language: LanguageTag;
  readonly model: string;
  readonly windows: number;
}

export interface CampaignEvidence {
  /** Signature bands, not text. */
  readonly signature: string;
  readonly authors1h: number;
  readonly authors24h: number;
  readonly authors7d: number;
  readonly notes24h: number;
  /** Median age of the accounts in the cluster, days; null when unknown. */
  readonly medianAccountAgeDays: number | null;
}
