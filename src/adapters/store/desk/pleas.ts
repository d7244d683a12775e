/** Appeals and reports: opened by platforms, answered by people. */

import { sha256Hex } from '../../../domain/sha256.js';
import type { Appeal, DeskStore, NewAppeal, NewReport, PleaNote, Report, Reporter } from '../../../ports/review.js';
import type { Actor } from '../../../ports/store.js';
import type { Ids } from '../../../ports.js';
import { isTaken } from '../../postgres.js';
import { storable } from '../accept.js';
import { cursorOf, pageOf, positionOf } from '../cursor.js';
import type { Database } from '../database.js';
import { DECISION_JSON, type DecisionJson, decisionOf, statusOf } from '../note-rows.js';

const APPEAL = `a.id, a.reference, a.note_id AS "noteId", a.revision, a.regions, a.language, a.reason,
  a.received_at, a.due_at, a.decided_at, a.case_id AS "caseId", a.decision_ids AS "decisionIds", a.by_kind AS by, a.text, a.state`;
const REPORT = `a.id, a.reference, a.note_id AS "noteId", a.revision, a.regions, a.language, a.reason,
  a.received_at, a.due_at, a.decided_at, a.case_id AS "caseId", a.category, a.reasons, a.law, a.urls, a.reporter, a.state`;

interface Times {
  readonly received_at: Date;
  readonly due_at: Date;
  readonly decided_at: Date | null;
}
type Sql<T> = Omit<T, 'receivedAt' | 'dueAt' | 'decidedAt'> & Times;
type AppealSql = Sql<Appeal>;
type ReportSql = Omit<Sql<Report>, 'reporter'> & { readonly reporter: Reporter | null };

const timed = <T extends Times>({ received_at, due_at, decided_at, ...row }: T) => ({
  ...row,
  receivedAt: received_at.toISOString(),
  dueAt: due_at.toISOString(),
  decidedAt: decided_at?.toISOString() ?? null,
});
const appealOf = (row: AppealSql): Appeal => timed(row);
const NOBODY: Reporter = { kind: 'person', name: null, email: null };
const reportOf = (row: ReportSql): Report => timed({ ...row, reporter: row.reporter ?? NOBODY });

export async function appealOfCase(database: Database, caseId: string): Promise<Appeal | null> {
  const rows = await database.repeatable<AppealSql>(`SELECT ${APPEAL} FROM appeals a WHERE a.case_id = $1`, [caseId]);
  return rows[0] === undefined ? null : appealOf(rows[0]);
}
export async function reportsOfCase(database: Database, caseId: string): Promise<readonly Report[]> {
  const rows = await database.repeatable<ReportSql>(
    `SELECT ${REPORT} FROM reports a WHERE a.case_id = $1 ORDER BY a.received_at, a.id LIMIT 100`,
    [caseId],
  );
  return rows.map(reportOf);
}

const NOTE = `SELECT n.id, n.source_id, n.revision_id, n.revision, n.state, n.language, r.note->'regions' AS regions,
    coalesce((r.note->'context'->>'reach')::bigint, 0) AS reach,
    coalesce((SELECT json_agg(${DECISION_JSON} ORDER BY d.sequence, d.id)
      FROM decisions d WHERE d.note_id = n.id), '[]') AS decisions,
    (SELECT json_agg(json_build_object('revisionId', x.id, 'revision', x.revision) ORDER BY x.revision)
      FROM revisions x WHERE x.note_id = n.id) AS revisions,
    coalesce((SELECT json_agg(json_build_object('decisionId', h.decision_id, 'userId', h.user_id))
      FROM human_decisions h WHERE h.note_id = n.id AND h.undone_at IS NULL), '[]') AS deciders
  FROM notes n JOIN revisions r ON r.id = n.revision_id
  WHERE n.source_id = $1 AND n.state <> 'erased' AND (n.id = $2 OR n.external_hash = $3) LIMIT 1`;

interface NoteSql {
  readonly id: string;
  readonly source_id: string;
  readonly revision_id: string;
  readonly revision: number;
  readonly state: string;
  readonly language: string | null;
  readonly regions: readonly string[] | null;
  readonly reach: number;
  readonly decisions: readonly DecisionJson[];
  readonly deciders: PleaNote['deciders'];
  readonly revisions: PleaNote['revisions'];
}

type Pleas = Pick<DeskStore, 'findNote' | 'openAppeal' | 'openReport' | 'appeal' | 'report' | 'appeals' | 'reports'>;

