/** Decisions for a time whose time is over, and that nobody looks at: each gets a case. */
import type { Bundle } from '../../policy/bundle.js';
import { gravestOf, termsOf } from '../../policy/case-terms.js';
import type { DeskStore } from '../../ports/review.js';
import type { Clock, Log } from '../../ports.js';

const AT_ONCE = 200;

export interface OverdueDeps {
  readonly desk: Pick<DeskStore, 'ranOut' | 'openOverdue'>;
  readonly bundle: () => Bundle;
  readonly clock: Clock;
  readonly log: Log;
}

export async function openOverdue(deps: OverdueDeps): Promise<number> {
  const now = deps.clock.now();
  let opened = 0;
  for (const ranOut of await deps.desk.ranOut(now, AT_ONCE)) {
    const { regions, sideActions } = ranOut.decision;
    const escalate = sideActions.includes('escalate');
    const subject = {
      reason: 'overdue',
      regions,
      ...gravestOf([ranOut.decision]),
      reach: ranOut.reach,
      end: null,
      escalate,
    } as const;
    if (await deps.desk.openOverdue(ranOut, termsOf(deps.bundle(), subject, now), now)) opened += 1;
  }
  if (opened > 0) deps.log.info('decisions ran out', { opened });
  return opened;
}
