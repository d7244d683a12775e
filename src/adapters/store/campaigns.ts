/** Near-duplicate windows: notes of one source that share a band of their signature. */

import { sha256Hex } from '../../domain/sha256.js';
import { HOUR_MS } from '../../domain.js';
import type { CampaignCounts, CampaignStore } from '../../ports.js';
import type { Database } from './database.js';

/** Counting stops here, newest first: what a policy asks is decided long before. */
const COUNTED_PER_BAND = 250;

/**
 * The new rows are not yet seen by the same statement, so this revision is added by hand. The lock on the note makes
 * an erasure either wait and find the rows or be seen here: no signature outlives its note.
 */
const RECORD = {
  name: 'campaign_record',
  text: `WITH held AS (
      SELECT n.state FROM revisions r JOIN notes n ON n.id = r.note_id WHERE r.id = $2 FOR KEY SHARE OF n),
    fresh AS (
      INSERT INTO campaign_signatures (revision_id, band, source_id, author_key, account_age_days, at)
      SELECT $2, b, $1, $3, $4, $5 FROM unnest($6::text[]) AS b
      WHERE NOT EXISTS (SELECT 1 FROM held WHERE state = 'erased') ON CONFLICT DO NOTHING),
    near AS (
      SELECT DISTINCT s.* FROM unnest($6::text[]) AS b CROSS JOIN LATERAL (
        SELECT revision_id, author_key, account_age_days, at FROM campaign_signatures
        WHERE source_id = $1 AND band = b AND at > $7 AND at <= $5 AND revision_id <> $2
        ORDER BY at DESC LIMIT ${COUNTED_PER_BAND}) s),
    every AS (SELECT $2::text AS revision_id, $3::text AS author_key, $4::float8 AS account_age_days, $5::timestamptz AS at
      UNION ALL SELECT * FROM near)
    SELECT count(DISTINCT author_key) FILTER (WHERE at > $9) AS "authors1h",
      count(DISTINCT author_key) FILTER (WHERE at > $8) AS "authors24h",
      count(DISTINCT author_key) AS "authors7d",
      count(DISTINCT revision_id) FILTER (WHERE at > $8) AS "notes24h",
      percentile_cont(0.5) WITHIN GROUP (ORDER BY account_age_days) AS "medianAccountAgeDays"
    FROM every`,
};

const NOTHING: CampaignCounts = { authors1h: 0, authors24h: 0, authors7d: 0, notes24h: 0, medianAccountAgeDays: null };

export const campaignsWith = (database: Database): CampaignStore => ({
  async record({ sourceId, revisionId, authorId, accountAgeDays, bands, at }) {
    const [counts] = await database.repeatable<CampaignCounts>(RECORD, [
      sourceId,
      revisionId,
      authorId === null ? null : sha256Hex(authorId),
      accountAgeDays,
      new Date(at),
      [...new Set(bands)],
      new Date(at - 168 * HOUR_MS),
      new Date(at - 24 * HOUR_MS),
      new Date(at - HOUR_MS),
    ]);
    return counts ?? NOTHING;
  },
});
