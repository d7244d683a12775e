/** Actions, decisions, and what the platform hears of them. */
import type { CategoryId, Severity } from '../categories.js';
import type { EvidenceKey } from './evidence.js';
import type { Finding } from './findings.js';
import type { Author, Note, NoteContext, RegionId } from './note.js';

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

export const strengthOf = (action: Action): number => ACTIONS.indexOf(action);
/** Null: there is none. */
export const strongestOf = (actions: readonly Action[]): Action | null =>
  actions.reduce<Action | null>(
    (most, action) => (most === null || strengthOf(action) > strengthOf(most) ? action : most),
    null,
  );

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

/** A legal duty to keep a note of some categories, as a region file names it. */
export interface HoldTerm {
  readonly region: RegionId;
  /** Its name in the file. */
  readonly term: string;
  readonly categories: readonly CategoryId[];
  readonly days: number;
  /** From a person's finding, or from the report to the authority. */
  readonly starts: 'decided' | 'reported';
  /** Statute and article. */
  readonly ground: string;
  /** The law forbids telling of the report: the audit alone says that something is kept. */
  readonly gag: boolean;
}

/** What the author reads about a decision of a person. */
export interface NoticeText {
  readonly regions: readonly RegionId[];
  readonly action: Action;
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  readonly inAuthorsLanguage: boolean;
  readonly sentences: readonly { readonly key: string; readonly text: string }[];
  readonly openSlots: readonly string[];
  readonly silent: boolean;
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
