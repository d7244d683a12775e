/** Claiming and giving away. */
import type { DeskStore } from '../../../../src/ports/review.js';
import type { DeskLeases } from './leases.js';
import type { DeskRows } from './rows.js';
import type { DeskState } from './state.js';

export function claimsOf(
  state: DeskState,
  seen: DeskRows,
  leases: DeskLeases,
): Pick<DeskStore, 'claim' | 'next' | 'extend' | 'release' | 'skip' | 'handOver' | 'escalate' | 'needSpeaker'> {
  const { cases, skips, check } = state;
  const { sync, rows } = seen;
  const { mayTake, take, held, step } = leases;
  return {
    claim: async (sight, caseId, leaseMs, now) => {
      await check();
      sync();
      const record = cases.get(caseId);
      if (record === undefined) return { kind: 'unknown' };
      if (record.status !== 'open') return { kind: 'closed' };
      if (record.leaseBy !== null && record.leaseBy !== sight.userId && record.leaseUntil > now)
        return { kind: 'held' };
      return mayTake(record, sight, now)
        ? { kind: 'claimed', lease: take(record, sight.userId, leaseMs, now) }
        : { kind: 'refused' };
    },
    next: async (sight, filter, leaseMs, now) => {
      await check();
      const free = rows(sight, { ...filter, status: 'open', holder: undefined }, now).flatMap(({ caseId }) => {
        const record = cases.get(caseId);
        const skipped = (skips.get(`${caseId} ${sight.userId}`) ?? 0) > now;
        const taken = record !== undefined && record.leaseBy !== null && record.leaseUntil > now;
        return record === undefined || skipped || taken || !mayTake(record, sight, now) ? [] : [record];
      });
      const pick = free.find(({ assigned }) => assigned?.id === sight.userId && assigned.until > now) ?? free[0];
      return pick === undefined ? null : take(pick, sight.userId, leaseMs, now);
    },
    extend: async (hold, leaseMs, now) => {
      await check();
      const record = held(hold, now);
      return record === null ? null : take(record, hold.userId, leaseMs, now);
    },
    release: (hold, now) => step(hold, now, () => undefined),
    skip: (hold, until, now) => step(hold, now, () => skips.set(`${hold.caseId} ${hold.userId}`, until)),
    handOver: (hold, to, now) =>
      step(hold, now, (record) => Object.assign(record, { assigned: { id: to, until: now + 30 * 60_000 } })),
    escalate: (hold, desk, now) => step(hold, now, (record) => Object.assign(record, { desk })),
    needSpeaker: (hold, language, now) =>
      step(hold, now, (record) =>
        Object.assign(record, { nativeSpeaker: true, language: language ?? record.language }),
      ),
  };
}
