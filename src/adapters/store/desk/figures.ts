/** Figures of the start page, the look-up of notes by their words, the record by filters, and what ran out. */

import { sha256Hex } from '../../../domain/sha256.js';
import { HOUR_MS } from '../../../domain.js';
import type { DeskStore, RanOut, Statistics } from '../../../ports/review.js';
import type { Ids } from '../../../ports.js';
import type { Database } from '../database.js';
import { DECISION_JSON, type DecisionJson, decisionOf, type NoteRowSql, noteRowOf } from '../note-rows.js';
import { auditPage } from '../records.js';

/** Rows of one kind that are counted at most, the latest first; beyond, the answer says so. */
const MOST_ROWS = 200_000;
/** Latest revisions whose words are looked through. */
const SEARCHED = 20_000;

type Figures = Pick<DeskStore, 'statistics' | 'search' | 'audit' | 'hidden' | 'ranOut' | 'openOverdue'>;

export const figuresWith = (database: Database, ids: Ids): Figures => ({
  statistics: (days, now) => statisticsOf(database, days, now),
  async search(text, limit) {
    const hashes = [sha256Hex(text), sha256Hex(`\n${text}`), sha256Hex(text.replace(/\n?$/, '\n'))];
    const exact = await database.repeatable<NoteRowSql>(
      `SELECT ${ROW} FROM notes n JOIN revisions r ON r.id = n.revision_id
       WHERE EXISTS (SELECT 1 FROM revisions x WHERE x.note_id = n.id AND x.text_hash = ANY ($1))
         AND n.id IN (SELECT x.note_id FROM revisions x WHERE x.text_hash = ANY ($1) LIMIT 1000)
       ORDER BY n.created_at DESC, n.id DESC LIMIT $2`,
      [hashes, limit],
    );
    const [part] = await database.repeatable<{ searched: number; items: readonly string[] }>(
      `WITH latest AS MATERIALIZED (SELECT r.id, r.note_id, r.note FROM notes n JOIN revisions r ON r.id = n.revision_id
           WHERE r.note IS NOT NULL ORDER BY n.created_at DESC, n.id DESC LIMIT ${SEARCHED}),
         hits AS (SELECT note_id FROM latest WHERE position(lower($1) IN lower((note->>'title') || E'\\n' || (note->>'body'))) > 0 LIMIT $2)
       SELECT (SELECT count(*) FROM latest) AS searched, coalesce((SELECT json_agg(note_id) FROM hits), '[]') AS items`,
      [text, limit],
    );
    const containing = await database.repeatable<NoteRowSql>(
      `SELECT ${ROW} FROM notes n JOIN revisions r ON r.id = n.revision_id WHERE n.id = ANY ($1)
       ORDER BY n.created_at DESC, n.id DESC`,
      [part?.items ?? []],
    );
    const searched = part?.searched ?? 0;
    return {
      exact: exact.map(noteRowOf),
      containing: containing.map(noteRowOf),
      searched,
      complete: searched < SEARCHED,
    };
  },
  audit: (filter, cursor, limit) => auditPage(database, filter, cursor, limit),
  async hidden({ userId, desks }, noteIds) {
    const rows = await database.repeatable<{ note_id: string }>(
      `SELECT c.note_id FROM cases c WHERE c.note_id = ANY ($1::text[]) GROUP BY c.note_id
       HAVING bool_and(c.desk <> ALL ($2::text[]) AND NOT EXISTS (SELECT 1 FROM case_opinions o
         WHERE o.case_id = c.id AND o.of_user = $3 AND o.answered_at IS NULL))`,
      [noteIds, desks, userId],
    );
    return new Set(rows.map(({ note_id }) => note_id));
  },
  async ranOut(now, limit) {
    const rows = await database.repeatable<{ json: DecisionJson; note_id: string; reach: number }>(
      `SELECT ${DECISION_JSON} AS json, d.note_id, coalesce((r.note->'context'->>'reach')::bigint, 0) AS reach
       FROM decisions d JOIN notes n ON n.id = d.note_id AND n.revision_id = d.revision_id AND n.state IN ('decided', 'held')
       JOIN revisions r ON r.id = d.revision_id
       WHERE d.superseded_by IS NULL AND d.ends_at <= $1
         AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.note_id = d.note_id AND c.state = 'open'
           AND c.reason NOT IN ('appeal', 'report') AND c.regions && d.regions)
         AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.note_id = d.note_id AND c.decision_id = d.id AND c.reason = 'overdue')
       ORDER BY d.ends_at LIMIT $2`,
      [new Date(now), limit],
    );
    return rows.map(({ json, note_id, reach }): RanOut => ({ decision: decisionOf(json), noteId: note_id, reach }));
  },
  async openOverdue({ decision, noteId }, terms, now) {
    const json = JSON.stringify({
      caseId: ids.next('case'),
      noteId,
      decisionId: decision.decisionId,
      regions: decision.regions,
      severity: terms.severity,
      category: terms.category,
      terms,
      now,
    });
    const [row] = await database.rows<{ opened: boolean }>(
      `SELECT desk_overdue($1::jsonb || (SELECT jsonb_build_object('revisionId', d.revision_id, 'revision', d.revision,
         'noteLanguage', n.language) FROM decisions d JOIN notes n ON n.id = d.note_id WHERE d.id = $2)) AS opened`,
      [json, decision.decisionId],
    );
    return row?.opened ?? false;
  },
});

const ROW = `n.id, n.external_id, n.state, n.revision, n.author_id, n.language, n.strongest, n.created_at, n.decided_at,
  r.note->>'title' AS title`;

