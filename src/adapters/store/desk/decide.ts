/** Decisions of people and their undoing: one call of a SQL function each, one transaction. */

import type { DeskStore, Submission, Undoable } from '../../../ports/review.js';
import type { Ids } from '../../../ports.js';
import { storable } from '../accept.js';
import type { Database } from '../database.js';
import { decisionsWhere } from './file.js';

const DECIDE = { name: 'desk_decide', text: 'SELECT desk_decide($1::jsonb) AS result' };
const UNDO = { name: 'desk_undo', text: 'SELECT desk_undo($1::jsonb) AS result' };

/** A submission has a row for each of its verdicts. */
const UNDOABLE = `SELECT h.submission_id AS "submissionId", h.case_id AS "caseId", n.external_id AS "externalId",
    max(h.undo_until) AS undo_until
  FROM human_decisions h JOIN notes n ON n.id = h.note_id
  WHERE h.submission_id = ANY ($1) AND h.user_id = $2 AND h.undone_at IS NULL AND h.undo_until > $3
  GROUP BY h.submission_id, h.case_id, n.external_id ORDER BY min(h.created_at), h.submission_id`;
interface UndoableSql extends Omit<Undoable, 'undoUntil'> {
  readonly undo_until: Date;
}

type Deciding = Pick<DeskStore, 'submit' | 'submitted' | 'undoable' | 'undo'>;

export const decideWith = (database: Database, ids: Ids): Deciding => ({
  async submit(submission, now) {
    const submissionId = ids.next('sub');
    const undoUntil = now + submission.undoMs;
    const json = storable(JSON.stringify(rowOf(submission, { submissionId, undoUntil, now, ids })));
    const [row] = await database.rows<{ result: string }>(DECIDE, [json]);
    switch (row?.result) {
      case 'closed_now':
      case 'left':
        return {
          kind: 'decided',
          submissionId,
          undoUntil: new Date(undoUntil).toISOString(),
          closed: row.result === 'closed_now',
        };
      case 'lease_lost':
      case 'closed':
      case 'regions':
        return { kind: row.result };
      default:
        return { kind: 'unknown' };
    }
  },
  submitted: (submissionId) =>
    decisionsWhere(database, 'd.id IN (SELECT h.decision_id FROM human_decisions h WHERE h.submission_id = $1)', [
      submissionId,
    ]),
  async undoable(userId, submissionIds, now) {
    const rows = await database.repeatable<UndoableSql>(UNDOABLE, [submissionIds, userId, new Date(now)]);
    return rows.map(({ undo_until, ...row }) => ({ ...row, undoUntil: undo_until.toISOString() }));
  },
  async undo(submissionId, userId, leaseMs, now) {
    const until = now + leaseMs;
    const [row] = await database.rows<{ result: { kind: string; caseId?: string; epoch?: number } }>(UNDO, [
      JSON.stringify({ submissionId, userId, now, leaseUntil: until }),
    ]);
    const { kind, caseId, epoch } = row?.result ?? { kind: 'unknown' };
    if (kind === 'undone' && caseId !== undefined && epoch !== undefined) {
      return { kind, lease: { caseId, epoch, until: new Date(until).toISOString() } };
    }
    return { kind: kind === 'too_late' || kind === 'undone_before' ? kind : 'unknown' };
  },
});

interface Made {
  readonly submissionId: string;
  readonly undoUntil: number;
  readonly now: number;
  readonly ids: Ids;
}

function rowOf(submission: Submission, { submissionId, undoUntil, now, ids }: Made): Record<string, unknown> {
  const { hold, verdicts, undoMs: _, ...rest } = submission;
  return {
    ...rest,
    ...hold,
    submissionId,
    eventId: ids.next('evt'),
    undoUntil,
    now,
    verdicts: verdicts.map(({ noticeTexts, ...verdict }) => ({
      ...verdict,
      noticeText: noticeTexts,
      decisionId: ids.next('dec'),
      humanId: ids.next('hdn'),
    })),
  };
}
