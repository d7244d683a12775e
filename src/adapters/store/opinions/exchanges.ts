/** What was asked and answered, for as long as the text that it is about. */
import type { OpinionClaim, OpinionExchange, OpinionsStore } from '../../../ports/opinions.js';
import type { Database } from '../database.js';

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
const EXCHANGES = {
  name: 'opinion_exchanges',
  text: 'SELECT * FROM opinion_exchanges WHERE revision_id = $1 ORDER BY at, id LIMIT 50',
};

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

export const exchangesWith = (database: Database): Pick<OpinionsStore, 'record' | 'cached' | 'exchanges'> => ({
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
  async exchanges(revisionId) {
    return (await database.repeatable<ExchangeRow>(EXCHANGES, [revisionId])).map(exchangeOf);
  },
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
