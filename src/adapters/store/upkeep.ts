/** Retention: what is past its time goes, in batches small enough never to hold up the pipeline. */
import { DAY_MS, HOUR_MS } from '../../domain.js';
import type { UpkeepStore } from '../../ports/store.js';
import type { Database } from './database.js';

export interface Retention {
  /** How long decided notes keep their text and evidence. */
  readonly noteDays: number;
  readonly idempotencyHours: number;
}

/** Delivered events, sign-in attempts and signatures: what a person may still ask about, and no longer. */
const EVENT_DAYS = 30;
const SIGN_IN_DAYS = 90;
const SIGNATURE_DAYS = 8;
/** What was spent, so that a year can be looked back on. */
const BUDGET_DAYS = 400;

/** $1 is the limit in time, $2 the size of the batch. */
const olderThan = (table: string, condition: string): string =>
  `WITH gone AS (
     DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE ${condition} LIMIT $2)) AND ${condition}
     RETURNING 1)
   SELECT count(*) AS n FROM gone`;

/** What the law says to keep waits; upkeep ends what has run out before anything else. */
const free = (column: string, value: string): string =>
  `NOT EXISTS (SELECT 1 FROM legal_holds h WHERE h.${column} = ${value} AND h.ended_at IS NULL)`;

/** The note keeps its ids, states and decisions; text, hashes of it and evidence go. */
const OLD_TEXT = `WITH old AS (
    SELECT r.id FROM revisions r
    WHERE coalesce(r.decided_at, r.superseded_at) < $1 AND r.note IS NOT NULL AND r.due_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.note_id = r.note_id AND c.state = 'open')
      AND ${free('revision_id', 'r.id')}
    ORDER BY coalesce(r.decided_at, r.superseded_at) LIMIT $2),
  text AS (UPDATE revisions r SET note = NULL, content_hash = NULL, text_hash = NULL FROM old WHERE r.id = old.id RETURNING r.id),
  seen AS (DELETE FROM evidence e USING old WHERE e.revision_id = old.id),
  pictures AS (DELETE FROM images i USING old WHERE i.revision_id = old.id)
  SELECT count(*) AS n FROM text`;

const OLD_EVENTS = `WITH old AS (
    SELECT e.id FROM events e WHERE e.created_at < $1
      AND NOT EXISTS (SELECT 1 FROM deliveries d JOIN webhook_endpoints w ON w.id = d.endpoint_id AND w.status <> 'disabled'
        WHERE d.event_id = e.id AND d.state = 'due') LIMIT $2),
  sent AS (DELETE FROM deliveries d USING old WHERE d.event_id = old.id RETURNING d.id),
  tries AS (DELETE FROM delivery_attempts a USING sent WHERE a.delivery_id = sent.id),
  gone AS (DELETE FROM events e USING old WHERE e.id = old.id RETURNING 1)
  SELECT count(*) AS n FROM gone`;

/** What people wrote about a note ages as its text does; who decided what, and when, stays. */
const forgetWords = (table: string, change: string, condition: string): string =>
  `WITH gone AS (
     UPDATE ${table} SET ${change} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE ${condition} LIMIT $2)) AND ${condition}
     RETURNING 1)
   SELECT count(*) AS n FROM gone`;
/** Whoever judges an appeal reads what was said before. */
const quiet = (table: string): string =>
  `NOT EXISTS (SELECT 1 FROM cases c WHERE c.note_id = ${table}.note_id AND c.state = 'open')
   AND ${free('note_id', `${table}.note_id`)}`;
const oldWords = (table: string, change: string, condition: string): string =>
  forgetWords(table, change, `${condition} AND ${quiet(table)}`);
const OLD_APPEALS = oldWords('appeals', 'text = NULL, reason = NULL', 'decided_at < $1 AND text IS NOT NULL');
const OLD_REPORTS = oldWords(
  'reports',
  "reasons = NULL, law = NULL, urls = '{}', reporter = NULL, reason = NULL",
  'decided_at < $1 AND reporter IS NOT NULL',
);
const OLD_REASONS = oldWords(
  'human_decisions',
  'reason = NULL, notice = NULL',
  'created_at < $1 AND (reason IS NOT NULL OR notice IS NOT NULL)',
);
const oldTalk = (table: string): string => olderThan(table, `created_at < $1 AND ${quiet(table)}`);

const OLD_HASHES = '(expires_at < $1 OR bank_id IN (SELECT id FROM image_banks WHERE expires_at < $1))';
const hasHashes = (table: string): string => `EXISTS (SELECT 1 FROM ${table} e WHERE e.bank_id = image_banks.id)`;
const EMPTY_BANKS = `NOT ${hasHashes('image_bank_entries')} AND NOT ${hasHashes('text_bank_entries')}`;

export function upkeepWith(database: Database, retention: Retention): UpkeepStore {
  const tasks: readonly (readonly [name: string, sql: string, ageMs: number])[] = [
    ['legal_holds', 'SELECT holds_run_out($1, $2) AS n', 0],
    ['sealed_notes', 'SELECT sealed_forget($1, $2) AS n', 0],
    ['revisions', OLD_TEXT, retention.noteDays * DAY_MS],
    ['appeals', OLD_APPEALS, retention.noteDays * DAY_MS],
    ['reports', OLD_REPORTS, retention.noteDays * DAY_MS],
    ['human_decisions', OLD_REASONS, retention.noteDays * DAY_MS],
    ['case_comments', oldTalk('case_comments'), retention.noteDays * DAY_MS],
    ['case_opinions', oldTalk('case_opinions'), retention.noteDays * DAY_MS],
    ['case_skips', olderThan('case_skips', 'until < $1'), 0],
    ['events', OLD_EVENTS, EVENT_DAYS * DAY_MS],
    ['idempotency_keys', olderThan('idempotency_keys', 'created_at < $1'), retention.idempotencyHours * HOUR_MS],
    ['campaign_signatures', olderThan('campaign_signatures', 'at < $1'), SIGNATURE_DAYS * DAY_MS],
    ['opinion_budget', olderThan('opinion_budget', 'day < $1'), BUDGET_DAYS * DAY_MS],
    ['sessions', olderThan('sessions', 'expires_at < $1'), 0],
    ['sign_ins', olderThan('sign_ins', 'at < $1'), SIGN_IN_DAYS * DAY_MS],
    ['text_bank_entries', olderThan('text_bank_entries', OLD_HASHES), 0],
    ['image_bank_entries', olderThan('image_bank_entries', OLD_HASHES), 0],
    ['image_banks', olderThan('image_banks', `expires_at < $1 AND ${EMPTY_BANKS}`), 0],
  ];
  return {
    async purge(now, batch) {
      const counts: Record<string, number> = {};
      for (const [name, sql, ageMs] of tasks) {
        const [row] = await database.repeatable<{ n: number }>(sql, [new Date(now - ageMs), batch]);
        counts[name] = row?.n ?? 0;
      }
      return counts;
    },
  };
}
