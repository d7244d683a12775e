/** The smaller nouns: audit, bundles, banks, cases and the overview. */
import type { Action } from '../../domain.js';
import type {
  AuditEvent,
  AuditStore,
  BanksStore,
  BundlesStore,
  CaseRow,
  CasesStore,
  Overview,
} from '../../ports-store.js';
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

export const casesWith = (database: Database): CasesStore => ({
  async list(filter, cursor, limit) {
    const after = positionOf('cases', cursor);
    const rows = await database.repeatable<CaseJson>(
      `SELECT id AS "caseId", note_id AS "noteId", revision, reason, severity, regions, language, state AS status,
         opened_at AS "openedAt", due_at AS "dueAt"
       FROM cases
       WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR $2 = ANY (regions))
         AND ($3::text IS NULL OR language = $3) AND ($4::timestamptz IS NULL OR (opened_at, id) > ($4, $5))
       ORDER BY opened_at, id LIMIT $6`,
      [
        filter.status ?? null,
        filter.region ?? null,
        filter.language ?? null,
        after?.at ?? null,
        after?.id ?? null,
        limit + 1,
      ],
    );
    return pageOf(rows, limit, caseOf, (row) => cursorOf('cases', row.openedAt, row.caseId));
  },
  async counts() {
    const [row] = await database.repeatable<{ open: number; oldest: number | null }>(
      `SELECT count(*) AS open, round(extract(epoch FROM clock_timestamp() - min(opened_at)) * 1000)::bigint AS oldest
       FROM cases WHERE state = 'open'`,
      [],
    );
    return { open: row?.open ?? 0, oldestMs: Math.max(0, row?.oldest ?? 0) };
  },
});

type CaseJson = Omit<CaseRow, 'openedAt' | 'dueAt'> & { readonly openedAt: Date; readonly dueAt: Date | null };
const caseOf = (row: CaseJson): CaseRow => ({
  ...row,
  openedAt: row.openedAt.toISOString(),
  dueAt: row.dueAt?.toISOString() ?? null,
});

const DAY_MS = 86_400_000;

export async function overviewOf(database: Database, now: number): Promise<Overview> {
  const since = new Date(now - DAY_MS);
  const [row] = await database.repeatable<{
    accepted: number;
    decided: number;
    pending: number;
    actions: readonly { action: Action; count: number }[];
    languages: readonly { language: string; count: number }[];
    cases: number;
  }>(
    `SELECT (SELECT count(*) FROM notes WHERE created_at > $1) AS accepted,
       (SELECT count(*) FROM notes WHERE decided_at > $1) AS decided,
       (SELECT count(*) FROM revisions WHERE due_at IS NOT NULL) AS pending,
       (SELECT coalesce(json_agg(x ORDER BY x.count DESC), '[]') FROM (
         SELECT strongest AS action, count(*) FROM notes WHERE decided_at > $1 AND strongest IS NOT NULL GROUP BY 1) x) AS actions,
       (SELECT coalesce(json_agg(x ORDER BY x.count DESC), '[]') FROM (
         SELECT language, count(*) FROM notes WHERE decided_at > $1 AND language IS NOT NULL GROUP BY 1) x) AS languages,
       (SELECT count(*) FROM cases WHERE state = 'open') AS cases`,
    [since],
  );
  return {
    notes: { accepted24h: row?.accepted ?? 0, decided24h: row?.decided ?? 0, pending: row?.pending ?? 0 },
    byAction: row?.actions ?? [],
    byLanguage: row?.languages ?? [],
    openCases: row?.cases ?? 0,
  };
}
