/** Accepting notes: one call of a SQL function, one transaction. */
import { sha256Hex } from '../../domain/sha256.js';
import { ERROR_CODES, type ErrorCode, InvalidInputError } from '../../errors.js';
import type { Accepted, AcceptNote, NotesStore } from '../../ports/store.js';
import type { Ids } from '../../ports.js';
import type { Database } from './database.js';
import { textHashOf } from './hashes.js';
import { isKeyHeld } from './idempotency.js';

const ACCEPT = { name: 'accept_note', text: 'SELECT kind, note_id, revision_id, revision FROM accept_note($1::jsonb)' };
const ACCEPT_MANY = {
  name: 'accept_notes',
  text: 'SELECT kind, note_id, revision_id, revision, failure FROM accept_notes($1::jsonb)',
};
/** Notes of one transaction: enough to save round trips, few enough to hold locks for a moment only. */
const CHUNK = 100;

interface AcceptRow {
  readonly kind: Accepted['kind'] | 'failed';
  readonly note_id: string;
  readonly revision_id: string;
  readonly revision: number;
  readonly failure?: string | null;
}
type Failed = { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };

export function acceptWith(
  database: Database,
  ids: Ids,
  keySeconds: number,
): Pick<NotesStore, 'accept' | 'acceptMany'> {
  const toJson = (input: AcceptNote) => JSON.stringify(rowOf(input, ids, keySeconds));

  async function accept(input: AcceptNote): Promise<Accepted> {
    const json = storable(toJson(input));
    const rows = await database.repeatable<AcceptRow>(ACCEPT, [json]).catch((error: unknown) => {
      if (input.idempotency !== null && isKeyHeld(error)) return null;
      throw error;
    });
    const row = rows === null ? undefined : rows[0];
    return row === undefined ? { kind: 'key_in_progress' } : (acceptedOf(row) as Accepted);
  }

  async function acceptMany(inputs: readonly AcceptNote[]): Promise<readonly (Accepted | Failed)[]> {
    const results: (Accepted | Failed)[] = new Array(inputs.length);
    const rows: { readonly at: number; readonly order: string; readonly json: string }[] = [];
    inputs.forEach((input, at) => {
      const json = toJson(input);
      if (isUnstorable(json)) results[at] = failed('text_unstorable');
      else rows.push({ at, order: sha256Hex(`${input.sourceId}\n${input.externalId}`), json });
    });
    // Two batches that meet lock the same rows in the same order; equal ids keep the order of the batch.
    rows.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : a.at - b.at));
    for (let from = 0; from < rows.length; from += CHUNK) {
      const chunk = rows.slice(from, from + CHUNK);
      const answers = await database.repeatable<AcceptRow>(ACCEPT_MANY, [`[${chunk.map(({ json }) => json).join()}]`]);
      chunk.forEach(({ at }, i) => {
        const answer = answers[i];
        results[at] = answer === undefined ? failed('internal') : acceptedOf(answer);
      });
    }
    return results;
  }
  return { accept, acceptMany };
}

function rowOf(input: AcceptNote, ids: Ids, keySeconds: number): Record<string, unknown> {
  const authorId = input.note.author?.id;
  return {
    sourceId: input.sourceId,
    externalId: input.externalId,
    externalHash: sha256Hex(input.externalId),
    authorKey: authorId === undefined ? null : sha256Hex(authorId),
    noteId: ids.next('note'),
    revisionId: ids.next('rev'),
    salt: ids.secret(16),
    note: input.note,
    contentHash: input.contentHash,
    textHash: textHashOf(input.note),
    repaired: input.repaired,
    keyHash: input.idempotency === null ? null : sha256Hex(input.idempotency.key),
    fingerprint: input.idempotency?.fingerprint ?? null,
    keySeconds,
    now: input.now,
  };
}

function acceptedOf(row: AcceptRow): Accepted | Failed {
  switch (row.kind) {
    case 'created':
    case 'revised':
    case 'unchanged':
    case 'replayed':
      return { kind: row.kind, noteId: row.note_id, revisionId: row.revision_id, revision: row.revision };
    case 'key_reused':
    case 'key_in_progress':
      return { kind: row.kind };
    case 'failed':
      return failed(row.failure?.startsWith('22') === true ? 'body_invalid' : 'internal');
  }
}

const failed = (code: ErrorCode): Failed => ({ kind: 'failed', code, message: ERROR_CODES[code].title });

/**
 * PostgreSQL stores neither NUL nor half a surrogate pair. In JSON both stand as an escape, and an
 * escape is real when an even number of backslashes precedes it.
 */
const isUnstorable = (json: string): boolean =>
  json.includes('\\u') && /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/i.test(json);

/** The edge repairs or refuses such text; what reaches this line is a defect of the edge, and still not stored. */
export function storable(json: string): string {
  if (isUnstorable(json)) throw new InvalidInputError('text_unstorable', ERROR_CODES.text_unstorable.title);
  return json;
}