export function pleasWith(database: Database, ids: Ids): Pleas {
  const open = async (sql: string, prefix: string, input: NewAppeal | NewReport, actor: Actor, now: number) => {
    const row = {
      ...input,
      severity: input.terms.severity,
      category: input.terms.category,
      id: ids.next(prefix),
      caseId: ids.next('case'),
      now,
      actorKind: actor.kind,
      actorId: actor.id,
    };
    const decisionId = 'decisionIds' in input ? (input.decisionIds[0] ?? null) : null;
    const json = storable(JSON.stringify({ decisionId, ...row }));
    const ask = () => database.rows<{ kind: 'opened' | 'replayed' | 'conflict' | 'erased'; id: string }>(sql, [json]);
    // Each locks its own note: with one reference on two notes only the index stops the second, which then finds the first.
    const [result] = await ask().catch((error: unknown) => {
      if (!isTaken(error)) throw error;
      return ask();
    });
    if (result === undefined) throw new Error('the function answered nothing');
    return result;
  };
  const oneAppeal = async (sourceId: string, id: string): Promise<Appeal | null> => {
    const sql = `SELECT ${APPEAL} FROM appeals a WHERE a.source_id = $1 AND a.id = $2`;
    const [row] = await database.repeatable<AppealSql>(sql, [sourceId, id]);
    return row === undefined ? null : appealOf(row);
  };
  const oneReport = async (sourceId: string, id: string): Promise<Report | null> => {
    const sql = `SELECT ${REPORT} FROM reports a WHERE a.source_id = $1 AND a.id = $2`;
    const [row] = await database.repeatable<ReportSql>(sql, [sourceId, id]);
    return row === undefined ? null : reportOf(row);
  };
  return {
    async findNote(sourceId, { noteId, externalId }) {
      const values = [sourceId, noteId ?? null, externalId === undefined ? null : sha256Hex(externalId)];
      const [row] = await database.repeatable<NoteSql>(NOTE, values);
      return row === undefined ? null : noteOf(row);
    },
    async openAppeal(input, actor, now) {
      const { kind, id } = await open('SELECT kind, id FROM desk_appeal($1::jsonb)', 'apl', input, actor, now);
      if (kind === 'conflict' || kind === 'erased') return { kind };
      const plea = await oneAppeal(input.sourceId, id);
      if (plea === null) throw new Error('an appeal that was just stored is gone');
      return { kind, plea };
    },
    async openReport(input, actor, now) {
      const { kind, id } = await open('SELECT kind, id FROM desk_report($1::jsonb)', 'rpt', input, actor, now);
      if (kind === 'conflict' || kind === 'erased') return { kind };
      const plea = await oneReport(input.sourceId, id);
      if (plea === null) throw new Error('a report that was just stored is gone');
      return { kind, plea };
    },
    appeal: oneAppeal,
    report: oneReport,
    async appeals(sourceId, filter, cursor, limit) {
      const rows = await listOf<AppealSql>(database, ['appeals', APPEAL], [sourceId, filter, cursor, limit]);
      return pageOf(rows, limit, appealOf, (row) => cursorOf('appeals', row.received_at, row.id));
    },
    async reports(sourceId, filter, cursor, limit) {
      const rows = await listOf<ReportSql>(database, ['reports', REPORT], [sourceId, filter, cursor, limit]);
      return pageOf(rows, limit, reportOf, (row) => cursorOf('reports', row.received_at, row.id));
    },
  };
}

async function listOf<T>(
  database: Database,
  [table, columns]: readonly [table: 'appeals' | 'reports', columns: string],
  [sourceId, filter, cursor, limit]: Parameters<DeskStore['appeals']>,
): Promise<readonly T[]> {
  const after = positionOf(table, cursor);
  return database.repeatable<T>(
    `SELECT ${columns} FROM ${table} a WHERE a.source_id = $1 AND ($2::text IS NULL OR a.note_id = $2)
       AND ($3::text IS NULL OR a.state = $3) AND ($4::timestamptz IS NULL OR (a.received_at, a.id) < ($4, $5))
     ORDER BY a.received_at DESC, a.id DESC LIMIT $6`,
    [sourceId, filter.noteId ?? null, filter.state ?? null, after?.at ?? null, after?.id ?? null, limit + 1],
  );
}

const noteOf = (row: NoteSql): PleaNote => ({
  noteId: row.id,
  sourceId: row.source_id,
  revisionId: row.revision_id,
  revision: row.revision,
  status: statusOf(row.state),
  language: row.language,
  regions: row.regions ?? [],
  reach: row.reach,
  decisions: row.decisions.map(decisionOf),
  deciders: row.deciders,
  revisions: row.revisions,
});
