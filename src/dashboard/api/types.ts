/** The API's own schemas give the types; nothing is written twice. */
import type { z } from 'zod';
import type { NoteAnswer, NotePage } from '../../api/schemas/note.js';
import type { Overview, User } from '../../ports-store.js';

export type NoteDetail = NoteAnswer;
export type NotesPage = z.infer<typeof NotePage>;
export type NoteRow = NotesPage['items'][number];
export type NoteRevision = NoteAnswer['revisions'][number];
export type NoteDecision = NoteAnswer['decisions'][number];
export type NoteFinding = NonNullable<NoteRevision['evidence']>['findings'][number];
export type NoteTrace = NoteRevision['trace'];
export type OverviewFigures = Overview;
export interface SessionView {
  readonly user: User;
  readonly csrfToken: string;
}
