/** The record of what was done, and what decisions refer to: audit, bundles, banks. */
import type { AuditEvent, AuditStore, BanksStore, BundlesStore } from '../../ports-store.js';
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

export function auditWith(database: Database): AuditStore {
  return {
    async append({ actor, verb, subject, detail }, now) {
      const values = [actor.kind, actor.id, verb, subject, JSON.stringify(detail), new Date(now)];
      await database.rows('SELECT audit_append($1, $2, $3, $4, $5, $6)', values);
    },
    async list(cursor, limit) {
      const after = positionOf('audit', cursor);
      const [lane, sequence] = after?.id.split('/') ?? [];
      const rows = await database.repeatable<AuditRow>(
        `SELECT lane, sequence, at, actor_kind, actor_id, verb, subject, detail, prev_hash, hash FROM audit_events
         WHERE $1::timestamptz IS NULL OR at < $1 OR (at = $1 AND (lane, sequence) > ($2, $3::bigint))
         ORDER BY at DESC, lane, sequence LIMIT $4`,
        [after?.at ?? null, lane ?? null, sequence ?? null, limit + 1],
      );
      return pageOf(rows, limit, auditOf, (row) => cursorOf('audit', row.at, `${row.lane}/${row.sequence}`));
    },
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

export const banksWith = (database: Database): BanksStore => ({
  async allText() {
    const rows = await database.models((client) => client.textBankEntry.findMany({ orderBy: { id: 'asc' } }));
    return rows.map(({ id, origin, expiresAt, createdAt: _, ...entry }) => ({
      ...entry,
      entryId: id,
      source: origin,
      expiresAt: expiresAt?.toISOString() ?? null,
    }));
  },
  async addText({ entryId, source, expiresAt, ...entry }, now) {
    const data = {
      ...entry,
      id: entryId,
      origin: source,
      createdAt: new Date(now),
      expiresAt: expiresAt === null ? null : new Date(expiresAt),
    };
    await database.models((client) =>
      client.textBankEntry.upsert({ where: { id: entryId }, create: data, update: data }),
    );
  },
});
