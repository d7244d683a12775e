/** Counts of the last day. */
import { type Action, DAY_MS } from '../../domain.js';
import type { Overview } from '../../ports/store.js';
import type { Database } from './database.js';

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
