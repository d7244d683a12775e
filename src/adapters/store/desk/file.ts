/** Everything that is stored about one case. */
import type { Evidence, Note } from '../../../domain.js';
import type { CaseFile, CaseFilter, PersonDecision, QueueRow, Sight } from '../../../ports/review.js';
import type { Kept, StoredDecision } from '../../../ports/store.js';
import type { Database } from '../database.js';
import { DECISION_JSON, type DecisionJson, decisionOf, statusOf } from '../note-rows.js';
import { authorOf, sameCampaign, sameText } from './around.js';
import { appealOfCase, reportsOfCase } from './pleas.js';
import { findRow } from './queue.js';
import { commentsOf, opinionsOf } from './talk.js';

interface BodySql {
  readonly newest: string;
  readonly state: string;
  readonly note: Note | null;
  readonly accepted_at: Date;
  readonly decided_at: Date | null;
  readonly evidence: Evidence | null;
  readonly bundle_hash: string | null;
  readonly author_key: string | null;
  readonly text_hash: string | null;
}

/** The evidence that the decision of the case was made from; an appeal is judged by what was known then. */
const BODY = `SELECT n.revision_id AS newest, n.state, r.note, r.accepted_at, r.decided_at, e.evidence,
    coalesce(d.bundle_hash, e.bundle_hash) AS bundle_hash, n.author_key, r.text_hash
  FROM revisions r JOIN notes n ON n.id = r.note_id
  LEFT JOIN decisions d ON d.id = $2
  LEFT JOIN LATERAL (SELECT evidence, bundle_hash FROM evidence WHERE revision_id = r.id
    ORDER BY (bundle_hash = d.bundle_hash) DESC NULLS LAST, created_at DESC LIMIT 1) e ON true
  WHERE r.id = $1`;

export async function decisionsWhere(
  database: Database,
  where: string,
  values: readonly unknown[],
): Promise<readonly StoredDecision[]> {
  const rows = await database.repeatable<{ json: DecisionJson }>(
    `SELECT ${DECISION_JSON} AS json FROM decisions d WHERE ${where} ORDER BY d.sequence, d.id`,
    values,
  );
  return rows.map(({ json }) => decisionOf(json));
}

/** By its note, which has an index; a revision alone would be looked for in every decision there is. */
const decisionsOfRevision = (
  database: Database,
  { noteId, revisionId }: QueueRow,
): Promise<readonly StoredDecision[]> =>
  decisionsWhere(database, 'd.note_id = $1 AND d.revision_id = $2', [noteId, revisionId]);

interface PersonSql extends Omit<PersonDecision, 'by' | 'at' | 'undoUntil' | 'undoneAt'> {
  readonly user_id: string;
  readonly login: string | null;
  readonly created_at: Date;
  readonly undo_until: Date | null;
  readonly undone_at: Date | null;
}

async function peopleOf(database: Database, noteId: string): Promise<readonly PersonDecision[]> {
  const rows = await database.repeatable<PersonSql>(
    `SELECT coalesce(h.submission_id, h.id) AS "submissionId", h.case_id AS "caseId", h.decision_id AS "decisionId", h.user_id, u.login, h.action,
       h.regions, h.category, h.ground, h.reason, h.outcome, h.seconds, h.created_at, h.undo_until,
       h.undone_at
     FROM human_decisions h LEFT JOIN users u ON u.id = h.user_id
     WHERE h.note_id = $1 ORDER BY h.created_at DESC, h.id DESC LIMIT 200`,
    [noteId],
  );
  return rows.toReversed().map(({ user_id, login, created_at, undo_until, undone_at, ...row }) => ({
    ...row,
    by: { id: user_id, login: login ?? user_id },
    at: created_at.toISOString(),
    undoUntil: undo_until?.toISOString() ?? null,
    undoneAt: undone_at?.toISOString() ?? null,
  }));
}

const LIVE_HOLDS = `SELECT iso(until) AS until, ground, region FROM legal_holds
  WHERE revision_id = $1 AND ended_at IS NULL ORDER BY until DESC, region`;

export interface QueueList {
  list(
    sight: Sight,
    filter: CaseFilter,
    page: { readonly cursor: string | null; readonly limit: number; readonly now: number },
  ): Promise<{ readonly items: readonly QueueRow[] }>;
}

const OTHERS = 20;

export function fileWith(database: Database, queue: QueueList) {
  const othersOf = async (sight: Sight, row: QueueRow, now: number): Promise<readonly QueueRow[]> => {
    const page = { cursor: null, limit: OTHERS, now };
    const pages = await Promise.all(
      (['open', 'closed'] as const).map((status) => queue.list(sight, { status, noteId: row.noteId }, page)),
    );
    return pages.flatMap(({ items }) => items).filter(({ caseId }) => caseId !== row.caseId);
  };
  return async (sight: Sight, caseId: string, now: number): Promise<CaseFile | null> => {
    const row = await findRow(database, sight, caseId, now);
    if (row === null) return null;
    const [body] = await database.repeatable<BodySql>(BODY, [row.revisionId, row.decisionId]);
    if (body === undefined) throw new Error('a case without its revision');
    const key = body.author_key;
    // One after the other in threes: a page of a case shall not take the whole pool.
    const [decisions, people, comments] = await Promise.all([
      decisionsOfRevision(database, row),
      peopleOf(database, row.noteId),
      commentsOf(database, row.noteId),
    ]);
    const [opinions, author, same] = await Promise.all([
      opinionsOf(database, caseId),
      key === null ? null : authorOf(database, row.sourceId, key),
      body.text_hash === null ? [] : sameText(database, row, body.text_hash),
    ]);
    const [campaign, appeal, reports] = await Promise.all([
      sameCampaign(database, row),
      appealOfCase(database, caseId),
      reportsOfCase(database, caseId),
    ]);
    const [others, holds] = await Promise.all([
      othersOf(sight, row, now),
      database.repeatable<Kept>(LIVE_HOLDS, [row.revisionId]),
    ]);
    return {
      row,
      newestRevisionId: body.newest,
      noteStatus: statusOf(body.state),
      note: body.note,
      acceptedAt: body.accepted_at.toISOString(),
      decidedAt: body.decided_at?.toISOString() ?? null,
      evidence: body.evidence,
      bundleHash: body.bundle_hash,
      decisions,
      people,
      comments,
      opinions,
      author,
      sameText: same,
      campaign,
      appeal,
      reports,
      others,
      holds,
    };
  };
}
