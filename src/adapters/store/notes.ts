/** Reading and erasing notes. */

import { sha256Hex } from '../../domain/sha256.js';
import type { NoteStatus } from '../../domain.js';
import type { Kept, KeptNote, NoteFilter, NotesStore, NoteView } from '../../ports/store.js';
import type { Ids } from '../../ports.js';
import { acceptWith } from './accept.js';
import { cursorOf, pageOf, positionOf } from './cursor.js';
import type { Database } from './database.js';
import { judgedPage } from './judged.js';
import {
  DECISION_JSON,
  type DecisionJson,
  decisionOf,
  type NoteRowSql,
  noteRowOf,
  type RevisionJson,
  revisionOf,
  stateOf,
  statusOf,
} from './note-rows.js';

interface ViewRow {
  readonly id: string;
  readonly external_id: string;
  readonly state: string;
  readonly created_at: Date;
  readonly revisions: readonly RevisionJson[];
  readonly decisions: readonly DecisionJson[];
}

const VIEW = {
  name: 'note_view',
  text: `SELECT n.id, n.external_id, n.state, n.created_at,
    coalesce((SELECT json_agg(json_build_object('revisionId', r.id, 'revision', r.revision,
        'contentHash', r.content_hash, 'state', r.state, 'acceptedAt', iso(r.accepted_at),
        'decidedAt', iso(r.decided_at), 'note', r.note, 'evidence', e.evidence, 'trace', e.trace) ORDER BY r.revision)
      FROM revisions r LEFT JOIN LATERAL (
        SELECT evidence, trace FROM evidence WHERE revision_id = r.id ORDER BY created_at DESC LIMIT 1) e ON true
      WHERE r.note_id = n.id), '[]') AS revisions,
    coalesce((SELECT json_agg(${DECISION_JSON} ORDER BY d.sequence, d.id)
      FROM decisions d WHERE d.note_id = n.id), '[]') AS decisions
  FROM notes n WHERE n.id = $1 AND ($2::text IS NULL OR n.source_id = $2)`,
};

/** An erasure of this very moment is ours, its answer was lost. */
const ERASE = `SELECT erase_note($1, $2, $3, $4, $5, $6)
  OR (SELECT coalesce(erased_at = $6, false) FROM notes WHERE id = $2) AS erased, note_kept($2, true) AS kept`;

export function notesWith(database: Database, ids: Ids, keySeconds: number): NotesStore {
  async function eraseOne(sourceId: string | null, noteId: string, ...[actor, now]: Erasure) {
    const values = [sourceId, noteId, ids.next('evt'), actor.kind, actor.id, new Date(now)];
    const [row] = await database.repeatable<{ erased: boolean | null; kept: readonly Kept[] }>(ERASE, values);
    return row === undefined || row.erased === null ? null : { erased: row.erased, kept: row.kept };
  }
  return {
    ...acceptWith(database, ids, keySeconds),
    async get(sourceId, noteId) {
      const [row] = await database.repeatable<ViewRow>(VIEW, [noteId, sourceId]);
      return row === undefined ? null : viewOf(row);
    },
    async list(sourceId, filter, cursor, limit) {
      const { text, values } = listQuery(sourceId, filter, cursor, limit);
      const rows = await database.repeatable<NoteRowSql>(text, values);
      return pageOf(rows, limit, noteRowOf, (row) => cursorOf('notes', row.created_at, row.id));
    },
    judged: (sourceId, since, cursor, limit) => judgedPage(database, { sourceId, since, cursor, limit }),
    erase: (sourceId, noteId, actor, now) => eraseOne(sourceId, noteId, actor, now),
    async eraseAuthor(sourceId, authorId, actor, now) {
      const key = sha256Hex(authorId);
      const known = await database.repeatable<{ id: string | null }>(AUTHORED, [sourceId, key]);
      if (known.length === 0) return null;
      let notes = 0;
      const kept: KeptNote[] = [];
      // Note by note, so that no transaction holds more than one lane of the audit.
      for (const { id } of known) {
        const result = id === null ? null : await eraseOne(sourceId, id, actor, now);
        if (result?.erased === true) notes += 1;
        if (id !== null && result !== null && result.kept.length > 0) kept.push({ noteId: id, kept: result.kept });
      }
      await database.repeatable(FORGET_AUTHOR, [
        sourceId,
        key,
        actor.kind,
        actor.id,
        // A salt that is kept nowhere: the subject names one erasure, not one person.
        sha256Hex(`${ids.secret(16)}${key}`),
        JSON.stringify({ sourceId, notes }),
        new Date(now),
      ]);
      return { notes, kept };
    },
  };
}

