/** Second opinions as work. */
import type { DeliberateEvidence, Evidence, Note, Outcome } from '../../domain.js';
import type { OpinionClaim, OpinionState, OpinionsStore } from '../../ports/opinions.js';
import { storable } from './accept.js';
import { completed } from './completed.js';
import type { Database } from './database.js';
import { budgetWith } from './opinions/budget.js';
import { exchangesWith } from './opinions/exchanges.js';

const STATE = {
  name: 'opinion_state',
  text: 'SELECT state, asked_by, outcome, policy_outcome, created_at FROM opinion_work WHERE revision_id = $1',
};
/** A lease that ran out without a result or a hand-back is a crash of its holder. */
const CLAIM = {
  name: 'claim_opinion',
  text: `UPDATE opinion_work w SET epoch = w.epoch + 1, crashes = w.crashes + (w.lease_until IS NOT NULL)::int, lease_until = $3
    FROM revisions r WHERE w.revision_id = $1 AND w.state = 'due' AND (w.lease_until IS NULL OR w.lease_until <= $2)
      AND r.id = w.revision_id AND r.superseded_at IS NULL AND r.note IS NOT NULL
      AND EXISTS (SELECT 1 FROM evidence e WHERE e.revision_id = w.revision_id AND e.evidence IS NOT NULL)
    RETURNING w.revision_id, w.note_id, w.source_id, w.asked_by, w.epoch, w.crashes, r.revision, r.note,
      (SELECT e.evidence FROM evidence e WHERE e.revision_id = w.revision_id AND e.evidence IS NOT NULL
        ORDER BY e.created_at DESC LIMIT 1) AS evidence`,
};
const EXTEND = {
  name: 'extend_opinion',
  text: `UPDATE opinion_work SET lease_until = $3
    WHERE revision_id = $1 AND epoch = $2 AND state = 'due' AND lease_until IS NOT NULL RETURNING revision_id`,
};
const HAND_BACK = {
  name: 'hand_back_opinion',
  text: `UPDATE opinion_work SET lease_until = NULL, nudged_at = $4, due_at = $3
    WHERE revision_id = $1 AND epoch = $2 AND state = 'due'`,
};
const COMPLETE = { name: 'complete_opinion', text: 'SELECT complete_opinion($1::jsonb) AS result' };
const TAKE_DUE = {
  name: 'take_due_opinions',
  text: `WITH due AS (
      SELECT revision_id FROM opinion_work
      WHERE due_at <= $3 AND (lease_until IS NULL OR lease_until <= $3) AND (nudged_at IS NULL OR nudged_at <= $2)
      ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
    UPDATE opinion_work w SET nudged_at = $3, run = w.run + 1 FROM due WHERE w.revision_id = due.revision_id
    RETURNING w.revision_id AS "revisionId", w.run`,
};
/** What is asked again starts anew; the former answer stays among the exchanges. */
const ASK = {
  name: 'ask_opinion',
  text: `INSERT INTO opinion_work (revision_id, note_id, source_id, asked_by, due_at, created_at)
    SELECT r.id, r.note_id, r.source_id, $2, $3, $3 FROM revisions r
    WHERE r.id = $1 AND r.note IS NOT NULL AND r.superseded_at IS NULL
      AND EXISTS (SELECT 1 FROM evidence e WHERE e.revision_id = r.id AND e.evidence IS NOT NULL)
    ON CONFLICT (revision_id) DO UPDATE SET state = 'due', asked_by = excluded.asked_by, outcome = NULL, crashes = 0,
      due_at = excluded.due_at, nudged_at = NULL, lease_until = NULL, epoch = opinion_work.epoch + 1
      WHERE opinion_work.state = 'done'
    RETURNING revision_id`,
};
const ASKABLE = {
  name: 'askable_opinion',
  text: `SELECT 1 FROM opinion_work w JOIN revisions r ON r.id = w.revision_id
    WHERE w.revision_id = $1 AND w.state = 'due' AND r.note IS NOT NULL`,
};

interface ClaimRow {
  readonly revision_id: string;
  readonly revision: number;
  readonly note_id: string;
  readonly source_id: string;
  readonly asked_by: string | null;
  readonly note: Note;
  readonly evidence: Evidence;
  readonly epoch: number;
  readonly crashes: number;
}
export function opinionsWith(database: Database): OpinionsStore {
  return {
    ...exchangesWith(database),
    ...budgetWith(database),
    async state(revisionId): Promise<OpinionState> {
      type Row = {
        state: 'due' | 'done';
        asked_by: string | null;
        outcome: Outcome<DeliberateEvidence> | null;
        policy_outcome: Outcome<DeliberateEvidence> | null;
        created_at: Date;
      };
      const [row] = await database.repeatable<Row>(STATE, [revisionId]);
      if (row === undefined) return { status: 'none', askedBy: null, since: null, outcome: null, policyOutcome: null };
      const { state: status, asked_by: askedBy, outcome, policy_outcome: policyOutcome } = row;
      return { status, askedBy, since: row.created_at.getTime(), outcome, policyOutcome };
    },
    async claim(revisionId, leaseMs, now) {
      const [row] = await database.rows<ClaimRow>(CLAIM, [revisionId, new Date(now), new Date(now + leaseMs)]);
      return row === undefined ? null : claimOf(row);
    },
    async extend({ revisionId, epoch }, leaseMs, now) {
      return (await database.repeatable(EXTEND, [revisionId, epoch, new Date(now + leaseMs)])).length > 0;
    },
    async handBack({ revisionId, epoch }, retryAt, now) {
      await database.repeatable(HAND_BACK, [
        revisionId,
        epoch,
        new Date(now),
        retryAt === null ? null : new Date(retryAt),
      ]);
    },
    async complete({ revisionId, epoch }, outcome, now) {
      const json = storable(JSON.stringify({ revisionId, epoch, outcome, now }));
      const [row] = await database.repeatable<{ result: string }>(COMPLETE, [json]);
      return completed(row?.result);
    },
    takeDue: (limit, nudgedBefore, now) => database.rows(TAKE_DUE, [limit, new Date(nudgedBefore), new Date(now)]),
    async ask(revisionId, userId, now) {
      if ((await database.rows(ASK, [revisionId, userId, new Date(now)])).length > 0) return true;
      return (await database.repeatable(ASKABLE, [revisionId])).length > 0 ? false : null;
    },
  };
}

const claimOf = (row: ClaimRow): OpinionClaim => ({
  revisionId: row.revision_id,
  revision: row.revision,
  noteId: row.note_id,
  sourceId: row.source_id,
  note: row.note,
  evidence: row.evidence,
  askedBy: row.asked_by,
  epoch: row.epoch,
  crashes: row.crashes,
});
