/** Comments and second opinions. */

import type { Comment, Opinion, TalkStore } from '../../../ports/review.js';
import type { Ids } from '../../../ports.js';
import type { Database } from '../database.js';

interface CommentSql {
  readonly id: string;
  readonly user_id: string;
  readonly login: string | null;
  readonly text: string;
  readonly created_at: Date;
}
interface OpinionSql {
  readonly id: string;
  readonly by_user: string;
  readonly by_login: string | null;
  readonly of_user: string;
  readonly of_login: string | null;
  readonly blind: boolean;
  readonly question: string;
  readonly text: string | null;
  readonly action: string | null;
  readonly created_at: Date;
  readonly answered_at: Date | null;
}
const commentOf = (row: CommentSql): Comment => ({
  id: row.id,
  by: { id: row.user_id, login: row.login ?? row.user_id },
  text: row.text,
  at: row.created_at.toISOString(),
});
const opinionOf = (row: OpinionSql): Opinion => ({
  id: row.id,
  by: { id: row.by_user, login: row.by_login ?? row.by_user },
  of: { id: row.of_user, login: row.of_login ?? row.of_user },
  blind: row.blind,
  question: row.question,
  askedAt: row.created_at.toISOString(),
  text: row.text,
  action: row.action,
  answeredAt: row.answered_at?.toISOString() ?? null,
});

/** A case has a few dozen of each at most; more are cut off at the newest. */
const MOST = 500;
const OPINIONS = `SELECT o.*, b.login AS by_login, f.login AS of_login FROM case_opinions o
  LEFT JOIN users b ON b.id = o.by_user LEFT JOIN users f ON f.id = o.of_user`;

export async function commentsOf(database: Database, noteId: string): Promise<readonly Comment[]> {
  const rows = await database.repeatable<CommentSql>(
    `SELECT k.*, u.login FROM case_comments k LEFT JOIN users u ON u.id = k.user_id
     WHERE k.note_id = $1 ORDER BY k.created_at DESC, k.id DESC LIMIT ${MOST}`,
    [noteId],
  );
  return rows.map(commentOf).toReversed();
}

export async function opinionsOf(database: Database, caseId: string): Promise<readonly Opinion[]> {
  const rows = await database.repeatable<OpinionSql>(
    `${OPINIONS} WHERE o.case_id = $1 ORDER BY o.created_at, o.id LIMIT ${MOST}`,
    [caseId],
  );
  return rows.map(opinionOf);
}

export const talkWith = (database: Database, ids: Ids): TalkStore => ({
  async comment(caseId, userId, text, now) {
    const [row] = await database.rows<CommentSql>(
      // The lock on the note makes an erasure wait and find the words, or be seen here.
      `WITH held AS (SELECT n.id FROM cases c JOIN notes n ON n.id = c.note_id WHERE c.id = $2 AND n.state <> 'erased' FOR KEY SHARE OF n),
         fresh AS (INSERT INTO case_comments (id, case_id, note_id, user_id, text, created_at)
           SELECT $1, $2, held.id, $3, $4, $5 FROM held RETURNING *)
       SELECT fresh.*, u.login FROM fresh LEFT JOIN users u ON u.id = fresh.user_id`,
      [ids.next('cmt'), caseId, userId, text, new Date(now)],
    );
    return row === undefined ? null : commentOf(row);
  },
  async ask({ caseId, by, of, blind, question }, now) {
    const id = ids.next('opn');
    await database.rows(
      `WITH held AS (SELECT n.id FROM cases c JOIN notes n ON n.id = c.note_id
           WHERE c.id = $2 AND c.state = 'open' AND n.state <> 'erased' FOR KEY SHARE OF n),
         fresh AS (INSERT INTO case_opinions (id, case_id, note_id, by_user, of_user, blind, question, created_at)
           SELECT $1, $2, held.id, $3, $4, $5, $6, $7 FROM held RETURNING case_id)
       UPDATE cases SET changed_at = $7 WHERE id IN (SELECT case_id FROM fresh)`,
      [id, caseId, by, of, blind, question, new Date(now)],
    );
    const [row] = await database.repeatable<OpinionSql>(`${OPINIONS} WHERE o.id = $1`, [id]);
    return row === undefined ? null : opinionOf(row);
  },
  async answer({ caseId, opinionId, userId, text, action }, now) {
    const rows = await database.rows(
      `WITH said AS (UPDATE case_opinions SET text = $4, action = $5, answered_at = $6
           WHERE id = $1 AND case_id = $2 AND of_user = $3 AND answered_at IS NULL RETURNING case_id)
       UPDATE cases SET changed_at = $6 WHERE id IN (SELECT case_id FROM said) RETURNING id`,
      [opinionId, caseId, userId, text, action, new Date(now)],
    );
    return rows.length > 0;
  },
});
