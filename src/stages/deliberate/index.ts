/** Stage `deliberate`: the second opinion of a language model on notes that the policy asks about. A job of its own gets it. */
import type { DeliberateEvidence, SkipReason } from '../../domain.js';
import type { Stage, StageInput } from '../stage.js';
import { mayBeSent, type OpinionPlan } from './plan.js';

/** Where opinions come from. */
export interface OpinionSource {
  /** Declared region of the endpoint. */
  readonly region: string | null;
  /** Why there is no endpoint now; null or unset: there is one. */
  readonly absent?: SkipReason | null;
  /** Whether an earlier answer to the policy is kept: it speaks again where a note is judged again, wherever notes may be sent now. */
  has?(input: StageInput): Promise<boolean>;
  /** Null: it is there, or `opinion` gets it; else the ISO time until which it is worth waiting. */
  dueUntil(input: StageInput): Promise<string | null>;
  opinion(input: StageInput, plan: OpinionPlan, signal: AbortSignal): Promise<DeliberateEvidence>;
}

/** Generous: attempts, pauses and a repair of a source that asks at once. */
const TIMEOUT_MS = 120_000;

/** Null: nothing speaks against asking. */
function whyNot({ absent = null, region }: OpinionSource, plan: OpinionPlan): SkipReason | null {
  return absent ?? (mayBeSent(plan, region) ? null : 'not_supported');
}

/** `source` says why there is none. */
export function deliberateStage(source: OpinionSource | SkipReason): Stage<'deliberate'> {
  const plans = new WeakMap<StageInput, OpinionPlan>();
  return {
    name: 'deliberate',
    version: '1',
    reads: ['normalise', 'language', 'images', 'match', 'classify', 'campaign'],
    languages: '*',
    cost: 'paid',
    timeoutMs: TIMEOUT_MS,
    when(input, needs) {
      if (typeof source === 'string') return { run: false, why: source };
      // Pictures may still tell what the question is.
      if (input.evidence.images?.status === 'due') return { run: false, why: 'not_needed' };
      const plan = needs.opinion?.(input) ?? null;
      if (plan === null) return { run: false, why: source.absent ?? 'not_needed' };
      const why = source.has === undefined ? whyNot(source, plan) : null;
      if (why !== null) return { run: false, why };
      plans.set(input, plan);
      return { run: true };
    },
    async dueUntil(input) {
      const plan = plans.get(input);
      if (typeof source === 'string' || plan === undefined) return null;
      if ((await source.has?.(input)) === true) return null;
      const skip = whyNot(source, plan);
      return skip === null ? source.dueUntil(input) : { skip };
    },
    async run(input, signal): Promise<DeliberateEvidence> {
      const plan = plans.get(input);
      if (typeof source === 'string' || plan === undefined) throw new Error('the deliberate stage ran unasked');
      return source.opinion(input, plan, signal);
    },
  };
}
