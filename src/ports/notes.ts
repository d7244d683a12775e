/** Notes, their revisions and decisions. */
import type { CategoryId } from '../categories.js';
import type { Action, Decision, Evidence, LanguageTag, Note, NoteStatus, NoticeText, RegionId } from '../domain.js';
import type { ErrorCode } from '../errors.js';
import type { Actor } from './access.js';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** What the caller calls a request by, and a hash of it. */
export interface Idempotency {
  readonly key: string;
  readonly fingerprint: string;
}
/** A key that cannot be taken: it came with another request, or its own is still running. */
export interface KeyTaken {
  readonly kind: 'key_reused' | 'key_in_progress';
}
export interface AcceptNote {
  readonly sourceId: string;
  readonly externalId: string;
  readonly note: Note;
  /** SHA-256 (hex) over the canonical form of everything that is moderated. */
  readonly contentHash: string;
  /** True when the edge replaced characters that cannot be stored. */
  readonly repaired: boolean;
  readonly idempotency: Idempotency | null;
  readonly now: number;
  /** Bytes that came with the note, under the keys that its pictures name; written before the note is accepted. */
  readonly uploads?: readonly { readonly key: string; readonly bytes: Uint8Array }[] | undefined;
}

export type Accepted =
  | {
      readonly kind: 'created' | 'revised' | 'unchanged' | 'replayed';
      readonly noteId: string;
      readonly revisionId: string;
      readonly revision: number;
    }
  | KeyTaken;

export interface NoteView {
  readonly noteId: string;
  readonly externalId: string;
  readonly status: NoteStatus;
  readonly createdAt: string;
  readonly revisions: readonly RevisionView[];
  readonly decisions: readonly StoredDecision[];
}
export interface RevisionView {
  readonly revisionId: string;
  readonly revision: number;
  readonly contentHash: string;
  readonly status: NoteStatus;
  readonly acceptedAt: string;
  readonly decidedAt: string | null;
  readonly note: Note | null;
  readonly evidence: Evidence | null;
  readonly trace: unknown;
}
export interface StoredDecision extends Decision {
  readonly decisionId: string;
  readonly revision: number;
  /** Rises by one with every decision event of the note, over all revisions and regions. */
  readonly sequence: number;
  readonly by: { readonly kind: 'policy' | 'person'; readonly id: string };
  readonly bundleHash: string;
  /** What was in force beside the bundle: its overrides (`PolicyStore.atVersion`). Null: a person's, or before the first. */
  readonly policyVersion?: number | null;
  /** The appeal or report that a person answered with it; kept where it goes on for fewer regions. */
  readonly triggerRef?: string | null;
  readonly supersedes: string | null;
  readonly supersededBy: string | null;
  readonly createdAt: string;
  /** Made when a person decided. */
  readonly notices?: readonly NoticeText[] | null;
}
export interface NoteRow {
  readonly noteId: string;
  readonly externalId: string;
  readonly status: NoteStatus;
  readonly revision: number;
  readonly authorId: string | null;
  readonly language: LanguageTag | null;
  readonly strongest: Action | null;
  readonly createdAt: string;
  readonly decidedAt: string | null;
  readonly title: string;
}
export interface NoteFilter {
  readonly externalId?: string | undefined;
  readonly authorId?: string | undefined;
  readonly textHash?: string | undefined;
  readonly action?: Action | undefined;
  readonly region?: RegionId | undefined;
  readonly language?: LanguageTag | undefined;
  readonly status?: NoteStatus | undefined;
}

/** A decided revision with what was known when it was judged, for judging it again under other rules. */
export interface JudgedRevision {
  readonly revisionId: string;
  readonly noteId: string;
  readonly externalId: string;
  readonly sourceId: string;
  readonly revision: number;
  readonly note: Note;
  readonly acceptedAt: string;
  readonly decidedAt: string;
  readonly language: LanguageTag | null;
  readonly evidence: Evidence;
  /** What the policy decided, oldest first: the last one of a region is its answer. */
  readonly decisions: readonly {
    readonly regions: readonly RegionId[];
    readonly action: Action;
    readonly category: CategoryId | null;
  }[];
  /** What people decided, oldest first. */
  readonly human: readonly { readonly regions: readonly RegionId[]; readonly action: Action }[];
  /** The newest one of its note, and not due to be judged again. */
  readonly stands: boolean;
}

/** What a law says to keep of an erased note, out of sight. */
export interface Kept {
  readonly until: string;
  /** Statute and article. */
  readonly ground: string;
  readonly region: RegionId;
}
export interface KeptNote {
  readonly noteId: string;
  readonly kept: readonly Kept[];
}
export interface Erased {
  /** False: it had been erased before. */
  readonly erased: boolean;
  /** Without what the law forbids telling. */
  readonly kept: readonly Kept[];
}
export interface ErasedAuthor {
  readonly notes: number;
  readonly kept: readonly KeptNote[];
}

export interface NotesStore {
  /** One transaction: idempotency row, author, note, revision and its work row. Commits before it returns. */
  accept(input: AcceptNote): Promise<Accepted>;
  /** Many at once with a result each, in order; one failing item never harms another. */
  acceptMany(
    inputs: readonly AcceptNote[],
  ): Promise<readonly (Accepted | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string })[]>;
  /** `sourceId` null means every source: only for people signed in with the right to see them. */
  get(sourceId: string | null, noteId: string): Promise<NoteView | null>;
  list(sourceId: string | null, filter: NoteFilter, cursor: string | null, limit: number): Promise<Page<NoteRow>>;
  /** Revisions decided at or after `since` whose text and evidence are still there, in the order of their ids. */
  judged(sourceId: string | null, since: number, cursor: string | null, limit: number): Promise<Page<JudgedRevision>>;
  /** Deletes text, images, evidence, hashes and payloads, seals what a hold covers; keeps the audit. Null when unknown. */
  erase(sourceId: string | null, noteId: string, actor: Actor, now: number): Promise<Erased | null>;
  eraseAuthor(sourceId: string, authorId: string, actor: Actor, now: number): Promise<ErasedAuthor | null>;
}
