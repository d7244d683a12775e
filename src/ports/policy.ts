/** The life of a rule: candidates, the bundle in force, overrides, shadow results, removals. */
import type { Action, RegionId } from '../domain.js';
import type { Actor, Page } from './store.js';

/** The mode of a rule, whatever the files say. */
export interface Override {
  readonly rule: string;
  /** A region file, exactly; `*` is all of them. */
  readonly region: string;
  /** disabled, shadow, canary(n) or enforce */
  readonly mode: string;
  readonly why: string;
  readonly by: Actor;
  readonly at: string;
  readonly until: string | null;
}
export interface RuleChange {
  readonly rule: string;
  readonly severity: number;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly regions: readonly string[];
  /** What changed; empty for rules that came or went. */
  readonly fields: readonly string[];
}
export interface BundleDifference {
  readonly files: readonly { readonly file: string; readonly kind: 'added' | 'removed' | 'changed' }[];
  readonly rules: readonly RuleChange[];
  readonly settings: readonly { readonly region: string; readonly names: readonly string[] }[];
  readonly terms: readonly { readonly id: string; readonly severity: number }[];
  /** The gravest severity that is touched. */
  readonly severity: number;
}

export type BundleState = 'candidate' | 'active' | 'refused' | 'retired';
export interface BundleRow {
  readonly hash: string;
  readonly state: BundleState;
  readonly author: string;
  readonly base: string | null;
  readonly diff: BundleDifference;
  readonly needsApproval: boolean;
  readonly approvals: readonly { readonly userId: string; readonly why: string; readonly at: string }[];
  readonly reason: string | null;
  readonly proposedAt: string;
  readonly activatedAt: string | null;
}
/** What every process judges by; a decision names its version. */
export interface InForce {
  /** Rises by one with every change of bundle or overrides. */
  readonly version: number;
  readonly bundleHash: string;
  readonly pinned: boolean;
  readonly overrides: readonly Override[];
  readonly changedAt: string;
}
export interface Proposal {
  readonly hash: string;
  readonly content: string;
  readonly author: string;
  readonly diff: BundleDifference;
  readonly needsApproval: boolean;
  /** The bundle in force cannot be read by this program: these files take its place at once. */
  readonly replace: boolean;
}
export type Proposed = 'known' | 'waits' | 'activated';
export type Moved =
  | 'done'
  | 'unchanged'
  | 'unknown'
  | 'own'
  | 'not_waiting'
  | 'needs_approval'
  | 'refused'
  | 'never_active';
export interface RuleDay {
  readonly region: RegionId;
  readonly day: string;
  readonly mode: string;
  /** False: recorded without effect. */
  readonly acted: boolean;
  readonly hits: number;
  readonly removals: number;
}
export interface ShadowCount {
  readonly region: RegionId;
  readonly would: Action;
  readonly real: Action;
  readonly count: number;
}
export interface ShadowSample {
  readonly noteId: string;
  readonly region: RegionId;
  readonly would: Action;
  readonly real: Action;
  readonly at: string;
}
/** What people decided about decisions that the rule had a part in. */
export interface RuleOutcome {
  readonly language: string;
  readonly action: Action;
  readonly count: number;
}
export interface Removals {
  readonly rule: string;
  readonly region: RegionId;
  readonly removals: number;
}
export interface BacktestAsk {
  readonly since: string;
  readonly most: number;
  readonly rule: string | null;
}
export interface BacktestRow {
  readonly id: string;
  readonly userId: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly ask: BacktestAsk;
  readonly done: number;
  readonly result: unknown;
  readonly createdAt: string;
  readonly changedAt: string;
}

export interface PolicyStore {
  /** Cheap: processes ask every second. 0 before the first activation. */
  version(): Promise<number>;
  inForce(): Promise<InForce | null>;
  /** What was in force at a version, for judging a decision again. */
  atVersion(version: number): Promise<Pick<InForce, 'version' | 'bundleHash' | 'overrides'> | null>;
  propose(proposal: Proposal, now: number): Promise<Proposed>;
  bundle(hash: string): Promise<BundleRow | null>;
  bundles(cursor: string | null, limit: number): Promise<Page<BundleRow>>;
  /** The files are again those in force: what was proposed from them and still waits is taken back. */
  takeBack(hash: string, now: number): Promise<void>;
  /**
   * The one that was in force before the present one. Where somebody went back to the present one, the one before its
   * first time: going back twice never leads forward again.
   */
  former(): Promise<string | null>;
  /** By a second person; the author is refused. What was approved is in force at once. */
  approve(
    hash: string,
    user: { readonly id: string; readonly login: string },
    why: string,
    now: number,
  ): Promise<Moved>;
  /** `pin`: files that change meanwhile wait until a person activates them. */
  activate(
    hash: string,
    order: { readonly pin: boolean; readonly why: string },
    actor: Actor,
    now: number,
  ): Promise<Moved>;
  refuse(hash: string, why: string, actor: Actor, now: number): Promise<Moved>;
  setOverride(
    override: Pick<Override, 'rule' | 'region' | 'mode' | 'why' | 'until'>,
    actor: Actor,
    now: number,
  ): Promise<void>;
  dropOverride(rule: string, region: string, actor: Actor, now: number): Promise<boolean>;
  /** Adds decisions to the counts, each once; answers how many, at most `most`. */
  count(most: number, now: number): Promise<number>;
  removalsOf(day: string): Promise<readonly Removals[]>;
  /** Turns the rule to shadow there, once a day; false when that was done before. */
  trip(found: Removals & { readonly day: string; readonly limit: number }, now: number): Promise<boolean>;
  ruleDays(rule: string, since: string): Promise<readonly RuleDay[]>;
  shadowOf(
    rule: string,
    since: string,
  ): Promise<{ readonly counts: readonly ShadowCount[]; readonly samples: readonly ShadowSample[] }>;
  outcomesOf(rule: string, since: string): Promise<readonly RuleOutcome[]>;
  startBacktest(id: string, userId: string, ask: BacktestAsk, now: number): Promise<void>;
  moveBacktest(
    id: string,
    change: { readonly state: BacktestRow['state']; readonly done: number; readonly result: unknown },
    now: number,
  ): Promise<void>;
  backtest(id: string): Promise<BacktestRow | null>;
}
export interface PolicyPart {
  readonly policy: PolicyStore;
}
