/** What a language model says of a note. */
import type { CategoryId, Severity } from '../categories.js';
import type { ErrorCode } from '../errors.js';
import type { Finding } from './findings.js';
import type { PartName, Span } from './note.js';

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
const OPINION_REASONS = ['score_band', 'category', 'language', 'picture', 'person'] as const;
export type OpinionReason = (typeof OPINION_REASONS)[number];
export interface DeliberateEvidence {
  readonly opinions: readonly Opinion[];
  /** Of the moderation endpoint. */
  readonly findings: readonly Finding[];
  /** Whether its scores are among them; a code: it was asked and failed. */
  readonly moderation: 'off' | 'read' | ErrorCode;
  readonly reasons: readonly OpinionReason[];
}
