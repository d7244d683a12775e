/** Decided revisions with their evidence, page by page: what a backtest walks through. */
import type { Evidence, Note } from '../../domain.js';
import type { JudgedRevision, Page } from '../../ports/store.js';
import { cursorOf, pageOf, positionOf } from './cursor.js';
import type { Database } from './database.js';

interface JudgedRow {
  readonly id: string;
  readonly note_id: string;
  readonly external_id: string;
  readonly source_id: string;
  readonly revision: number;
  readonly note: Note;
  readonly accepted_at: Date;
  readonly decided_at: Date;
  readonly language: string | null;
  readonly evidence: Evidence;
  readonly decisions: JudgedRevision['decisions'];
  readonly human: JudgedRevision['human'];
  readonly stands: boolean;
}

/** By the primary key, which rises with time, so that each page begins where the last one ended. */
const JUDGED = {
  name: 'judged_revisions',
  text: `SELECT r.id, r.note_id, n.external_id, r.source_id, r.revision, r.note, r.accepted_at, r.decided_at, r.language, e.evidence,
      coalesce((SELECT json_agg(json_build_object('regions', d.regions, 'action', d.action, 'category', d.category) ORDER BY d.sequence, d.id)
        FROM decisions d WHERE d.note_id = r.note_id AND d.revision_id = r.id AND d.by_kind = 'policy'), '[]') AS decisions,
      coalesce((SELECT json_agg(json_build_object('regions', h.regions, 'action', h.action) ORDER BY h.created_at, h.id)
        FROM human_decisions h WHERE h.note_id = r.note_id AND h.revision_id = r.id AND h.undone_at IS NULL), '[]') AS human,
      r.state IN ('decided', 'held') AND n.revision_id = r.id AS stands
    FROM revisions r JOIN notes n ON n.id = r.note_id JOIN LATERAL (
      SELECT evidence FROM evidence WHERE revision_id = r.id AND evidence IS NOT NULL
      ORDER BY created_at DESC LIMIT 1) e ON true
    WHERE r.id > $1 AND r.decided_at >= $2 AND r.note IS NOT NULL AND ($3::text IS NULL OR r.source_id = $3)
    ORDER BY r.id LIMIT $4`,
};

export async function judgedPage(
  database: Database,
  ask: {
    readonly sourceId: string | null;
    readonly since: number;
    readonly cursor: string | null;
    readonly limit: number;
  },
): Promise<Page<JudgedRevision>> {
  const after = positionOf('judged', ask.cursor)?.id ?? '';
  const values = [after, new Date(ask.since), ask.sourceId, ask.limit + 1];
  const rows = await database.repeatable<JudgedRow>(JUDGED, values);
  return pageOf(rows, ask.limit, judgedOf, (row) => cursorOf('judged', row.decided_at, row.id));
}

const judgedOf = (row: JudgedRow): JudgedRevision => ({
  revisionId: row.id,
  noteId: row.note_id,
  externalId: row.external_id,
  sourceId: row.source_id,
  revision: row.revision,
  note: row.note,
  acceptedAt: row.accepted_at.toISOString(),
  decidedAt: row.decided_at.toISOString(),
  language: row.language,
  evidence: row.evidence,
  decisions: row.decisions,
  human: row.human,
  stands: row.stands,
});
