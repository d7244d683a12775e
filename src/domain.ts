/** The words of the house: plain values that every layer shares. No effects, no vendor types. */
import type { CategoryId, Severity } from './categories.js';
import type { ErrorCode } from './errors.js';

/** UTF-16 code units of the original text; start inclusive, end exclusive; never inside a grapheme. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Which text of a note: `title`, `body`, `image:<n>` (OCR) or `qr:<n>`. */
export type PartName = 'title' | 'body' | `image:${number}` | `qr:${number}`;

/** BCP 47 tag (`en`, `zh-Hans`, `hi-Latn`), or `und` when nobody can say. */
export type LanguageTag = string;
/** Lower-case id of a policy file or of an ISO 3166-1 country: `global`, `eu`, `de`. */
export type RegionId = string;

export interface LanguageGuess {
  readonly tag: LanguageTag;
  /** 0 to 1. */
  readonly confidence: number;
}

export interface LanguageSegment extends LanguageGuess {
  readonly part: PartName;
  readonly span: Span;
  /** ISO 15924 script code of most letters, `Zyyy` when there are none. */
  readonly script: string;
}

/** Ways of reading a text. Every view but `raw` is lossy; a hit in one counts less than in `raw`. */
export const VIEW_NAMES = [
  'raw',
  'nfkc',
  'folded',
  'skeleton',
  'squeezed',
  'simplified',
  'pinyin',
  'pinyin_initials',
  'jamo',
  'translit',
] as const;
export type ViewName = (typeof VIEW_NAMES)[number];

export interface TextView {
  readonly name: ViewName;
  readonly text: string;
  /** Maps a span of `text` to the smallest span of the original that holds it, widened to whole graphemes. */
  toRaw(span: Span): Span;
}

/** A text with its views, each computed when first asked for and then kept. */
export interface NormalisedText {
  readonly raw: string;
  view(name: ViewName): TextView;
}

export interface LabelledText {
  readonly part: PartName;
  readonly text: NormalisedText;
}

export interface Author {
  readonly id: string;
  readonly region?: RegionId | undefined;
  readonly createdAt?: string | undefined;
  readonly verified?: boolean | undefined;
  readonly accountType?: 'private' | 'business' | undefined;
  /** A birth date is never asked for; a band is enough for the policies. */
  readonly ageBand?: 'under_13' | '13_15' | '16_17' | 'adult' | undefined;
}

export interface ImageRef {
  readonly index: number;
  readonly url?: string | undefined;
  /** A file of the command line. */
  readonly path?: string | undefined;
  /** Bytes in base64, only where nothing is stored. */
  readonly data?: string | undefined;
  /** Uploaded bytes: the key of the stored copy and its SHA-256 (hex). */
  readonly blob?: string | undefined;
  readonly sha256?: string | undefined;
}

/** One revision of a note, as the stages see it. */
export interface Note {
  readonly externalId?: string | undefined;
  readonly kind: 'note' | 'comment' | 'profile' | 'message' | 'listing';
  readonly title: string;
  readonly body: string;
  /** ISO 8601, UTC. */
  readonly createdAt?: string | undefined;
  readonly author?: Author | undefined;
  readonly regions: readonly RegionId[];
  readonly languageHint?: LanguageTag | undefined;
  readonly context: NoteContext;
  readonly images: readonly ImageRef[];
}

/** What the platform says about the note; flags may lower or route, never delete silently. */
export interface NoteContext {
  readonly flags?: readonly ContextFlag[] | undefined;
  readonly replyTo?: string | undefined;
  readonly adDeclared?: boolean | undefined;
  readonly reach?: number | undefined;
}

export const CONTEXT_FLAGS = [
  'education',
  'news',
  'art',
  'medical',
  'counter_speech',
  'quotation',
  'self_reference',
  'recovery',
  'fiction',
  'own_purchase_review',
] as const;
export type ContextFlag = (typeof CONTEXT_FLAGS)[number];

/** The three answers of a stage, plus `due`: asynchronous evidence that has not come yet. */
export type Outcome<T> =
  | { readonly status: 'found'; readonly value: T; readonly ms: number; readonly version: string }
  | { readonly status: 'skipped'; readonly why: SkipReason }
  | { readonly status: 'failed'; readonly code: ErrorCode; readonly message: string }
  | { readonly status: 'due'; readonly until: string };

