/** Cases that hold and review opened, and the counts of the first page. */
import type { Action } from '../../domain.js';
import type { CaseRow, CasesStore, Overview } from '../../ports-store.js';
import { cursorOf, pageOf, positionOf } from './cursor.js';
import type { Database } from './database.js';

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