type Parts = Omit<Statistics, 'from' | 'to' | 'bucketHours' | 'limited'> & { readonly counted: number };

/** `$1` from, `$2` to, `$3` width of a bucket in seconds. Buckets begin on round hours or days of UTC. */
const bucket = (column: string): string =>
  `iso(to_timestamp(floor(extract(epoch FROM ${column}) / $3::int) * $3::int))`;
const list = (select: string): string => `(SELECT coalesce(json_agg(x), '[]') FROM (${select}) x)`;
const STATISTICS = {
  name: 'statistics',
  text: `WITH notes_in AS MATERIALIZED (SELECT decided_at, language FROM notes WHERE decided_at >= $1 AND decided_at < $2
      ORDER BY decided_at DESC LIMIT ${MOST_ROWS}),
    made AS MATERIALIZED (SELECT created_at, regions, action FROM decisions WHERE created_at >= $1 AND created_at < $2
      ORDER BY created_at DESC LIMIT ${MOST_ROWS}),
    done AS MATERIALIZED (SELECT opened_at, closed_at, due_at, regions FROM cases
      WHERE state = 'closed' AND closed_at >= $1 AND closed_at < $2 AND outcome = 'decided' ORDER BY closed_at DESC LIMIT ${MOST_ROWS}),
    acts AS MATERIALIZED (SELECT created_at, user_id, seconds, undone_at, submission_id FROM human_decisions
      WHERE created_at >= $1 AND created_at < $2 ORDER BY created_at DESC LIMIT ${MOST_ROWS})
  SELECT json_build_object(
    'open', (SELECT count(*) FROM cases WHERE state = 'open'),
    'unclaimed', (SELECT count(*) FROM cases WHERE state = 'open' AND (lease_until IS NULL OR lease_until <= $2)),
    'overdue', (SELECT count(*) FROM cases WHERE state = 'open' AND due_at <= $2),
    'oldestOpenedAt', (SELECT iso(min(opened_at)) FROM cases WHERE state = 'open'),
    'byDesk', ${list(`SELECT desk, count(*) FROM cases WHERE state = 'open' GROUP BY 1 ORDER BY 1`)}) AS backlog,
  json_build_object(
    'met', (SELECT count(*) FROM done WHERE closed_at <= due_at), 'missed', (SELECT count(*) FROM done WHERE closed_at > due_at),
    'medianMinutes', (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - opened_at) / 60) FROM done),
    'byRegion', ${list(`SELECT r AS region, count(*) FILTER (WHERE closed_at <= due_at) AS met,
        count(*) FILTER (WHERE closed_at > due_at) AS missed FROM done, unnest(regions) r GROUP BY 1 ORDER BY 1 LIMIT 300`)}) AS clocks,
  json_build_object(
    'total', ${list(`SELECT ${bucket('decided_at')} AS at, count(*) AS decided FROM notes_in GROUP BY 1 ORDER BY 1`)},
    'byLanguage', ${list(`SELECT ${bucket('decided_at')} AS at, coalesce(language, 'und') AS language, count(*) FROM notes_in GROUP BY 1, 2 ORDER BY 1, 2`)},
    'byRegion', ${list(`SELECT ${bucket('created_at')} AS at, r AS region, count(*) FROM made, unnest(regions) r GROUP BY 1, 2 ORDER BY 1, 2`)},
    'byAction', ${list(`SELECT ${bucket('created_at')} AS at, action, count(*) FROM made GROUP BY 1, 2 ORDER BY 1, 2`)}) AS volume,
  json_build_object(
    'decided', ${list(`SELECT ${bucket('created_at')} AS at, count(DISTINCT submission_id) AS count, count(DISTINCT user_id) AS persons
        FROM acts WHERE undone_at IS NULL GROUP BY 1 ORDER BY 1`)},
    'medianSeconds', (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM acts WHERE undone_at IS NULL),
    'undone', (SELECT count(DISTINCT submission_id) FROM acts WHERE undone_at IS NOT NULL)) AS people,
  (SELECT json_build_object('open', count(*) FILTER (WHERE state = 'open'), 'upheld', count(*) FILTER (WHERE state = 'upheld'),
    'overturned', count(*) FILTER (WHERE state = 'overturned'),
    'other', count(*) FILTER (WHERE state NOT IN ('open', 'upheld', 'overturned'))) FROM appeals WHERE received_at >= $1) AS appeals,
  (SELECT json_build_object('open', count(*) FILTER (WHERE state = 'open'), 'actioned', count(*) FILTER (WHERE state = 'actioned'),
    'noAction', count(*) FILTER (WHERE state = 'no_action')) FROM reports WHERE received_at >= $1) AS reports,
  greatest((SELECT count(*) FROM notes_in), (SELECT count(*) FROM made), (SELECT count(*) FROM done), (SELECT count(*) FROM acts)) AS counted`,
};

async function statisticsOf(database: Database, days: number, now: number): Promise<Statistics> {
  const bucketHours = days <= 2 ? 1 : 24;
  const widthMs = bucketHours * HOUR_MS;
  // Whole buckets: the first one is not cut in half.
  const from = Math.floor((now - days * 24 * HOUR_MS) / widthMs + 1) * widthMs;
  const values = [new Date(from), new Date(now), bucketHours * 3_600];
  const [row] = await database.repeatable<Parts>(STATISTICS, values);
  if (row === undefined) throw new Error('a statement without a row');
  const { counted, ...parts } = row;
  return {
    from: new Date(from).toISOString(),
    to: new Date(now).toISOString(),
    bucketHours,
    ...parts,
    limited: counted >= MOST_ROWS,
  };
}
