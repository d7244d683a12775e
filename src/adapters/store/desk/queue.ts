/** The queue: pages in its order, counts, single rows, and what has changed. */
import type { CaseCounts, QueueRow, QueueStore } from '../../../ports/review.js';
import { cursorOf, pageOf, positionOf } from '../cursor.js';
import type { Database } from '../database.js';
import { similarAmong, similarNotes } from './around.js';
import { matches, mayTakeBack, sees, Values } from './conditions.js';
import { type CaseSql, ROW_COLUMNS, ROW_JOINS, rowOf } from './rows.js';

const MOST_GROUPS = 100;

export const queueWith = (database: Database): Omit<QueueStore, 'file'> => ({
  async list(sight, filter, { cursor, limit, now }) {
    const values = new Values();
    const me = values.bind(sight.userId, 'text');
    const at = values.bind(new Date(now), 'timestamptz');
    const closed = filter.status === 'closed';
    const [column, list] = closed ? ['c.closed_at', 'closed'] : ['c.rank_at', 'cases'];
    const after = positionOf(list, cursor);
    const where = [sees(sight, me, values), matches(filter, me, at, values)];
    if (after !== null) {
      const last = `(${values.bind(after.at, 'timestamptz')}, ${values.bind(after.id, 'text')})`;
      where.push(`(${column}, c.id) ${closed ? '<' : '>'} ${last}`);
    }
    const order = closed ? `${column} DESC, c.id DESC` : `${column}, c.id`;
    const rows = await database.repeatable<CaseSql>(
      // The page is found first, in the order of the index; only its rows are joined.
      `SELECT ${ROW_COLUMNS} FROM (SELECT * FROM cases c WHERE ${where.join(' AND ')}
         ORDER BY ${order} LIMIT ${values.bind(limit + 1, 'int')}) c ${ROW_JOINS} ORDER BY ${order}`,
      values.list,
    );
    return pageOf(rows, limit, rowOf, (row) => cursorOf(list, (closed ? row.closed_at : null) ?? row.rank_at, row.id));
  },

  async counts(sight, filter, now) {
    const values = new Values();
    const me = values.bind(sight.userId, 'text');
    const at = values.bind(new Date(now), 'timestamptz');
    const where = `${sees(sight, me, values)} AND ${matches(filter, me, at, values)}`;
    const [row] = await database.repeatable<CountsSql>(countsSql(where), values.list);
    return countsOf(row);
  },

  row: (sight, caseId, now) => findRow(database, sight, caseId, now),
  similar: (row) => similarNotes(database, row),
  similarAmong: (row, caseIds) => similarAmong(database, row, caseIds),
  rows: (sight, caseIds, now) => findRows(database, sight, caseIds, now),

  async changes(since, limit) {
    const rows = await database.repeatable<{ id: string; changed_at: Date }>(
      'SELECT id, changed_at FROM cases WHERE changed_at > $1 ORDER BY changed_at DESC LIMIT $2',
      [new Date(since), limit + 1],
    );
    return {
      newest: rows[0]?.changed_at.getTime() ?? since,
      more: rows.length > limit,
      rows: rows.slice(0, limit).map(({ id, changed_at }) => ({ caseId: id, changedAt: changed_at.getTime() })),
    };
  },
});

export async function findRow(
  database: Database,
  sight: Parameters<QueueStore['row']>[0],
  caseId: string,
  now: number,
): Promise<QueueRow | null> {
  const [row] = await findRows(database, sight, [caseId], now);
  return row ?? null;
}

async function findRows(
  database: Database,
  sight: Parameters<QueueStore['rows']>[0],
  caseIds: readonly string[],
  now: number,
): Promise<readonly QueueRow[]> {
  const values = new Values();
  const me = values.bind(sight.userId, 'text');
  const at = values.bind(new Date(now), 'timestamptz');
  const ids = values.bind([...caseIds], 'text[]');
  const rows = await database.repeatable<CaseSql>(
    `SELECT ${ROW_COLUMNS} FROM cases c ${ROW_JOINS} WHERE c.id = ANY(${ids})
       AND (${sees(sight, me, values)} OR ${mayTakeBack(me, at)})`,
    values.list,
  );
  return rows.map(rowOf);
}

interface CountsSql extends Omit<CaseCounts, 'oldestOpenedAt'> {
  readonly oldest: Date | null;
}

const grouped = (key: string, from = 'seen', value = key): string =>
  `(SELECT coalesce(json_agg(g), '[]') FROM (SELECT coalesce(${value}, 'und') AS "${key}", count(*) FROM ${from}
     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MOST_GROUPS}) g)`;

/** `$1` is the person, `$2` the moment. */
const countsSql = (where: string): string => `WITH seen AS MATERIALIZED (
    SELECT c.source_id, c.language, c.regions, c.category, c.reason, c.desk, c.due_at, c.opened_at, c.lease_by, c.lease_until,
      c.assigned_to, c.assigned_until, EXISTS (SELECT 1 FROM case_opinions o
        WHERE o.case_id = c.id AND o.of_user = $1 AND o.answered_at IS NULL) AS asked_of_me
    FROM cases c WHERE ${where})
  SELECT count(*) AS open,
    count(*) FILTER (WHERE (lease_by = $1 AND lease_until > $2) OR (assigned_to = $1 AND assigned_until > $2)
      OR asked_of_me) AS mine,
    count(*) FILTER (WHERE lease_until IS NULL OR lease_until <= $2) AS unassigned,
    count(*) FILTER (WHERE due_at <= $2) AS overdue,
    count(*) FILTER (WHERE due_at > $2 AND due_at <= $2::timestamptz + interval '1 hour') AS "dueWithinHour",
    min(opened_at) AS oldest,
    ${grouped('language')} AS "byLanguage", ${grouped('region', 'seen, unnest(regions) r', 'r')} AS "byRegion",
    ${grouped('category')} AS "byCategory", ${grouped('reason')} AS "byReason", ${grouped('desk')} AS "byDesk",
    (SELECT coalesce(json_agg(g), '[]') FROM (SELECT s.id AS source, s.name, x.count
       FROM (SELECT source_id, count(*) AS count FROM seen GROUP BY 1) x JOIN sources s ON s.id = x.source_id
       ORDER BY x.count DESC, s.name LIMIT ${MOST_GROUPS}) g) AS "bySource"
  FROM seen`;

const countsOf = (row: CountsSql | undefined): CaseCounts => ({
  open: row?.open ?? 0,
  mine: row?.mine ?? 0,
  unassigned: row?.unassigned ?? 0,
  overdue: row?.overdue ?? 0,
  dueWithinHour: row?.dueWithinHour ?? 0,
  oldestOpenedAt: row?.oldest?.toISOString() ?? null,
  byLanguage: row?.byLanguage ?? [],
  byRegion: row?.byRegion ?? [],
  byCategory: row?.byCategory ?? [],
  byReason: row?.byReason ?? [],
  byDesk: row?.byDesk ?? [],
  bySource: row?.bySource ?? [],
});
