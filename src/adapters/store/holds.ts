/** Holds of the law, and the one way into sealed notes. */
import type { HoldsStore, LegalHold, SealedRevision } from '../../ports/holds.js';
import type { Ids } from '../../ports.js';
import { storable } from './accept.js';
import type { Database } from './database.js';

const OF_NOTE = `SELECT h.id AS "holdId", h.note_id AS "noteId", r.revision, h.region,
    CASE WHEN h.origin = 'order' THEN NULL ELSE h.term END AS term, h.categories, h.ground, h.gag, iso(h.begun_at) AS "begunAt",
    iso(h.confirmed_at) AS "confirmedAt", iso(h.reported_at) AS "reportedAt", iso(h.until) AS until,
    iso(h.ended_at) AS "endedAt", h.ended_why AS "endedWhy"
  FROM legal_holds h JOIN revisions r ON r.id = h.revision_id WHERE h.note_id = $1 ORDER BY h.begun_at, h.region, h.id`;

export function holdsWith(database: Database, ids: Ids): HoldsStore {
  async function call<T>(name: string, json: Readonly<Record<string, unknown>>): Promise<T | null> {
    const values = [storable(JSON.stringify(json))];
    const [row] = await database.repeatable<{ result: T | null }>(`SELECT ${name}($1::jsonb) AS result`, values);
    return row?.result ?? null;
  }
  return {
    of: (noteId) => database.repeatable<LegalHold>(OF_NOTE, [noteId]),
    async order(order, actor, now) {
      const holdId = ids.next('hold');
      const result = await call<'ordered' | 'erased'>('hold_order', {
        ...order,
        holdId,
        byKind: actor.kind,
        byId: actor.id,
        now,
      });
      return result === 'ordered' ? { holdId } : result;
    },
    reported: (holdId, reportedAt, actor, now) =>
      call('hold_reported', { holdId, reportedAt, byKind: actor.kind, byId: actor.id, now }),
    release: (holdId, why, actor, now) =>
      call('hold_release', { holdId, why, byKind: actor.kind, byId: actor.id, now }),
    async readSealed(noteId, why, actor, now) {
      const [row] = await database.repeatable<{ result: readonly SealedRevision[] | null }>(
        'SELECT sealed_read($1, $2, $3, $4, $5) AS result',
        [noteId, actor.kind, actor.id, why, new Date(now)],
      );
      return row?.result ?? null;
    },
  };
}
