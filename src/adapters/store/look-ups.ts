/** Stored pictures by their hashes, for looking them up again, and how far that went. */
import type { HashedPicture, LookUpProgress, LookUpsStore } from '../../ports/banks.js';
import type { Database } from './database.js';

const PROGRESS = {
  name: 'look_ups_progress',
  text: `SELECT version, looked_up AS "lookedUp", target, place_revision AS "revisionId", place_index AS index
    FROM image_banks_version WHERE id = 1`,
};
const KEEP = {
  name: 'look_ups_keep',
  text: `UPDATE image_banks_version SET looked_up = $1, target = $2, place_revision = $3, place_index = $4 WHERE id = 1`,
};
const HASHED = {
  name: 'look_ups_hashed',
  text: `SELECT i.revision_id AS "revisionId", i.index, i.source_id AS "sourceId", i.reading->'hash'->'value' AS hash,
      ARRAY (SELECT f->>'detector' FROM evidence e
        CROSS JOIN jsonb_array_elements(e.evidence->'images'->'value'->'findings') AS f
        WHERE e.revision_id = i.revision_id AND f->>'source' = 'image_hash' AND f->>'part' = 'image:' || i.index) AS known
    FROM images i JOIN revisions r ON r.id = i.revision_id JOIN notes n ON n.revision_id = r.id AND n.id = r.note_id
    WHERE i.created_at >= $1 AND i.pdq IS NOT NULL AND i.reading->'hash'->>'status' = 'found'
      AND r.state IN ('decided', 'held') AND r.note IS NOT NULL
      AND ($2::text IS NULL OR (i.revision_id, i.index) > ($2, $3::int))
    ORDER BY i.revision_id, i.index LIMIT $4`,
};
const AGAIN = { name: 'look_ups_again', text: 'SELECT image_look_again($1::jsonb) AS count' };

interface ProgressRow extends Omit<LookUpProgress, 'place'> {
  readonly revisionId: string | null;
  readonly index: number | null;
}

export function lookUpsWith(database: Database): LookUpsStore {
  return {
    async progress() {
      const [row] = await database.repeatable<ProgressRow>(PROGRESS, []);
      if (row === undefined) return { version: 0, lookedUp: 0, target: null, place: null };
      const { revisionId, index, ...rest } = row;
      return { ...rest, place: revisionId === null || index === null ? null : { revisionId, index } };
    },
    async keep({ lookedUp, target, place }) {
      await database.repeatable(KEEP, [lookedUp, target, place?.revisionId ?? null, place?.index ?? null]);
    },
    hashed: (since, after, limit) =>
      database.repeatable<HashedPicture>(HASHED, [
        new Date(since),
        after?.revisionId ?? null,
        after?.index ?? null,
        limit,
      ]),
    async again(revisionIds, actor, order) {
      const json = { revisionIds: [...revisionIds], actorKind: actor.kind, actorId: actor.id, ...order };
      const [row] = await database.rows<{ count: number }>(AGAIN, [JSON.stringify(json)]);
      return row?.count ?? 0;
    },
  };
}
