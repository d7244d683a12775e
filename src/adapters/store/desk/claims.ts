/** Claims: a row with a lease. The epoch decides who may act, the clock only when others may take over. */
import { MINUTE_MS } from '../../../domain.js';
import type { ClaimsStore, Hold, Lease, Sight } from '../../../ports/review.js';
import type { Database } from '../database.js';
import { matches, mayClaim, Values } from './conditions.js';

/** A colleague has what was handed over to them for this long. */
const ASSIGNED_MS = 30 * MINUTE_MS;

const FREE = '(c.lease_until IS NULL OR c.lease_until <= $2)';
/** The same holder keeps the number, so that two windows of one person do not take the case from each other. */
const TAKE = `lease_epoch = c.lease_epoch + (CASE WHEN c.lease_by = $1 AND c.lease_until > $2 THEN 0 ELSE 1 END),
  lease_by = $1, lease_until = $3, claimed_at = CASE WHEN c.lease_by = $1 AND c.lease_until > $2 THEN c.claimed_at ELSE $2 END,
  changed_at = $2, assigned_to = NULL, assigned_until = NULL`;
const HELD = "id = $1 AND state = 'open' AND lease_by = $2 AND lease_epoch = $3 AND lease_until > $4";

interface LeaseSql {
  readonly id: string;
  readonly lease_epoch: number;
  readonly lease_until: Date;
}
const leaseOf = (row: LeaseSql): Lease => ({
  caseId: row.id,
  epoch: row.lease_epoch,
  until: row.lease_until.toISOString(),
});

export function claimsWith(database: Database): ClaimsStore {
  const begin = (sight: Sight, leaseMs: number, now: number) => {
    const values = new Values();
    const me = values.bind(sight.userId, 'text');
    const at = values.bind(new Date(now), 'timestamptz');
    values.bind(new Date(now + leaseMs), 'timestamptz');
    return { values, me, at };
  };
  const step = async (hold: Hold, now: number, change: string, more: readonly unknown[] = []): Promise<boolean> => {
    const rows = await database.rows(
      `UPDATE cases SET lease_by = NULL, lease_until = NULL, changed_at = $4, ${change} WHERE ${HELD} RETURNING id`,
      [hold.caseId, hold.userId, hold.epoch, new Date(now), ...more],
    );
    return rows.length > 0;
  };
  return {
    async claim(sight, caseId, leaseMs, now) {
      const { values, me, at } = begin(sight, leaseMs, now);
      const id = values.bind(caseId, 'text');
      const allowed = mayClaim(sight, me, at, values);
      const [row] = await database.rows<LeaseSql>(
        `UPDATE cases c SET ${TAKE} WHERE c.id = ${id} AND c.state = 'open' AND (${FREE} OR c.lease_by = ${me}) AND ${allowed}
         RETURNING c.id, c.lease_epoch, c.lease_until`,
        values.list,
      );
      if (row !== undefined) return { kind: 'claimed', lease: leaseOf(row) };
      return { kind: await whyNot(database, sight.userId, caseId, now) };
    },

    async next(sight, filter, leaseMs, now) {
      for (const mineFirst of [true, false]) {
        const { values, me, at } = begin(sight, leaseMs, now);
        const where = [
          matches({ ...filter, status: 'open', holder: undefined }, me, at, values),
          FREE,
          mayClaim(sight, me, at, values),
          `NOT EXISTS (SELECT 1 FROM case_skips k WHERE k.case_id = c.id AND k.user_id = ${me} AND k.until > ${at})`,
        ];
        if (mineFirst) where.push(`c.assigned_to = ${me} AND c.assigned_until > ${at}`);
        const [row] = await database.rows<LeaseSql>(
          `WITH pick AS (SELECT c.id FROM cases c WHERE ${where.join(' AND ')} ORDER BY c.rank_at, c.id LIMIT 1
             FOR UPDATE OF c SKIP LOCKED)
           UPDATE cases c SET ${TAKE} FROM pick WHERE c.id = pick.id RETURNING c.id, c.lease_epoch, c.lease_until`,
          values.list,
        );
        if (row !== undefined) return leaseOf(row);
      }
      return null;
    },

    async extend(hold, leaseMs, now) {
      const [row] = await database.repeatable<LeaseSql>(
        `UPDATE cases SET lease_until = $5, changed_at = $4 WHERE ${HELD} RETURNING id, lease_epoch, lease_until`,
        [hold.caseId, hold.userId, hold.epoch, new Date(now), new Date(now + leaseMs)],
      );
      return row === undefined ? null : leaseOf(row);
    },
    release: (hold, now) => step(hold, now, 'claimed_at = NULL'),
    async skip(hold, until, now) {
      const rows = await database.rows(
        `WITH given AS (UPDATE cases SET lease_by = NULL, lease_until = NULL, changed_at = $4 WHERE ${HELD} RETURNING id),
           noted AS (INSERT INTO case_skips (case_id, user_id, until) SELECT id, $2, $5 FROM given
             ON CONFLICT (case_id, user_id) DO UPDATE SET until = excluded.until)
         SELECT id FROM given`,
        [hold.caseId, hold.userId, hold.epoch, new Date(now), new Date(until)],
      );
      return rows.length > 0;
    },
    handOver: (hold, to, now) =>
      step(hold, now, 'assigned_to = $5, assigned_until = $6', [to, new Date(now + ASSIGNED_MS)]),
    escalate: (hold, desk, now) => step(hold, now, 'desk = $5', [desk]),
    needSpeaker: (hold, language, now) =>
      step(hold, now, 'native_only = true, language = coalesce($5, language)', [language]),
  };
}

/** Only told to who may see the case; the use case asks for the row first. */
async function whyNot(
  database: Database,
  userId: string,
  caseId: string,
  now: number,
): Promise<'held' | 'refused' | 'closed' | 'unknown'> {
  const [row] = await database.repeatable<{ state: string; held: boolean }>(
    'SELECT state, coalesce(lease_until > $3 AND lease_by <> $2, false) AS held FROM cases WHERE id = $1',
    [caseId, userId, new Date(now)],
  );
  if (row === undefined) return 'unknown';
  if (row.state !== 'open') return 'closed';
  return row.held ? 'held' : 'refused';
}
