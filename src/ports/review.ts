/** Words and port of the review desk: cases, claims, decisions of people, appeals, reports, rights. */
import type { CaseClock, CaseReason, CaseTerms, Desk, LanguageTag } from '../domain.js';
import type { HashBanksPart } from './banks.js';
import type { CaseFile, Comment, Opinion } from './case-file.js';
import type { AuditFilter, PeopleStore, Statistics } from './people.js';
import type { Appeal, NewAppeal, NewReport, PleaFilter, PleaNote, PleaResult, RanOut, Report } from './pleas.js';
import type { PolicyPart } from './policy.js';
import type { CaseCounts, CaseFilter, ClaimResult, Hold, Lease, QueueRow, Sight } from './queue.js';
import type { Actor, AuditEvent, NoteRow, Page, Store, StoredDecision } from './store.js';
import type { TranslationsPart } from './translation.js';
import type { Submission, SubmitResult, Undoable, UndoResult } from './verdicts.js';

export { CASE_REASONS, DESKS } from '../domain.js';
export * from './case-file.js';
export * from './open-id.js';
export * from './people.js';
export * from './pleas.js';
export * from './queue.js';
export * from './verdicts.js';
export type { CaseClock, CaseReason, CaseTerms, Desk };

export interface QueueStore {
  list(
    sight: Sight,
    filter: CaseFilter,
    page: { readonly cursor: string | null; readonly limit: number; readonly now: number },
  ): Promise<Page<QueueRow>>;
  counts(sight: Sight, filter: CaseFilter, now: number): Promise<CaseCounts>;
  /** Null when there is none or it is out of sight. */
  row(sight: Sight, caseId: string, now: number): Promise<QueueRow | null>;
  /** In no order; those out of sight are left out. */
  rows(sight: Sight, caseIds: readonly string[], now: number): Promise<readonly QueueRow[]>;
  file(sight: Sight, caseId: string, now: number): Promise<CaseFile | null>;
  /** Notes of the same text or campaign that have an open case; at most 500. */
  similar(row: QueueRow): Promise<readonly string[]>;
  /** Of these cases those that are about a note of the same text or campaign. */
  similarAmong(row: QueueRow, caseIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Cases that changed after `since`, newest first, and the newest change of all. `more`: there were others. */
  changes(
    since: number,
    limit: number,
  ): Promise<{
    readonly newest: number;
    readonly more: boolean;
    readonly rows: readonly { readonly caseId: string; readonly changedAt: number }[];
  }>;
}
export interface ClaimsStore {
  claim(sight: Sight, caseId: string, leaseMs: number, now: number): Promise<ClaimResult>;
  /** Picks the most pressing case and claims it in one statement; skips what others are just claiming. */
  next(sight: Sight, filter: CaseFilter, leaseMs: number, now: number): Promise<Lease | null>;
  extend(hold: Hold, leaseMs: number, now: number): Promise<Lease | null>;
  /** False when the lease was lost. The same holds for every step below. */
  release(hold: Hold, now: number): Promise<boolean>;
  skip(hold: Hold, until: number, now: number): Promise<boolean>;
  handOver(hold: Hold, to: string, now: number): Promise<boolean>;
  escalate(hold: Hold, desk: Desk, now: number): Promise<boolean>;
  needSpeaker(hold: Hold, language: LanguageTag | null, now: number): Promise<boolean>;
}
export interface TalkStore {
  comment(caseId: string, userId: string, text: string, now: number): Promise<Comment | null>;
  ask(
    input: {
      readonly caseId: string;
      readonly by: string;
      readonly of: string;
      readonly blind: boolean;
      readonly question: string;
    },
    now: number,
  ): Promise<Opinion | null>;
  answer(
    input: {
      readonly caseId: string;
      readonly opinionId: string;
      readonly userId: string;
      readonly text: string;
      readonly action: string | null;
    },
    now: number,
  ): Promise<boolean>;
}
export interface DeskStore extends QueueStore, ClaimsStore, TalkStore {
  submit(submission: Submission, now: number): Promise<SubmitResult>;
  /** Decisions of a submission, for the answer. */
  submitted(submissionId: string): Promise<readonly StoredDecision[]>;
  /** Of these submissions those of the person that were not taken back and still can be, by their time. */
  undoable(userId: string, submissionIds: readonly string[], now: number): Promise<readonly Undoable[]>;
  undo(submissionId: string, userId: string, leaseMs: number, now: number): Promise<UndoResult>;

  findNote(
    sourceId: string,
    by: { readonly noteId?: string | undefined; readonly externalId?: string | undefined },
  ): Promise<PleaNote | null>;
  openAppeal(input: NewAppeal, actor: Actor, now: number): Promise<PleaResult<Appeal>>;
  openReport(input: NewReport, actor: Actor, now: number): Promise<PleaResult<Report>>;
  appeal(sourceId: string, id: string): Promise<Appeal | null>;
  report(sourceId: string, id: string): Promise<Report | null>;
  appeals(sourceId: string, filter: PleaFilter, cursor: string | null, limit: number): Promise<Page<Appeal>>;
  reports(sourceId: string, filter: PleaFilter, cursor: string | null, limit: number): Promise<Page<Report>>;

  ranOut(now: number, limit: number): Promise<readonly RanOut[]>;
  openOverdue(ranOut: RanOut, terms: CaseTerms, now: number): Promise<boolean>;

  statistics(days: number, now: number): Promise<Statistics>;
  search(
    text: string,
    limit: number,
  ): Promise<{
    readonly exact: readonly NoteRow[];
    readonly containing: readonly NoteRow[];
    readonly searched: number;
    readonly complete: boolean;
  }>;
  audit(filter: AuditFilter, cursor: string | null, limit: number): Promise<Page<AuditEvent>>;
  /** Of these notes those that have cases, none of which lies at a desk of the person or was put to them. */
  hidden(sight: Sight, noteIds: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface DeskStores {
  readonly desk: DeskStore;
  readonly people: PeopleStore;
}
/** The whole store, as the API and the workers have it. */
export type FullStore = Store & DeskStores & PolicyPart & TranslationsPart & HashBanksPart;
