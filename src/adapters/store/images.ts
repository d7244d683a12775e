/** Pictures as work: claimed, fenced and counted like revisions; readings, blobs and what must leave. */
import { foundIn, type ImageReading } from '../../domain.js';
import type { ImageClaim, ImageResult, ImagesStore } from '../../ports/store.js';
import { storable } from './accept.js';
import { completed } from './completed.js';
import type { Database } from './database.js';

const RESERVE = `INSERT INTO blob_removals (blob_key, source_id, due_at) SELECT k, $1, $3 FROM unnest($2::text[]) AS k
  ON CONFLICT (blob_key) DO UPDATE SET due_at = excluded.due_at`;
/** A lease that ran out without a result or a hand-back is a crash of its holder. */
const CLAIM = {
  name: 'claim_image',
  text: `UPDATE images i SET epoch = i.epoch + 1, crashes = i.crashes + (i.lease_until IS NOT NULL)::int, lease_until = $4
    FROM revisions r WHERE i.revision_id = $1 AND i.index = $2 AND i.state = 'due'
      AND (i.lease_until IS NULL OR i.lease_until <= $3)
      AND r.id = i.revision_id AND r.superseded_at IS NULL AND r.note IS NOT NULL
    RETURNING i.revision_id, i.index, i.note_id, i.source_id, i.url, i.blob_key, i.epoch, i.crashes,
      array_remove(ARRAY[r.language, r.note->>'languageHint'], NULL) AS likely`,
};
const EXTEND = {
  name: 'extend_image',
  text: `UPDATE images SET lease_until = $4
    WHERE revision_id = $1 AND index = $2 AND epoch = $3 AND state = 'due' AND lease_until IS NOT NULL RETURNING index`,
};
const HAND_BACK = {
  name: 'hand_back_image',
  text: `UPDATE images SET lease_until = NULL, nudged_at = $5, due_at = $4
    WHERE revision_id = $1 AND index = $2 AND epoch = $3 AND state = 'due'`,
};
const COMPLETE = { name: 'complete_image', text: 'SELECT complete_image($1::jsonb) AS result' };
const TAKE_DUE = {
  name: 'take_due_images',
  text: `WITH due AS (
      SELECT revision_id, index FROM images
      WHERE due_at <= $3 AND (lease_until IS NULL OR lease_until <= $3) AND (nudged_at IS NULL OR nudged_at <= $2)
      ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
    UPDATE images i SET nudged_at = $3, run = i.run + 1 FROM due
    WHERE i.revision_id = due.revision_id AND i.index = due.index
    RETURNING i.revision_id AS "revisionId", i.index, i.run`,
};
const READINGS = {
  name: 'image_readings',
  text: `SELECT coalesce(json_agg(reading ORDER BY index) FILTER (WHERE reading IS NOT NULL), '[]') AS readings,
      count(*) FILTER (WHERE state = 'due') AS due, min(created_at) AS since
    FROM images WHERE revision_id = $1`,
};
const PLACE = {
  name: 'image_place',
  text: `SELECT n.state = 'erased' AS erased, coalesce(i.state, 'done') = 'due' AS due, i.blob_key, i.sha256,
      i.index IS NOT NULL OR n.state = 'erased' AS known
    FROM notes n LEFT JOIN revisions r ON r.note_id = n.id AND r.revision = coalesce($4::int, n.revision)
      LEFT JOIN images i ON i.revision_id = r.id AND i.index = $3
    WHERE n.id = $2 AND ($1::text IS NULL OR n.source_id = $1)`,
};
const REMOVABLE = `SELECT blob_key FROM blob_removals b WHERE due_at <= $2
  AND NOT EXISTS (SELECT 1 FROM images i WHERE i.blob_key = b.blob_key)
  AND NOT EXISTS (SELECT 1 FROM sealed_notes s WHERE s.blob_keys @> ARRAY[b.blob_key]) ORDER BY due_at LIMIT $1`;
const REMOVED = 'DELETE FROM blob_removals WHERE blob_key = ANY ($1::text[])';

interface ClaimRow {
  readonly revision_id: string;
  readonly index: number;
  readonly note_id: string;
  readonly source_id: string;
  readonly url: string | null;
  readonly blob_key: string | null;
  readonly epoch: number;
  readonly crashes: number;
  readonly likely: readonly string[];
}
interface PlaceRow {
  readonly erased: boolean;
  readonly due: boolean;
  readonly known: boolean;
  readonly blob_key: string | null;
  readonly sha256: string | null;
}

const keyOf = ({ revisionId, index, epoch }: ImageClaim): readonly [string, number, number] => [
  revisionId,
  index,
  epoch,
];

export function imagesWith(database: Database): ImagesStore {
  return {
    async reserve(sourceId, keys, removeAt) {
      await database.repeatable(RESERVE, [sourceId, [...keys], new Date(removeAt)]);
    },
    async claim(revisionId, index, leaseMs, now) {
      const values = [revisionId, index, new Date(now), new Date(now + leaseMs)];
      const [row] = await database.rows<ClaimRow>(CLAIM, values);
      return row === undefined ? null : claimOf(row);
    },
    async extend(claim, leaseMs, now) {
      return (await database.repeatable(EXTEND, [...keyOf(claim), new Date(now + leaseMs)])).length > 0;
    },
    async handBack(claim, retryAt, now) {
      const nudgedAt = retryAt === null ? null : new Date(retryAt);
      await database.repeatable(HAND_BACK, [...keyOf(claim), new Date(now), nudgedAt]);
    },
    async complete(claim, result, now) {
      const json = storable(JSON.stringify(completionOf(claim, result, now)));
      const [row] = await database.repeatable<{ result: string }>(COMPLETE, [json]);
      return completed(row?.result);
    },
    takeDue: (limit, nudgedBefore, now) => database.rows(TAKE_DUE, [limit, new Date(nudgedBefore), new Date(now)]),
    async readings(revisionId) {
      type Row = { readings: readonly ImageReading[]; due: number; since: Date | null };
      const [row] = await database.repeatable<Row>(READINGS, [revisionId]);
      return { readings: row?.readings ?? [], due: row?.due ?? 0, since: row?.since?.getTime() ?? 0 };
    },
    async place(sourceId, noteId, index, revision) {
      const [row] = await database.repeatable<PlaceRow>(PLACE, [sourceId, noteId, index, revision]);
      if (row === undefined || !row.known) return null;
      return { erased: row.erased, due: row.due, blobKey: row.blob_key, sha256: row.sha256 };
    },
    async removable(limit, now) {
      const rows = await database.repeatable<{ blob_key: string }>(REMOVABLE, [limit, new Date(now)]);
      return rows.map((row) => row.blob_key);
    },
    async removed(keys) {
      await database.repeatable(REMOVED, [[...keys]]);
    },
  };
}

const claimOf = (row: ClaimRow): ImageClaim => ({
  revisionId: row.revision_id,
  index: row.index,
  noteId: row.note_id,
  sourceId: row.source_id,
  url: row.url,
  blobKey: row.blob_key,
  likely: [...new Set(row.likely)],
  epoch: row.epoch,
  crashes: row.crashes,
});

const completionOf = (claim: ImageClaim, { reading, blobKey, sha256 }: ImageResult, now: number) => ({
  revisionId: claim.revisionId,
  index: claim.index,
  epoch: claim.epoch,
  reading,
  pdq: foundIn(reading.hash)?.pdq ?? null,
  blobKey,
  sha256,
  now,
});
