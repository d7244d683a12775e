/** What stands around a note: its author's record, the same text, the same campaign. All bounded. */
import type { AuthorRecord, NoteRef, QueueRow, Restriction } from '../../../ports/review.js';
import type { Database } from '../database.js';

const SHOWN = 20;
const RECENT = 12;
const MOST_RESTRICTIONS = 200;

interface RefSql extends Omit<NoteRef, 'createdAt'> {
  readonly created_at: Date;
}
const refOf = ({ created_at, ...row }: RefSql): NoteRef => ({ ...row, createdAt: created_at.toISOString() });

const REF = `n.id AS "noteId", n.external_id AS "externalId", n.author_id AS "authorId", n.language, n.created_at, n.strongest,
  EXISTS (SELECT 1 FROM decisions d WHERE d.note_id = n.id AND d.superseded_by IS NULL AND d.by_kind = 'person') AS "byPerson",
  left(r.note->>'title', 120) AS title`;

export async function sameText(database: Database, row: QueueRow, textHash: string): Promise<readonly NoteRef[]> {
  const rows = await database.repeatable<RefSql>(
    `SELECT ${REF} FROM revisions x JOIN notes n ON n.id = x.note_id JOIN revisions r ON r.id = n.revision_id
     WHERE x.source_id = $1 AND x.text_hash = $2 AND x.note_id <> $3 AND n.revision_id = x.id
     ORDER BY n.created_at DESC LIMIT ${SHOWN}`,
    [row.sourceId, textHash, row.noteId],
  );
  return rows.map(refOf);
}

/** Revisions of the source that share a band of the signature of $1, the newest of each band. */
const campaignOf = (
  each: number,
): string => `SELECT DISTINCT near.revision_id FROM campaign_signatures own CROSS JOIN LATERAL (
         SELECT s.revision_id FROM campaign_signatures s
         WHERE s.source_id = own.source_id AND s.band = own.band AND s.revision_id <> own.revision_id
         ORDER BY s.at DESC LIMIT ${each}) near
       WHERE own.revision_id = $1`;

export async function sameCampaign(database: Database, row: QueueRow): Promise<readonly NoteRef[]> {
  const rows = await database.repeatable<RefSql>(
    `SELECT ${REF} FROM (${campaignOf(SHOWN)} LIMIT ${SHOWN * 4}) c
     JOIN revisions r ON r.id = c.revision_id JOIN notes n ON n.id = r.note_id AND n.revision_id = r.id
     WHERE n.id <> $2 ORDER BY n.created_at DESC LIMIT ${SHOWN}`,
    [row.revisionId, row.noteId],
  );
  return rows.map(refOf);
}

/** Newest copies that are looked at, of the text and in each band, and the notes that come of it. */
const LOOKED_AT = 1_000;
const MOST_SIMILAR = 500;

export async function similarNotes(database: Database, row: QueueRow): Promise<readonly string[]> {
  const rows = await database.repeatable<{ id: string }>(
    `WITH near AS (
       (SELECT x.id, x.note_id FROM revisions own JOIN revisions x ON x.source_id = own.source_id AND x.text_hash = own.text_hash
        WHERE own.id = $1 ORDER BY x.id DESC LIMIT ${LOOKED_AT})
       UNION
       SELECT r.id, r.note_id FROM (${campaignOf(LOOKED_AT)}) c JOIN revisions r ON r.id = c.revision_id)
     SELECT n.id FROM near JOIN notes n ON n.id = near.note_id AND n.revision_id = near.id
     WHERE n.id <> $2 AND EXISTS (SELECT 1 FROM cases c WHERE c.note_id = n.id AND c.state = 'open')
     ORDER BY n.id DESC LIMIT ${MOST_SIMILAR}`,
    [row.revisionId, row.noteId],
  );
  return rows.map(({ id }) => id);
}

export async function similarAmong(
  database: Database,
  row: QueueRow,
  caseIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await database.repeatable<{ id: string }>(
    `SELECT c.id FROM cases c JOIN notes n ON n.id = c.note_id JOIN revisions r ON r.id = n.revision_id, revisions own
     WHERE c.id = ANY ($2) AND own.id = $1 AND c.note_id <> own.note_id AND r.source_id = own.source_id
       AND (r.text_hash = own.text_hash OR EXISTS (
         SELECT 1 FROM campaign_signatures a JOIN campaign_signatures b ON b.source_id = a.source_id AND b.band = a.band
         WHERE a.revision_id = own.id AND b.revision_id = r.id))`,
    [row.revisionId, caseIds],
  );
  return new Set(rows.map(({ id }) => id));
}

interface AuthorSql {
  readonly id: string | null;
  readonly region: string | null;
  readonly account_at: Date | null;
  readonly verified: boolean | null;
  readonly account_type: string | null;
  readonly age_band: string | null;
  readonly notes: number;
}
interface RestrictionSql extends Omit<Restriction, 'at'> {
  readonly created_at: Date;
}

/** Strikes are worked out from what stands: an appeal that succeeds takes its strike away by itself. */
export async function authorOf(database: Database, sourceId: string, authorKey: string): Promise<AuthorRecord | null> {
  const values = [sourceId, authorKey];
  const [author] = await database.repeatable<AuthorSql>(
    `SELECT a.author_id AS id, a.region, a.account_at, a.verified, a.account_type, a.age_band,
       (SELECT count(*) FROM (SELECT 1 FROM notes n WHERE n.source_id = $1 AND n.author_key = $2 LIMIT 10000) x) AS notes
     FROM authors a WHERE a.source_id = $1 AND a.author_key = $2`,
    values,
  );
  if (author === undefined) return null;
  const restrictions = await database.repeatable<RestrictionSql>(
    `SELECT d.id AS "decisionId", d.note_id AS "noteId", d.category, d.action, d.severity, d.created_at
     FROM decisions d WHERE d.source_id = $1 AND d.author_key = $2 AND d.superseded_by IS NULL
       AND d.action NOT IN ('allow', 'warn', 'review')
     ORDER BY d.created_at DESC LIMIT ${MOST_RESTRICTIONS}`,
    values,
  );
  const recent = await database.repeatable<RefSql>(
    `SELECT ${REF} FROM notes n LEFT JOIN revisions r ON r.id = n.revision_id
     WHERE n.source_id = $1 AND n.author_key = $2 ORDER BY n.created_at DESC, n.id DESC LIMIT ${RECENT}`,
    values,
  );
  return {
    id: author.id,
    region: author.region,
    accountCreatedAt: author.account_at?.toISOString() ?? null,
    verified: author.verified,
    accountType: author.account_type,
    ageBand: author.age_band,
    notes: author.notes,
    restrictedNotes: new Set(restrictions.map(({ noteId }) => noteId)).size,
    restrictions: restrictions.map(({ created_at, ...row }) => ({ ...row, at: created_at.toISOString() })),
    recent: recent.map(refOf),
  };
}
