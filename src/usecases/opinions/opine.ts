/** One second opinion from claim to stored answer; the answer makes the note due again. */
import { type DeliberateEvidence, type Outcome, whyNot } from '../../domain.js';
import { codeOf, ERROR_CODES, type InvalidInputError, isOurs, UnavailableError } from '../../errors.js';
import type { JobHandler } from '../../jobs.js';
import type { OpinionClaim, OpinionsStore } from '../../ports/opinions.js';
import { mayBeSent, type OpinionPlan } from '../../stages/deliberate/plan.js';
import { partsOf } from '../note-texts.js';
import { type PieceDeps, processPiece } from '../process-piece.js';
import { type AskDeps, askOpinion, type SentPicture } from './ask-opinion.js';
import { storedLedger } from './ledger.js';

export interface OpineDeps extends PieceDeps {
  readonly opinions: OpinionsStore;
  /** Null: no language model is configured in this process. */
  readonly ask: AskDeps | null;
  /** By the policy in force; null: nobody asks any more. */
  readonly planOf: (claim: OpinionClaim) => OpinionPlan | null;
  readonly picturesOf: (claim: OpinionClaim, signal: AbortSignal) => Promise<readonly SentPicture[]>;
}
type Answer = Outcome<DeliberateEvidence>;

/** Raised when answers may differ; stored with every one. */
const OPINION_VERSION = '1';

export function opineWith(deps: OpineDeps): JobHandler {
  return async (run, signal) => {
    signal.throwIfAborted();
    const claim = await deps.opinions.claim(run.subjectId, deps.leaseMs, deps.clock.now());
    if (claim === null) return 'nothing_due';
    const opinion = {
      subject: 'opinion',
      queue: 'opinions',
      claim,
      store: deps.opinions,
      work: async (own: AbortSignal) => counted(deps, await outcomeOf(deps, claim, run.lastAttempt, own)),
      givenUp: () => counted(deps, crashed(deps, claim)),
    } as const;
    return processPiece(deps, opinion, signal);
  };
}

function counted({ metrics }: OpineDeps, outcome: Answer): Answer {
  metrics.count('stage_outcomes_total', { stage: 'opinion', status: outcome.status, why: whyNot(outcome) ?? '' });
  return outcome;
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
