/** Where the stage `deliberate` takes opinions from: the store, once a job has asked. */
import type { DeliberateEvidence, SkipReason } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import type { OpinionsStore } from '../../ports/opinions.js';
import type { OpinionSource } from '../../stages/deliberate/index.js';
import { waitUntil } from '../wait-until.js';

export const storedOpinions = (
  opinions: Pick<OpinionsStore, 'state'>,
  region: string | null,
  deadlineMs: number,
  absent: SkipReason | null = null,
): OpinionSource => ({
  region,
  absent,
  async has({ revisionId }) {
    const { policyOutcome } = await opinions.state(revisionId);
    return policyOutcome?.status === 'found' || policyOutcome?.status === 'failed';
  },
  dueUntil: async ({ revisionId, now }) => {
    const { status, askedBy, since, policyOutcome } = await opinions.state(revisionId);
    // A reader's question is no answer to the policy.
    const isAnswered = policyOutcome !== null || (status === 'done' && askedBy === null);
    return isAnswered ? null : waitUntil(since ?? now, deadlineMs, now);
  },
  async opinion({ revisionId }): Promise<DeliberateEvidence> {
    const { policyOutcome: outcome } = await opinions.state(revisionId);
    if (outcome?.status === 'found') return outcome.value;
    // Asked and answered: another attempt of this job would only read the same again.
    const failed = outcome?.status === 'failed' ? outcome : null;
    throw new InvalidInputError(failed?.code ?? 'stage_failed', failed?.message ?? 'The opinion never came');
  },
});
