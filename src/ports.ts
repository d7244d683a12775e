/** What the inside asks of the outside. Each port has one real adapter in `adapters/` and a fake in `test/support`. */
import type {
  Certainty,
  CodeReading,
  Competence,
  ImageFacts,
  ImageModelReading,
  LabelledText,
  LanguageSegment,
  LanguageTag,
  OcrReading,
  PartName,
  PdqReading,
  Score,
  ScoreKey,
  Span,
  TextHash,
  ViewName,
} from './domain.js';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface Ids {
  /** Sortable unique id with a noun prefix, `note_01J...`. */
  next(prefix: string): string;
  /** `bytes` from a CSPRNG, base64url. */
  secret(bytes: number): string;
}

/** Fields are data; the message is fixed text. Never note text, only ids. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface Metrics {
  count(name: MetricName, labels?: Readonly<Record<string, string>>, by?: number): void;
  observe(name: MetricName, value: number, labels?: Readonly<Record<string, string>>): void;
  set(name: MetricName, value: number, labels?: Readonly<Record<string, string>>): void;
  /** Prometheus text format. */
  render(): Promise<string>;
}
/** Declared with help text and type in `adapters/metrics.ts`. */
export type MetricName =
  | 'http_requests_total'
  | 'http_request_seconds'
  | 'notes_accepted_total'
  | 'notes_decided_total'
  | 'decision_seconds'
  | 'stage_seconds'
  | 'stage_outcomes_total'
  | 'job_outcomes_total'
  | 'stale_writes_total'
  | 'deliveries_total'
  | 'policy_breakers_total'
  | 'llm_requests_total'
  | 'llm_seconds'
  | 'llm_tokens_total'
  | 'llm_cost_micros_total'
  | 'llm_budget_left_tokens'
  | 'llm_budget_left_micros'
  | 'backlog_notes'
  | 'oldest_due_seconds'
  | 'cases_open'
  | 'cases_overdue';

export interface ClassifiedText {
  readonly scores: Readonly<Record<ScoreKey, Score>>;
  /** Where the score came from, for flagged texts only. */
  readonly evidence: readonly {
    readonly key: ScoreKey;
    readonly part: PartName;
    readonly spans: readonly Span[];
    readonly view: ViewName;
  }[];
  readonly competence: Readonly<Record<ScoreKey, Competence>>;
  /** Absent where the model has no thresholds of doubt. */
  readonly certainty?: Readonly<Record<ScoreKey, Certainty>>;
  readonly language: LanguageTag;
  readonly windows: number;
}

/** A loaded text model; scores are complete whatever the threshold. */
export interface Classifier {
  readonly model: string;
  /** `segments`: languages within the texts; a model may weigh those of another language than the note's by themselves too. */
  classify(
    texts: readonly LabelledText[],
    language: LanguageTag,
    signal: AbortSignal,
    segments?: readonly LanguageSegment[],
  ): Promise<ClassifiedText>;
  /** How far it was measured for a language, without reading anything. */
  competence?(language: LanguageTag): Promise<ClassifiedText['competence'] | null>;
  close(): Promise<void>;
}

/** Ranked guesses for one text, already known to hold letters. */
export interface LanguageModel {
  guess(text: string): readonly { readonly tag: LanguageTag; readonly confidence: number }[];
}

/** Near-duplicate windows. The adapter stores signatures and author ids, never text. */
export interface CampaignStore {
  /** Counts over stored rows, this one included; repeating the same revision changes nothing. */
  record(row: {
    readonly sourceId: string;
    readonly revisionId: string;
    readonly authorId: string | null;
    readonly accountAgeDays: number | null;
    readonly bands: readonly string[];
    readonly at: number;
  }): Promise<CampaignCounts>;
}
export interface CampaignCounts {
  readonly authors1h: number;
  readonly authors24h: number;
  readonly authors7d: number;
  readonly notes24h: number;
  readonly medianAccountAgeDays: number | null;
}

