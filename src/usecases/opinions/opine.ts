/** One second opinion from claim to stored answer; the answer makes the note due again. */
import { type DeliberateEvidence, type Outcome, whyNot } from '../../domain.js';
import { codeOf, ERROR_CODES, type InvalidInputError, isOurs, UnavailableError } from '../../errors.js';
import { type JobHandler, retryBy } from '../../jobs.js';
import type { OpinionClaim, OpinionsStore } from '../../ports/opinions.js';
import type { Log, Metrics, Queue } from '../../ports.js';
import { mayBeSent, type OpinionPlan } from '../../stages/deliberate/plan.js';
import { keepLease } from '../lease.js';
import { partsOf } from '../note-texts.js';
import { nudgeNote } from '../nudge-note.js';
import { type AskDeps, askOpinion, type SentPicture } from './ask-opinion.js';
import { storedLedger } from './ledger.js';

export interface OpineDeps {
  readonly opinions: OpinionsStore;
  /** Null: no language model is configured in this process. */
  readonly ask: AskDeps | null;
  /** By the policy in force; null: nobody asks any more. */
  readonly planOf: (claim: OpinionClaim) => OpinionPlan | null;
  readonly picturesOf: (claim: OpinionClaim, signal: AbortSignal) => Promise<readonly SentPicture[]>;
  readonly queue: Pick<Queue, 'nudge'>;
  readonly clock: AskDeps['clock'];
  readonly log: Log;
  readonly metrics: Metrics;
  readonly leaseMs: number;
  readonly maxCrashes: number;
}
type Answer = Outcome<DeliberateEvidence>;

/** Raised when answers may differ; stored with every one. */
const OPINION_VERSION = '1';

export function opineWith(deps: OpineDeps): JobHandler {
  return async (run, signal) => {
    signal.throwIfAborted();
    const claim = await deps.opinions.claim(run.subjectId, deps.leaseMs, deps.clock.now());
    return claim === null ? 'nothing_due' : workOn(deps, claim, run.lastAttempt, signal);
  };
}

async function workOn(
  deps: OpineDeps,
  claim: OpinionClaim,
  lastAttempt: boolean,
  signal: AbortSignal,
): Promise<'saved' | 'stale'> {
  const { leaseMs, log, clock } = deps;
  const extend = () => deps.opinions.extend(claim, leaseMs, clock.now());
  const lease = keepLease({ subject: 'this opinion', revisionId: claim.revisionId, leaseMs, log, extend }, signal);
  try {
    const outcome =
      claim.crashes >= deps.maxCrashes ? crashed(deps, claim) : await outcomeOf(deps, claim, lastAttempt, lease.signal);
    const why = whyNot(outcome) ?? '';
    deps.metrics.count('stage_outcomes_total', { stage: 'opinion', status: outcome.status, why });
    const { saved, wake } = await deps.opinions.complete(claim, outcome, deps.clock.now());
    if (!saved) deps.metrics.count('stale_writes_total');
    if (wake !== null) await nudgeNote(deps, claim.revisionId, wake);
    return saved ? 'saved' : 'stale';
  } catch (error) {
    if (signal.aborted || error instanceof UnavailableError) await handBack(deps, claim, signal.aborted);
    throw error;
  } finally {
    lease.end();
  }
}

const failed = (code: keyof typeof ERROR_CODES, message: string = ERROR_CODES[code].title): Answer => ({
  status: 'failed',
  code,
  message,
});

/** Written without asking again: whatever the question does to a worker, it may not do once more. */
function crashed(deps: OpineDeps, { revisionId, crashes }: OpinionClaim): Answer {
  deps.log.error('opinion given up after crashes', { revisionId, crashes });
  return failed('stage_failed');
}

/** What cannot be mended by another attempt is an outcome; the rest is tried again until the last one. */
async function outcomeOf(
  deps: OpineDeps,
  claim: OpinionClaim,
  lastAttempt: boolean,
  signal: AbortSignal,
): Promise<Answer> {
  if (deps.ask === null) return failed('llm_unavailable', 'No language model is configured here');
  const started = performance.now();
  try {
    const plan = deps.planOf(claim);
    // The policy may have changed since the question was put.
    if (plan === null) return { status: 'skipped', why: 'not_needed' };
    if (!mayBeSent(plan, deps.ask.chat.region)) return { status: 'skipped', why: 'not_supported' };
    const value = await askOpinion(
      orderOf(deps, claim, plan, signal),
      deps.ask,
      storedLedger(deps, claim, plan),
      signal,
    );
    return { status: 'found', value, ms: Math.round(performance.now() - started), version: OPINION_VERSION };
  } catch (error) {
    signal.throwIfAborted();
    if (!isOurs(error) || isOfTheHouse(error) || (error instanceof UnavailableError && !lastAttempt)) throw error;
    deps.log.warn('opinion failed', { revisionId: claim.revisionId, code: error.code });
    return failed(codeOf(error), error.message);
  }
}

/** Without the database there is nothing to record a failure in either. */
const isOfTheHouse = (error: InvalidInputError | UnavailableError): boolean => error.code === 'store_unavailable';

function orderOf(deps: OpineDeps, claim: OpinionClaim, plan: OpinionPlan, signal: AbortSignal) {
  const { note, evidence } = claim;
  return { note, evidence, texts: partsOf(note, evidence), plan, pictures: () => deps.picturesOf(claim, signal) };
}

async function handBack(deps: OpineDeps, claim: OpinionClaim, isStopped: boolean): Promise<void> {
  const now = deps.clock.now();
  try {
    await deps.opinions.handBack(claim, isStopped ? null : retryBy('opinions', now), now);
  } catch (error) {
    // The lease runs out by itself.
    deps.log.warn('opinion not handed back', { revisionId: claim.revisionId, error });
  }
}
