/** Second opinions as work, what was said, and what was spent. */
import type { DeliberateEvidence, Evidence, Note, Outcome } from '../../domain.js';
import type { OpinionClaim, OpinionExchange, OpinionState, OpinionsStore } from '../../ports-opinions.js';
import { storable } from './accept.js';
import type { Database } from './database.js';

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
    RETURNING w.revision_id, w.note_id, w.source_id, w.asked_by, w.epoch, w.crashes, r.note,
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
  text: `UPDATE opinion_work SET lease_until = NULL, nudged_at = CASE WHEN $4 THEN $3::timestamptz END, due_at = $3
    WHERE revision_id = $1 AND epoch = $2 AND state = 'due'`,
};
const RECORD = {
  name: 'record_exchange',
  text: `INSERT INTO opinion_exchanges (id, revision_id, note_id, source_id, at, model, answered_by, endpoint_region,
      prompt_version, bundle_hash, cache_key, cached_from, outcome, system_text, user_text, pictures, answer,
      prompt_tokens, completion_tokens, cost_micros, ms)
    SELECT $3, w.revision_id, w.note_id, w.source_id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20
    FROM opinion_work w WHERE w.revision_id = $1 AND w.epoch = $2 AND w.state = 'due'
    ON CONFLICT (id) DO NOTHING`,
};
const CACHED = {
  name: 'cached_opinion',
  text: `SELECT id, answer, answered_by FROM opinion_exchanges
    WHERE source_id = $1 AND cache_key = $2 AND outcome = 'answered' AND answer IS NOT NULL ORDER BY at DESC LIMIT 1`,
};
const RESERVE = { name: 'reserve_opinion', text: 'SELECT reserve_opinion($1::date, $2::jsonb, $3, $4) AS granted' };
const SETTLE = {
  name: 'settle_opinion',
  text: `UPDATE opinion_budget SET tokens = greatest(0, tokens + $3), micros = greatest(0, micros + $4)
    WHERE region = ANY ($1::text[]) AND day = $2::date`,
};
const SPENT = {
  name: 'spent_opinion',
  text: 'SELECT tokens, micros FROM opinion_budget WHERE region = $1 AND day = $2::date',
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
const EXCHANGES = {
  name: 'opinion_exchanges',
  text: 'SELECT * FROM opinion_exchanges WHERE revision_id = $1 ORDER BY at, id LIMIT 50',
};

interface ClaimRow {
  readonly revision_id: string;
  readonly note_id: string;
  readonly source_id: string;
  readonly asked_by: string | null;
  readonly note: Note;
  readonly evidence: Evidence;
  readonly epoch: number;
  readonly crashes: number;
}
interface ExchangeRow {
  readonly id: string;
  readonly at: Date;
  readonly model: string;
  readonly answered_by: string | null;
  readonly endpoint_region: string | null;
  readonly prompt_version: string;
  readonly bundle_hash: string;
  readonly cache_key: string;
  readonly cached_from: string | null;
  readonly outcome: string;
  readonly system_text: string;
  readonly user_text: string;
  readonly pictures: readonly string[];
  readonly answer: string | null;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cost_micros: number;
  readonly ms: number;
}

export function opinionsWith(database: Database): OpinionsStore {
  return {
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
    async handBack({ revisionId, epoch }, queueRetries, now) {
      await database.repeatable(HAND_BACK, [revisionId, epoch, new Date(now), queueRetries]);
    },
    async record(claim, exchange) {
      await database.repeatable(RECORD, recordValues(claim, exchange));
    },
    async cached(sourceId, cacheKey) {
      type Row = { id: string; answer: string; answered_by: string | null };
      const [row] = await database.repeatable<Row>(CACHED, [sourceId, cacheKey]);
      return row === undefined
        ? null
        : { exchangeId: row.id, answer: row.answer, answeredBy: row.answered_by ?? 'unknown' };
    },
    async reserve(budgets, { tokens, micros }, day) {
      const values = [day, JSON.stringify(budgets), tokens, micros];
      const [row] = await database.rows<{ granted: readonly string[] }>(RESERVE, values);
      return row?.granted ?? [];
    },
    async settle(regions, { tokens, micros }, day) {
      await database.rows(SETTLE, [[...regions], day, tokens, micros]);
    },
    async spent(region, day) {
      const [row] = await database.repeatable<{ tokens: unknown; micros: unknown }>(SPENT, [region, day]);
      return { tokens: Number(row?.tokens ?? 0), micros: Number(row?.micros ?? 0) };
    },
    async complete({ revisionId, epoch }, outcome, now) {
      const json = storable(JSON.stringify({ revisionId, epoch, outcome, now }));
      const [row] = await database.repeatable<{ result: string }>(COMPLETE, [json]);
      const [word, run] = (row?.result ?? 'stale').split(':');
      return { saved: word !== 'stale', wake: run === undefined ? null : Number(run) };
    },
    takeDue: (limit, nudgedBefore, now) => database.rows(TAKE_DUE, [limit, new Date(nudgedBefore), new Date(now)]),
    async ask(revisionId, userId, now) {
      if ((await database.rows(ASK, [revisionId, userId, new Date(now)])).length > 0) return true;
      return (await database.repeatable(ASKABLE, [revisionId])).length > 0 ? false : null;
    },
    async exchanges(revisionId) {
      return (await database.repeatable<ExchangeRow>(EXCHANGES, [revisionId])).map(exchangeOf);
    },
  };
}

const claimOf = (row: ClaimRow): OpinionClaim => ({
  revisionId: row.revision_id,
  noteId: row.note_id,
  sourceId: row.source_id,
  note: row.note,
  evidence: row.evidence,
  askedBy: row.asked_by,
  epoch: row.epoch,
  crashes: row.crashes,
});

/** What a model writes may hold what Postgres cannot store; half surrogates the driver replaces. */
const clean = (text: string): string => text.replaceAll('\0', '\ufffd');

const recordValues = ({ revisionId, epoch }: OpinionClaim, exchange: OpinionExchange): readonly unknown[] => [
  revisionId,
  epoch,
  exchange.exchangeId,
  new Date(exchange.at),
  exchange.model,
  exchange.answeredBy === null ? null : clean(exchange.answeredBy),
  exchange.endpointRegion,
  exchange.promptVersion,
  exchange.bundleHash,
  exchange.cacheKey,
  exchange.cachedFrom,
  exchange.outcome,
  clean(exchange.system),
  clean(exchange.user),
  [...exchange.pictures],
  exchange.answer === null ? null : clean(exchange.answer),
  exchange.promptTokens,
  exchange.completionTokens,
  exchange.costMicros,
  exchange.ms,
];

const exchangeOf = (row: ExchangeRow): OpinionExchange => ({
  exchangeId: row.id,
  at: row.at.getTime(),
  model: row.model,
  answeredBy: row.answered_by,
  endpointRegion: row.endpoint_region,
  promptVersion: row.prompt_version,
  bundleHash: row.bundle_hash,
  cacheKey: row.cache_key,
  cachedFrom: row.cached_from,
  outcome: row.outcome,
  system: row.system_text,
  user: row.user_text,
  pictures: row.pictures,
  answer: row.answer,
  promptTokens: row.prompt_tokens,
  completionTokens: row.completion_tokens,
  costMicros: Number(row.cost_micros),
  ms: row.ms,
});
