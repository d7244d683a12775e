/** Who holds a case, by epoch and clock. */
import type { Hold, Lease, Sight } from '../../../../src/ports/review.js';
import { obstacleTo } from '../../../../src/usecases/review/sight.js';
import { iso } from '../rows.js';
import type { DeskRows } from './rows.js';
import type { CaseRecord, DeskState } from './state.js';

export function leasesOf(state: DeskState, seen: DeskRows) {
  const { cases, check } = state;
  const { shown } = seen;
  const mayTake = (record: CaseRecord, sight: Sight, now: number): boolean =>
    record.status === 'open' &&
    obstacleTo({ ...sight, role: 'admin' }, shown(record, sight, now)) === null &&
    (record.assigned === null || record.assigned.id === sight.userId || record.assigned.until <= now);
  const take = (record: CaseRecord, userId: string, leaseMs: number, now: number): Lease => {
    const again = record.leaseBy === userId && record.leaseUntil > now;
    if (!again) record.epoch += 1;
    Object.assign(record, { leaseBy: userId, leaseUntil: now + leaseMs, changedAt: now, assigned: null });
    return { caseId: record.caseId, epoch: record.epoch, until: iso(record.leaseUntil) };
  };
  const held = ({ caseId, userId, epoch }: Hold, now: number): CaseRecord | null => {
    const record = cases.get(caseId);
    const live =
      record?.status === 'open' && record.leaseBy === userId && record.epoch === epoch && record.leaseUntil > now;
    return live ? record : null;
  };
  const step = async (hold: Hold, now: number, change: (record: CaseRecord) => void): Promise<boolean> => {
    await check();
    const record = held(hold, now);
    if (record === null) return false;
    Object.assign(record, { leaseBy: null, leaseUntil: 0, changedAt: now });
    change(record);
    return true;
  };
  return { mayTake, take, held, step };
}
export type DeskLeases = ReturnType<typeof leasesOf>;
