/** Work on revisions: claim, fence, complete. */
import type { CaseTerms, Decision, Evidence, HoldTerm, LanguageTag, Note } from '../domain.js';

export interface Claim {
  readonly revisionId: string;
  readonly noteId: string;
  readonly sourceId: string;
  readonly revision: number;
  readonly note: Note;
  readonly repaired: boolean;
  readonly acceptedAt: number;
  /** Raised by one at every claim; a write with an older epoch matches no row. */
  readonly epoch: number;
  /** Claims that ended neither in a result nor in a hand-back: crashes. */
  readonly crashes: number;
  /** In force at the moment of the claim, overrides included. */
  readonly policyVersion: number;
}
export interface ModerationRecord {
  readonly evidence: Evidence;
  readonly evidenceVersion: string;
  readonly bundleHash: string;
  /** Of what was in force, overrides included. */
  readonly policyVersion?: number | undefined;
  readonly decisions: readonly Decision[];
  readonly pending: boolean;
  readonly language: LanguageTag | null;
  readonly trace: unknown;
  /** Beside each decision the terms of its case, null for none; unset: `hold` and `review` open one with our own target. */
  readonly cases?: readonly (CaseTerms | null)[] | undefined;
  /** Beside each decision what the law says to keep on its suspicion. */
  readonly keeps?: readonly (readonly HoldTerm[])[] | undefined;
}
/** Work on a piece of a revision: a picture, an opinion. Claimed and fenced by itself. */
export interface PieceStore<C, R> {
  extend(claim: C, leaseMs: number, now: number): Promise<boolean>;
  /** `retryAt`: by then its job has come back by itself, and the sweeper waits from there on; null: due at once. */
  handBack(claim: C, retryAt: number | null, now: number): Promise<void>;
  /** Fenced by the epoch. `wake`: the run of the note's job that the last piece made due. */
  complete(claim: C, result: R, now: number): Promise<{ readonly saved: boolean; readonly wake: number | null }>;
}

export type SaveResult = 'saved' | 'unchanged' | 'stale';

export interface WorkStore {
  /** Raises epoch and lease in one update; null when the work is done, leased or gone. */
  claim(revisionId: string, leaseMs: number, now: number): Promise<Claim | null>;
  extend(claim: Claim, leaseMs: number, now: number): Promise<boolean>;
  /** Clears the lease so that the next run is immediate; a planned stop or a retry is not a crash. */
  handBack(claim: Claim, now: number): Promise<void>;
  /** Evidence, decisions, cases, audit and outbox in one transaction, fenced by the epoch. */
  complete(claim: Claim, record: ModerationRecord, now: number): Promise<SaveResult>;
  /** Due work without a live lease and not nudged since `nudgedBefore`; marks it nudged (SKIP LOCKED). */
  takeDue(
    limit: number,
    nudgedBefore: number,
    now: number,
  ): Promise<readonly { readonly revisionId: string; readonly run: number }[]>;
  backlog(now: number): Promise<{ readonly due: number; readonly oldestDueMs: number }>;
}
