/** Reading the record of what was done, and finding notes by their words. */
import { z } from 'zod';
import { storableText } from '../../usecases/note-input.js';
import { Cursor, Instant, Limit, Moment, pageOf } from './common.js';
import { NoteRowAnswer } from './note.js';

const Word = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u);
export const AuditQuery = z.strictObject({
  subject: Word.optional().describe('Id of a note, case, key or person'),
  actor: Word.optional().describe('Id or login of a person, id of a key, or part of the system'),
  verb: Word.optional().describe('Such as note.decided, case.seen, case.decided'),
  since: Moment.optional(),
  until: Moment.optional(),
  cursor: Cursor.optional(),
  limit: Limit,
});
const AuditAnswer = z
  .object({
    lane: z.string(),
    sequence: z.number().int(),
    at: Instant,
    actor: z.object({ kind: z.string(), id: z.string(), login: z.string().nullable() }),
    verb: z.string(),
    subject: z.string(),
    detail: z.record(z.string(), z.unknown()).describe('Ids, hashes, categories and versions; never text'),
    hash: z.string(),
    prevHash: z.string(),
  })
  .meta({ id: 'AuditEvent' });
export const AuditPage = pageOf(AuditAnswer).meta({ id: 'AuditPage' });
export const AuditVerified = z
  .object({
    checked: z.number().int(),
    broken: z
      .array(z.object({ lane: z.string(), sequence: z.number().int() }))
      .describe('First broken link of each lane'),
  })
  .meta({ id: 'AuditVerified' });

export const SearchQuery = z.strictObject({
  text: storableText(2_000)
    .min(1)
    .describe('The exact text of a note, or a piece of it of at least 3 characters; 2 of Chinese, Japanese or Korean'),
  limit: Limit,
});
export const SearchAnswer = z
  .object({
    exact: z.array(NoteRowAnswer).describe('Notes with just this text, of any age that is kept'),
    containing: z.array(NoteRowAnswer).describe('Notes that hold it, newest first, among the latest ones'),
    searched: z.number().int().describe('How many of the latest notes were looked through'),
    complete: z.boolean().describe('True: that was all of them'),
  })
  .meta({ id: 'NoteSearch' });