/** Hashes with an owner; a benign entry speaks for what looks like something bad. */
export interface HashBank<H> {
  /** `sourceId`: whose note it is; banks of other platforms stay out, and without it those of every single one. */
  lookup(hash: H, distance: number, sourceId?: string): readonly HashHit[];
}
export interface HashHit {
  readonly entryId: string;
  /** Its name. */
  readonly bank?: string | undefined;
  readonly category: string;
  readonly severity: number;
  readonly benign: boolean;
  readonly distance: number;
}
/** Entries whose simhash is within `distance` bits, or whose exact hash is equal. */
export interface TextHashBank extends HashBank<TextHash> {
  /** Nothing can be found, so that no text needs to be hashed. */
  isEmpty(): boolean;
}
/** Perceptual hashes. */
export type ImageHashBank = HashBank<PdqReading>;

/** 8-bit RGB, rows without padding, alpha laid over white, upright, long side capped by the decoder. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
  /** Number in the animation, 0 for a still. */
  readonly frame: number;
  /** Upright original pixels per pixel of this one; boxes are given in original pixels. */
  readonly scale: number;
  /** Where it begins, in original pixels; absent: at the top left. */
  readonly at?: { readonly left: number; readonly top: number } | undefined;
}
export interface DecodedImage {
  readonly facts: ImageFacts;
  /** Each whole: what hashes see. */
  readonly frames: readonly Pixels[];
  /** The same frames as they are looked at closely: long ones in pieces, then once more small and whole. */
  readonly pieces: readonly Pixels[];
}
/** Throws InvalidInputError `image_*` for what cannot be read, never returns half a picture. */
export interface ImageDecoder {
  decode(bytes: Uint8Array, signal: AbortSignal): Promise<DecodedImage>;
  /** What people see: re-encoded, upright, without metadata, long side at most `sidePx`. */
  view(bytes: Uint8Array, sidePx: number, signal: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}
export interface TextReader {
  /** `likely`: languages of the note, best first; the reader is told no more. */
  read(frames: readonly Pixels[], likely: readonly LanguageTag[], signal: AbortSignal): Promise<OcrReading>;
  close(): Promise<void>;
}
export interface CodeReader {
  read(frames: readonly Pixels[], signal: AbortSignal): Promise<readonly CodeReading[]>;
}
export interface ImageModel {
  readonly model: string;
  classify(frames: readonly Pixels[], signal: AbortSignal): Promise<ImageModelReading>;
  close(): Promise<void>;
}
/** Bytes by key; a local folder or a bucket. Keys are ours, never a name from outside. */
export interface Blobs {
  /** A key is written once; again with the same bytes changes nothing, with others it is a defect. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Null: nothing lies there. Bytes come whole and as they were put, or not at all. */
  get(key: string): Promise<Uint8Array | null>;
  /** Afterwards nothing lies there, as when nothing did before. */
  remove(key: string): Promise<void>;
}

/** Bytes of an address that a platform named: guarded like webhooks, redirects judged hop by hop, capped. */
export interface ImageFetcher {
  get(url: string, signal: AbortSignal): Promise<Uint8Array>;
}

/** A nudge on a queue; losing one loses nothing, since the sweeper asks Postgres. */
export interface Nudge {
  readonly queue: 'notes' | 'images' | 'opinions' | 'deliveries' | 'upkeep';
  /** Unique per run: `<subject>-<run>`; never reused, never with a colon. */
  readonly jobId: string;
  readonly subjectId: string;
}
export interface Queue {
  /** Rejects within a second when Redis is away. */
  nudge(nudges: readonly Nudge[]): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface OutgoingRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}
/** Guarded HTTP: public addresses only (or those that the configuration allows), no redirects, capped answer. */
export interface Fetcher {
  post(
    request: OutgoingRequest,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly body: string; readonly retryAfterMs: number | null }>;
}

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}
