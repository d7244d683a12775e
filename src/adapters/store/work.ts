/** Claims, fences and results. The epoch decides who may write, never the clock. */
import { type Evidence, foundIn, type HoldTerm, type Note, strongestOf } from '../../domain.js';
import type { Claim, ModerationRecord, SaveResult, WorkStore } from '../../ports/store.js';
import type { Ids } from '../../ports.js';
import { storable } from './accept.js';
import type { Database } from './database.js';

/** A lease that ran out without a result or a hand-back is a crash of its holder. */
const CLAIM = {
  name: 'claim',
  text: `UPDATE revisions SET epoch = epoch + 1, crashes = crashes + (lease_until IS NOT NULL)::int, lease_until = $3
    WHERE id = $1 AND state = 'due' AND superseded_at IS NULL AND (lease_until IS NULL OR lease_until <= $2)
    RETURNING id, note_id, source_id, revision, note, repaired, accepted_at, epoch, crashes,
      (SELECT version FROM policy_force WHERE policy_force.id = 1) AS policy_version`,
};
const EXTEND = {
  name: 'extend',
  text: `UPDATE revisions SET lease_until = $3
    WHERE id = $1 AND epoch = $2 AND state = 'due' AND lease_until IS NOT NULL RETURNING id`,
};
const HAND_BACK = {
  name: 'hand_back',
  text: `UPDATE revisions SET lease_until = NULL, nudged_at = NULL, due_at = $3
    WHERE id = $1 AND epoch = $2 AND state = 'due' AND superseded_at IS NULL`,
};
/** A trigger writes the version of the policy into each decision. */
const COMPLETE = {
  name: 'complete_work',
  text: "SELECT complete_work($1::jsonb) AS result FROM set_config('polywarden.policy_version', $2, true)",
};
const TAKE_DUE = {
  name: 'take_due',
  text: `WITH due AS (
      SELECT id FROM revisions
      WHERE due_at <= $3 AND (lease_until IS NULL OR lease_until <= $3) AND (nudged_at IS NULL OR nudged_at <= $2)
      ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
    UPDATE revisions r SET nudged_at = $3, run = r.run + 1 FROM due WHERE r.id = due.id
    RETURNING r.id AS "revisionId", r.run`,
};
const BACKLOG = {
  name: 'backlog',
  text: 'SELECT count(*) AS due, min(due_at) AS oldest FROM revisions WHERE due_at <= $1',
};

/** Evidence that names no time is asked for again after this pause. */
const PENDING_PAUSE_MS = 60_000;

interface ClaimRow {
  readonly id: string;
  readonly note_id: string;
  readonly source_id: string;
  readonly revision: number;
  readonly note: Note;
  readonly repaired: boolean;
  readonly accepted_at: Date;
  readonly epoch: number;
  readonly crashes: number;
  readonly policy_version: number;
}

export function workWith(database: Database, ids: Ids): WorkStore {
  return {
    async claim(revisionId, leaseMs, now) {
      const [row] = await database.rows<ClaimRow>(CLAIM, [revisionId, new Date(now), new Date(now + leaseMs)]);
      return row === undefined ? null : claimOf(row);
    },
    async extend(claim, leaseMs, now) {
      const rows = await database.repeatable(EXTEND, [claim.revisionId, claim.epoch, new Date(now + leaseMs)]);
      return rows.length > 0;
    },
    async handBack(claim, now) {
      await database.repeatable(HAND_BACK, [claim.revisionId, claim.epoch, new Date(now)]);
    },
    async complete(claim, record, now) {
      const json = storable(JSON.stringify(completionOf(claim, record, ids, now)));
      const [row] = await database.repeatable<{ result: SaveResult }>(COMPLETE, [
        json,
        String(record.policyVersion ?? ''),
      ]);
      return row?.result ?? 'stale';
    },
    takeDue: (limit, nudgedBefore, now) => database.rows(TAKE_DUE, [limit, new Date(nudgedBefore), new Date(now)]),
    async backlog(now) {
      const [row] = await database.repeatable<{ due: number; oldest: Date | null }>(BACKLOG, [new Date(now)]);
      return { due: row?.due ?? 0, oldestDueMs: row?.oldest ? now - row.oldest.getTime() : 0 };
    },
  };
}

const claimOf = (row: ClaimRow): Claim => ({
  revisionId: row.id,
  noteId: row.note_id,
  sourceId: row.source_id,
  revision: row.revision,
  note: row.note,
  repaired: row.repaired,
  acceptedAt: row.accepted_at.getTime(),
  epoch: row.epoch,
  crashes: row.crashes,
  policyVersion: row.policy_version,
});

function completionOf(claim: Claim, record: ModerationRecord, ids: Ids, now: number): Record<string, unknown> {
  const { evidence, decisions, pending } = record;
  return {
    revisionId: claim.revisionId,
    noteId: claim.noteId,
    sourceId: claim.sourceId,
    epoch: claim.epoch,
    now,
    pending,
    dueAt: pending ? nextTime(evidence, now) : null,
    imagesDue: evidence.images.status === 'due' && claim.note.images.length > 0,
    evidence,
    trace: record.trace ?? null,
    evidenceVersion: record.evidenceVersion,
    bundleHash: record.bundleHash,
    language: record.language,
    languages: foundIn(evidence.language)?.languages ?? null,
    state: decisions.some(({ action }) => action === 'hold') ? 'held' : 'decided',
    strongest: strongestOf(decisions.map(({ action }) => action)),
    eventId: ids.next('evt'),
    changedEventId: ids.next('evt'),
    termsNamed: record.cases !== undefined,
    decisions: decisions.map((decision, index) => ({
      ...decision,
      case: record.cases?.[index] ?? null,
      ...keepsOf(record.keeps?.[index]),
      id: ids.next('dec'),
      caseId: ids.next('case'),
      categories: [...new Set(decision.rules.map(({ category }) => category))],
      factsKey: decision.rules.find(({ action }) => action === decision.action)?.notice ?? null,
    })),
  };
}

/** Absent where nothing is kept, as of nearly every note. */
const keepsOf = (keeps: readonly HoldTerm[] = []): { readonly keeps?: readonly HoldTerm[] } =>
  keeps.length === 0 ? {} : { keeps };

function nextTime(evidence: Evidence, now: number): number {
  const times = Object.values(evidence).flatMap((outcome) =>
    outcome.status === 'due' ? [Date.parse(outcome.until)] : [],
  );
  const known = times.filter((time) => Number.isFinite(time));
  return known.length === 0 ? now + PENDING_PAUSE_MS : Math.min(...known);
}
