/** Second opinions in the store: work that is claimed and fenced like pictures, exchanges, and what may be spent. */
import type { DeliberateEvidence, Evidence, Note, Outcome, RegionId } from '../domain.js';
import type { PieceStore } from './work.js';

export interface OpinionClaim {
  readonly revisionId: string;
  readonly revision: number;
  readonly noteId: string;
  readonly sourceId: string;
  readonly note: Note;
  /** What the first job found. */
  readonly evidence: Evidence;
  /** The person who asked; null: the policy did. */
  readonly askedBy: string | null;
  readonly epoch: number;
  readonly crashes: number;
}
/** One question with its answer and the versions of all that it was made of. */
export interface OpinionExchange {
  readonly exchangeId: string;
  readonly at: number;
  readonly model: string;
  readonly answeredBy: string | null;
  readonly endpointRegion: string | null;
  readonly promptVersion: string;
  readonly bundleHash: string;
  readonly cacheKey: string;
  readonly cachedFrom: string | null;
  /** `answered`, `cached`, or the code of what went wrong. */
  readonly outcome: string;
  readonly system: string;
  readonly user: string;
  /** SHA-256 (hex) of the pictures that went along. */
  readonly pictures: readonly string[];
  readonly answer: string | null;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly costMicros: number;
  readonly ms: number;
}
export interface Spending {
  readonly tokens: number;
  readonly micros: number;
}
export interface BudgetLimit {
  readonly region: RegionId;
  readonly tokens: number;
  /** Null: no limit. */
  readonly micros: number | null;
}
export interface OpinionState {
  readonly status: 'none' | 'due' | 'done';
  readonly askedBy: string | null;
  /** When it was first asked; null: never. */
  readonly since: number | null;
  /** What was said last, whoever asked. */
  readonly outcome: Outcome<DeliberateEvidence> | null;
  /** What the policy was answered; the only one that takes part in a decision. */
  readonly policyOutcome: Outcome<DeliberateEvidence> | null;
}
export interface OpinionsStore extends PieceStore<OpinionClaim, Outcome<DeliberateEvidence>> {
  state(revisionId: string): Promise<OpinionState>;
  claim(revisionId: string, leaseMs: number, now: number): Promise<OpinionClaim | null>;
  /** Kept only while the claim holds: nothing is written about a note that was erased meanwhile. */
  record(claim: OpinionClaim, exchange: OpinionExchange): Promise<void>;
  /** A former answer to the same question of the same source. */
  cached(
    sourceId: string,
    cacheKey: string,
  ): Promise<{ readonly exchangeId: string; readonly answer: string; readonly answeredBy: string } | null>;
  /** Regions that had enough left; what they were granted counts as spent at once. `day` is YYYY-MM-DD. */
  reserve(budgets: readonly BudgetLimit[], spending: Spending, day: string): Promise<readonly RegionId[]>;
  /** The difference between what was granted and what was spent. */
  settle(regions: readonly RegionId[], difference: Spending, day: string): Promise<void>;
  spent(region: RegionId, day: string): Promise<Spending>;
  /** Of every region that spent something. */
  spentOn(day: string): Promise<ReadonlyMap<RegionId, Spending>>;
  takeDue(
    limit: number,
    nudgedBefore: number,
    now: number,
  ): Promise<readonly { readonly revisionId: string; readonly run: number }[]>;
  /** A person asks. Null: no such revision with its text; false: it is being asked already. */
  ask(revisionId: string, userId: string, now: number): Promise<boolean | null>;
  /** Oldest first. */
  exchanges(revisionId: string): Promise<readonly OpinionExchange[]>;
}
