import type { StoredTranslation, TranslationsStore, UntranslatedRevision } from '../../ports/translation.js';
import type { Database } from './database.js';

const MOST_TRIES = 3;

const FIND = {
  name: 'translations_find',
  text: `SELECT t.source_id AS "sourceId", t.content_hash AS "contentHash", t.from_tag AS "from", t.to_tag AS "to", t.model,
      t.glossary, t.note_id AS "noteId", t.revision_id AS "revisionId", t.segments
    FROM jsonb_to_recordset($1::jsonb) AS k("sourceId" text, "contentHash" text, "from" text, "to" text, model text, glossary text)
    JOIN translations t ON t.source_id = k."sourceId" AND t.content_hash = k."contentHash" AND t.from_tag = k."from"
      AND t.to_tag = k."to" AND t.model = k.model AND t.glossary = k.glossary`,
};
const SAVE = { name: 'translations_save', text: 'SELECT translations_save($1::jsonb) AS kept' };

/** Which of them need a translation is found by reading them. */
const UNTRANSLATED = {
  name: 'translations_untranslated',
  text: `SELECT r.id AS "revisionId", r.note_id AS "noteId", r.source_id AS "sourceId", c.regions, r.note, e.evidence
    FROM (SELECT revision_id, min(opened_at) AS opened_at, array_agg(DISTINCT region) AS regions
      FROM cases, unnest(regions) AS region WHERE state = 'open' GROUP BY revision_id) c
    JOIN revisions r ON r.id = c.revision_id AND r.note IS NOT NULL
    LEFT JOIN LATERAL (SELECT evidence FROM evidence WHERE revision_id = r.id ORDER BY created_at DESC LIMIT 1) e ON true
    WHERE NOT EXISTS (SELECT 1 FROM translation_tries t WHERE t.revision_id = r.id AND t.to_tag = $1 AND t.model = $2
      AND (t.done OR t.tries >= ${MOST_TRIES}))
    ORDER BY c.opened_at, r.id LIMIT $3`,
};
const TRIED = {
  name: 'translations_tried',
  text: `INSERT INTO translation_tries (revision_id, to_tag, model, note_id, tries, done, tried_at)
    SELECT $1, $2, $3, $4, 1, $5, $6 WHERE EXISTS (SELECT 1 FROM revisions WHERE id = $1 AND note IS NOT NULL)
    ON CONFLICT (revision_id, to_tag, model) DO UPDATE SET tries = translation_tries.tries + 1, done = EXCLUDED.done,
      tried_at = EXCLUDED.tried_at`,
};

export const translationsWith = (database: Database): TranslationsStore => ({
  find: async (keys) => (keys.length === 0 ? [] : database.repeatable<StoredTranslation>(FIND, [JSON.stringify(keys)])),
  async save(rows, now) {
    const [first] = rows;
    if (first === undefined) return true;
    const order = JSON.stringify({ revisionId: first.revisionId, rows, now });
    const [row] = await database.repeatable<{ kept: boolean }>(SAVE, [order]);
    return row?.kept ?? false;
  },
  untranslated: ({ to, model }, limit) => database.repeatable<UntranslatedRevision>(UNTRANSLATED, [to, model, limit]),
  async recordTry({ revisionId, noteId, to, model, done }, now) {
    await database.rows(TRIED, [revisionId, to, model, noteId, done, new Date(now)]);
  },
});
