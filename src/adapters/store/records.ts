/** The record of what was done, and what decisions refer to: audit, bundles. */
import type { AuditFilter } from '../../ports/review.js';
import type { AuditEvent, AuditStore, BundlesStore, Page } from '../../ports/store.js';
import { cursorOf, pageOf, positionOf } from './cursor.js';
import type { Database } from './database.js';

interface AuditRow {
  readonly lane: string;
  readonly sequence: number;
  readonly at: Date;
  readonly actor_kind: AuditEvent['actor']['kind'];
  readonly actor_id: string;
  readonly verb: string;
  readonly subject: string;
  readonly detail: string;
  readonly prev_hash: string;
  readonly hash: string;
}

/** Newest first. A filter by subject, actor or verb has an index of its own. */
export async function auditPage(
  database: Database,
  filter: AuditFilter,
  cursor: string | null,
  limit: number,
): Promise<Page<AuditEvent>> {
  const after = positionOf('audit', cursor);
  const [lane, sequence] = after?.id.split('/') ?? [];
  const values: unknown[] = [limit + 1];
  const where: string[] = [];
  const add = (condition: string, ...given: readonly unknown[]): void => {
    where.push(condition.replaceAll(/\?(\d)/g, (_, n: string) => `$${values.length + Number(n)}`));
    values.push(...given);
  };
  if (filter.subject !== undefined) add('subject = ?1', filter.subject);
  if (filter.actor !== undefined) add('actor_id = ?1', filter.actor);
  if (filter.verb !== undefined) add('verb = ?1', filter.verb);
  if (filter.since !== undefined) add('at >= ?1::timestamptz', filter.since);
  if (filter.until !== undefined) add('at < ?1::timestamptz', filter.until);
  if (after !== null) {
    const same = '(at = ?1::timestamptz AND (lane, sequence) > (?2::text, ?3::bigint))';
    add(`at <= ?1::timestamptz AND (at < ?1::timestamptz OR ${same})`, after.at, lane ?? null, sequence ?? null);
  }
  const rows = await database.repeatable<AuditRow>(
    `SELECT lane, sequence, at, actor_kind, actor_id, verb, subject, detail, prev_hash, hash FROM audit_events
     ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`} ORDER BY at DESC, lane, sequence LIMIT $1`,
    values,
  );
  return pageOf(rows, limit, auditOf, (row) => cursorOf('audit', row.at, `${row.lane}/${row.sequence}`));
}

export function auditWith(database: Database): AuditStore {
  return {
    async append({ actor, verb, subject, detail }, now) {
      const values = [actor.kind, actor.id, verb, subject, JSON.stringify(detail), new Date(now)];
      await database.rows('SELECT audit_append($1, $2, $3, $4, $5, $6)', values);
    },
    list: (cursor, limit) => auditPage(database, {}, cursor, limit),
    async verify() {
      const rows = await database.repeatable<{ checked: number; lane: string | null; sequence: number | null }>(
        'SELECT checked, lane, sequence FROM audit_verify() ORDER BY lane',
        [],
      );
      const broken = rows.flatMap(({ lane, sequence }) =>
        lane === null || sequence === null ? [] : [{ lane, sequence }],
      );
      return { checked: rows[0]?.checked ?? 0, broken };
    },
  };
}

const auditOf = (row: AuditRow): AuditEvent => ({
  lane: row.lane,
  sequence: row.sequence,
  at: row.at.toISOString(),
  actor: { kind: row.actor_kind, id: row.actor_id },
  verb: row.verb,
  subject: row.subject,
  detail: JSON.parse(row.detail) as AuditEvent['detail'],
  hash: row.hash,
  prevHash: row.prev_hash,
});

export const bundlesWith = (database: Database): BundlesStore => ({
  async put(hash, content, now) {
    await database.repeatable(
      'INSERT INTO bundles (hash, content, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [hash, content, new Date(now)],
    );
  },
  async get(hash) {
    const row = await database.models((client) => client.bundle.findUnique({ where: { hash } }));
    return row?.content ?? null;
  },
});