export const SKIP_REASONS = [
  'not_selected',
  'no_text',
  'no_images',
  'no_store',
  'no_model',
  'not_configured',
  'not_supported',
  'not_needed',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

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

export type DetectorKind =
  | 'term'
  | 'pattern'
  | 'text_hash'
  | 'classifier'
  | 'campaign'
  | 'image_hash'
  | 'image_model'
  | 'opinion';

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

/** Contact ids, links, phone numbers, prices, codes and ad disclosures: facts, not judgements. */
export interface ContactHit {
  readonly kind:
    | 'url'
    | 'email'
    | 'phone'
    | 'handle'
    | 'messenger'
    | 'price'
    | 'code'
    | 'disclosure'
    | 'mention'
    | 'hashtag';
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

export interface Score {
  /** Raw model output, 0 to 1. */
  readonly score: number;
  /** Calibrated probability. */
  readonly p: number;
  /** Scaled per language so that .5 is the shipped flag threshold. */
  readonly calibrated: number;
}

export type Competence = 'validated' | 'weak' | 'none';

export interface ClassifyEvidence {
  readonly scores: Readonly<Record<ScoreKey, Score>>;
  readonly findings: readonly Finding[];
  /** How far the model's word was measured for the language that it read. */
  readonly competence: Readonly<Record<ScoreKey, Competence>>;
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

/** Every evidence key is produced by exactly one stage (`stages/index.ts`). Issue by issue this map grows. */
export interface EvidenceMap {
  normalise: NormaliseEvidence;
  language: LanguageEvidence;
  images: ImagesEvidence;
  match: MatchEvidence;
  classify: ClassifyEvidence;
  campaign: CampaignEvidence;
  deliberate: DeliberateEvidence;
}

/** Pixels of the upright picture (its orientation applied), origin top left. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}
export const IMAGE_FORMATS = ['jpeg', 'png', 'webp', 'gif', 'avif'] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** What decoding found. `framesRead` are the frames of an animation that the other readings have seen. */
export interface ImageFacts {
  readonly format: ImageFormat;
  /** Upright, before any scaling. */
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly framesRead: readonly number[];
  readonly bytes: number;
  /** SHA-256 (hex) of the original bytes. */
  readonly sha256: string;
}
export interface OcrWord {
  readonly box: Box;
  /** 0 to 1. */
  readonly confidence: number;
  /** Where the word stands in the text of the part. */
  readonly span: Span;
}
export interface OcrReading {
  /** Lines joined by a line feed: the text of the part `image:<n>`. */
  readonly text: string;
  readonly words: readonly OcrWord[];
  /** Mean over the words, weighted by length; 0 without any. */
  readonly confidence: number;
  /** Data that read it, best first: `eng`, `chi_sim`. */
  readonly languages: readonly string[];
}
export interface CodeReading {
  readonly kind: 'qr';
  readonly text: string;
  readonly box: Box;
  readonly frame: number;
}
export interface PdqReading {
  /** 64 hex digits. */
  readonly pdq: string;
  /** 0 to 100; below 50 the picture is too plain to compare. */
  readonly quality: number;
  /** Hashes of the same picture turned and mirrored in the seven other ways; absent where nobody asked for them. */
  readonly turned?: readonly string[] | undefined;
  /** Of the other frames of an animation, turned ones too; frames that are too plain are left out. */
  readonly frames?: readonly string[] | undefined;
}
export interface ImageModelReading {
  readonly model: string;
  /** The model's own labels, 0 to 1, the highest over the frames read. */
  readonly labels: Readonly<Record<string, number>>;
  /** What it looks for, in our categories; absent: nobody said what its labels mean. */
  readonly scores?: Readonly<Partial<Record<CategoryId, MappedScore>>> | undefined;
}
export interface MappedScore {
  readonly label: string;
  /** The model's own figure, 0 to 1. */
  readonly score: number;
  /** Scaled so that .5 is the flag threshold. */
  readonly calibrated: number;
}
/** One picture: each reading is an outcome of its own, so that one that failed hides none of the others. */
export interface ImageReading {
  readonly index: number;
  readonly facts: Outcome<ImageFacts>;
  readonly ocr: Outcome<OcrReading>;
  readonly codes: Outcome<readonly CodeReading[]>;
  readonly hash: Outcome<PdqReading>;
  readonly model: Outcome<ImageModelReading>;
}
export interface ImagesEvidence {
  readonly readings: readonly ImageReading[];
  /** Of hash banks and image models; `part` is `image:<n>`, `spans` is empty. */
  readonly findings: readonly Finding[];
  /** Of the words on the pictures, best first; empty when nobody can say. */
  readonly languages?: readonly LanguageGuess[] | undefined;
}
/** One thing that a language model says it has seen; the quoted words stand at `spans` of the part. */
export interface OpinionFinding {
  readonly category: CategoryId;
  readonly severity: Severity;
  /** The model's own figure, 0 to 1: never measured, never calibrated. */
  readonly confidence: number;
  readonly part: PartName;
  /** Empty where the place is in the picture itself. */
  readonly spans: readonly Span[];
  /** Key of a clause or law of the region files that were shown; null: none of them. */
  readonly clause: string | null;
  /** Words of a model about words of a stranger: untrusted, shown as plain text. */
  readonly rationale: string;
}
export interface Opinion {
  readonly model: string;
  /** Version of the prompt files. */
  readonly prompt: string;
  readonly findings: readonly OpinionFinding[];
  /** An automatic removal looks wrong to it: then a person decides, and the note stays hidden. */
  readonly doubtsRemoval: boolean;
  readonly rationale: string;
}
export const OPINION_REASONS = ['score_band', 'category', 'language', 'picture', 'person'] as const;
export type OpinionReason = (typeof OPINION_REASONS)[number];
export interface DeliberateEvidence {
  readonly opinions: readonly Opinion[];
  /** Of the moderation endpoint. */
  readonly findings: readonly Finding[];
  /** Whether its scores are among them; a code: it was asked and failed. */
  readonly moderation: 'off' | 'read' | ErrorCode;
  readonly reasons: readonly OpinionReason[];
}
export type EvidenceKey = keyof EvidenceMap;
export type Evidence = { readonly [K in EvidenceKey]: Outcome<EvidenceMap[K]> };

/** Weakest first; merging takes the strongest. `review` leaves the note visible, `hold` hides it; both open a case. */
export const ACTIONS = [
  'allow',
  'warn',
  'label',
  'limit_interact',
  'limit',
  'age_gate',
  'review',
  'require_edit',
  'geo_withhold',
  'hold',
  'remove',
] as const;
export type Action = (typeof ACTIONS)[number];

/** Beside the merged action, never merged with it. */
export const SIDE_ACTIONS = [
  'feature_block',
  'demonetise',
  'suspend',
  'ban',
  'escalate',
  'report_authority',
  'preserve',
] as const;
export type SideAction = (typeof SIDE_ACTIONS)[number];

export interface Ground {
  readonly kind: 'law' | 'terms';
  /** Clause of the terms, or statute and article. */
  readonly ref: string;
  readonly url?: string | undefined;
  readonly version?: string | undefined;
}

export interface RuleHit {
  readonly rule: string;
  readonly category: CategoryId;
  readonly severity: Severity;
  readonly action: Action;
  readonly sideActions: readonly SideAction[];
  readonly mode: 'enforce' | 'shadow' | 'canary';
  readonly ground: Ground;
  readonly notice: string;
  /** One line for the reviewer. */
  readonly message: string;
  readonly findings: readonly Finding[];
}

/** Evidence that a policy wanted and did not get, a rule that could not be evaluated, or the doubt of a second opinion. */
export interface Gap {
  readonly stage: EvidenceKey | 'policy';
  readonly status: 'skipped' | 'failed' | 'overdue' | 'rule_error' | 'no_region_file' | 'opinion';
  readonly why: string;
  readonly action: Action;
}

/** One distinct outcome with the regions that share it. */
export interface Decision {
  readonly regions: readonly RegionId[];
  /** The policy file that spoke, after falling back country -> group -> global. */
  readonly policy: RegionId;
  readonly action: Action;
  readonly sideActions: readonly SideAction[];
  readonly severity: Severity;
  readonly category: CategoryId | null;
  readonly ground: Ground | null;
  readonly rules: readonly RuleHit[];
  /** Hits of rules in shadow or outside their canary: recorded, without effect. */
  readonly shadow: readonly RuleHit[];
  readonly gaps: readonly Gap[];
  readonly end: string | null;
}

export interface Evaluation {
  /** True when required evidence is still due; then no decision allows. */
  readonly pending: boolean;
  readonly decisions: readonly Decision[];
  readonly bundleHash: string;
}

/** What `evaluate` knows of the note beside its evidence; `now` is an input so that a replay gives the same answer. */
export interface NoteFacts {
  readonly kind: Note['kind'];
  readonly author: Author | null;
  readonly context: NoteContext;
  readonly regions: readonly RegionId[];
  readonly hasImages: boolean;
  readonly textLength: number;
  readonly now: string;
  /** ISO time at which missing asynchronous evidence becomes a gap. */
  readonly acceptedAt: string;
}

export type NoteStatus = 'pending' | 'decided' | 'held' | 'erased';

export const EVENT_TYPES = ['note.decided', 'decision.changed', 'note.erased', 'endpoint.test'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

// ---- cases: what waits for a person -------------------------------------------------

export const CASE_REASONS = ['hold', 'review', 'severity', 'sampling', 'appeal', 'report', 'overdue'] as const;
export type CaseReason = (typeof CASE_REASONS)[number];
/** Where a case waits. Everyone works the general desk; `legal` and `child_safety` need a right of their own. */
export const DESKS = ['general', 'senior', 'legal', 'child_safety'] as const;
export type Desk = (typeof DESKS)[number];

export interface CaseClock {
  /** Null: our own target. */
  readonly region: RegionId | null;
  readonly name: string;
  readonly ref: string | null;
}
/** What a new case needs to know beside its decision; computed once, when it is opened. Times in milliseconds. */
export interface CaseTerms {
  readonly reason: CaseReason;
  readonly desk: Desk;
  readonly dueAt: number;
  readonly clock: CaseClock;
  readonly reach: number;
  readonly weight: number;
  /** The order of the queue, the earliest first. */
  readonly rankAt: number;
  /** Unset: those of the decision beside it. */
  readonly regions?: readonly RegionId[] | undefined;
}