type Erasure = [actor: { readonly kind: string; readonly id: string }, now: number];

/** An author may have no note, and a note that came in beside an erasure may have no row of its author. */
const AUTHORED = `SELECT NULL AS id FROM authors WHERE source_id = $1 AND author_key = $2
  UNION ALL SELECT id FROM notes WHERE source_id = $1 AND author_key = $2
  UNION ALL SELECT note_id FROM other_authors WHERE source_id = $1 AND author_key = $2`;
const FORGET_AUTHOR = `WITH author AS (DELETE FROM authors WHERE source_id = $1 AND author_key = $2),
  signature AS (DELETE FROM campaign_signatures WHERE source_id = $1 AND author_key = $2)
  SELECT audit_once($3, $4, 'author.erased', 'author:' || $5, $6, $7)`;

/** Conditions beside the source; each names its parameter as `?`. */
const CONDITIONS: { readonly [K in keyof NoteFilter]-?: string } = {
  externalId: 'n.external_hash = ?',
  authorId: 'n.author_key = ?',
  textHash:
    'EXISTS (SELECT 1 FROM revisions x WHERE x.note_id = n.id AND x.source_id = n.source_id AND x.text_hash = ?)',
  action:
    'EXISTS (SELECT 1 FROM decisions d WHERE d.note_id = n.id AND d.superseded_by IS NULL AND d.action = ? AND ($REGION IS NULL OR $REGION = ANY (d.regions)))',
  region:
    'EXISTS (SELECT 1 FROM decisions d WHERE d.note_id = n.id AND d.superseded_by IS NULL AND ? = ANY (d.regions))',
  language: 'n.language = ?',
  status: 'n.state = ?',
};

function listQuery(sourceId: string | null, filter: NoteFilter, cursor: string | null, limit: number) {
  const values: unknown[] = [limit + 1];
  const bind = (value: unknown): string => `$${values.push(value)}::text`;
  const conditions: string[] = [];
  if (sourceId !== null) conditions.push(`n.source_id = ${bind(sourceId)}`);
  const region = bind(filter.region ?? null);
  for (const key of Object.keys(CONDITIONS) as (keyof NoteFilter)[]) {
    const value = filter[key];
    if (value === undefined) continue;
    conditions.push(CONDITIONS[key].replace('?', bind(filterValue(key, value))).replaceAll('$REGION', region));
  }
  const position = positionOf('notes', cursor);
  if (position !== null) {
    const at = `$${values.push(position.at)}::timestamptz`;
    conditions.push(`(n.created_at, n.id) < (${at}, ${bind(position.id)})`);
  }
  const text = `SELECT n.id, n.external_id, n.state, n.revision, n.author_id, n.language, n.strongest, n.created_at,
      n.decided_at, r.note->>'title' AS title
    FROM notes n JOIN revisions r ON r.id = n.revision_id
    WHERE ${[`${region} IS NOT DISTINCT FROM ${region}`, ...conditions].join(' AND ')}
    ORDER BY n.created_at DESC, n.id DESC LIMIT $1`;
  return { text, values };
}

function filterValue(key: keyof NoteFilter, value: string): string {
  if (key === 'externalId' || key === 'authorId') return sha256Hex(value);
  return key === 'status' ? stateOf(value as NoteStatus) : value;
}

const viewOf = (row: ViewRow): NoteView => ({
  noteId: row.id,
  externalId: row.external_id,
  status: statusOf(row.state),
  createdAt: row.created_at.toISOString(),
  revisions: row.revisions.map(revisionOf),
  decisions: row.decisions.map(decisionOf),
});
