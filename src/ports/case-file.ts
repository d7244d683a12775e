/** Everything about one case. */
import type { CategoryId } from '../categories.js';
import type { Action, Evidence, Ground, LanguageTag, Note, RegionId } from '../domain.js';
import type { Appeal, Report } from './pleas.js';
import type { PersonRef, QueueRow } from './queue.js';
import type { Kept, StoredDecision } from './store.js';

export interface Comment {
  readonly id: string;
  readonly by: PersonRef;
  readonly text: string;
  readonly at: string;
}
export interface Opinion {
  readonly id: string;
  readonly by: PersonRef;
  readonly of: PersonRef;
  readonly blind: boolean;
  readonly question: string;
  readonly askedAt: string;
  readonly text: string | null;
  readonly action: string | null;
  readonly answeredAt: string | null;
}
export interface PersonDecision {
  readonly submissionId: string;
  readonly caseId: string | null;
  readonly decisionId: string | null;
  readonly by: PersonRef;
  readonly action: Action;
  readonly regions: readonly RegionId[];
  readonly category: CategoryId | null;
  readonly ground: Ground | null;
  readonly reason: string | null;
  readonly outcome: string | null;
  readonly seconds: number | null;
  readonly at: string;
  readonly undoUntil: string | null;
  readonly undoneAt: string | null;
}
export interface NoteRef {
  readonly noteId: string;
  readonly externalId: string;
  readonly authorId: string | null;
  readonly language: LanguageTag | null;
  readonly createdAt: string;
  readonly strongest: Action | null;
  readonly byPerson: boolean;
  readonly title: string | null;
}
/** A decision that holds and restricts: the stuff of strikes. */
export interface Restriction {
  readonly decisionId: string;
  readonly noteId: string;
  readonly category: CategoryId | null;
  readonly action: Action;
  readonly severity: number;
  readonly at: string;
}
export interface AuthorRecord {
  readonly id: string | null;
  readonly region: RegionId | null;
  readonly accountCreatedAt: string | null;
  readonly verified: boolean | null;
  readonly accountType: string | null;
  readonly ageBand: string | null;
  readonly notes: number;
  readonly restrictedNotes: number;
  readonly restrictions: readonly Restriction[];
  readonly recent: readonly NoteRef[];
}
export interface CaseImage {
  readonly index: number;
  readonly url: string | null;
}
/** Everything about a case that is stored. */
export interface CaseFile {
  readonly row: QueueRow;
  readonly newestRevisionId: string;
  readonly noteStatus: string;
  readonly note: Note | null;
  readonly acceptedAt: string;
  readonly decidedAt: string | null;
  readonly evidence: Evidence | null;
  readonly bundleHash: string | null;
  /** Of the revision, oldest first. */
  readonly decisions: readonly StoredDecision[];
  readonly people: readonly PersonDecision[];
  readonly comments: readonly Comment[];
  readonly opinions: readonly Opinion[];
  readonly author: AuthorRecord | null;
  readonly sameText: readonly NoteRef[];
  readonly campaign: readonly NoteRef[];
  readonly appeal: Appeal | null;
  readonly reports: readonly Report[];
  readonly others: readonly QueueRow[];
  /** What the law says to keep of the revision at present. */
  readonly holds: readonly Kept[];
}
