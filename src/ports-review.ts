/** Words and port of the review desk: cases, claims, decisions of people, appeals, reports, rights. */
import type { CategoryId } from './categories.js';
import type {
  Action,
  CaseClock,
  CaseReason,
  CaseTerms,
  Decision,
  Desk,
  Evidence,
  Ground,
  LanguageTag,
  Note,
  RegionId,
} from './domain.js';
import type { ImageBanksPart } from './ports-banks.js';
import type { PolicyPart } from './ports-policy.js';
import type { Actor, AuditEvent, NoteRow, Page, Role, Store, StoredDecision, User } from './ports-store.js';
import type { TranslationsPart } from './ports-translation.js';

export { CASE_REASONS, DESKS } from './domain.js';
export type { CaseClock, CaseReason, CaseTerms, Desk };

/** Null means all. */
export interface Rights {
  readonly languages: readonly LanguageTag[] | null;
  readonly regions: readonly RegionId[] | null;
  readonly categories: readonly CategoryId[] | null;
  readonly desks: readonly Desk[];
}
/** Rights with the role taken into account: what a person sees of the queue. */
export interface Sight extends Rights {
  readonly userId: string;
  readonly role: Role;
}

export interface PersonRef {
  readonly id: string;
  readonly login: string;
}
export interface QueueRow {
  readonly caseId: string;
  readonly noteId: string;
  readonly externalId: string;
  readonly sourceId: string;
  readonly sourceName: string;
  readonly revisionId: string;
  readonly revision: number;
  readonly decisionId: string | null;
  readonly reason: CaseReason;
  readonly desk: Desk;
  readonly severity: number;
  readonly category: CategoryId | null;
  readonly regions: readonly RegionId[];
  readonly language: LanguageTag | null;
  readonly status: 'open' | 'closed';
  readonly outcome: 'decided' | 'superseded' | 'erased' | null;
  readonly openedAt: string;
  readonly dueAt: string;
  readonly clock: CaseClock;
  readonly reach: number;
  readonly weight: number;
  readonly rankAt: string;
  /** Of the claim; meaningless without a live lease. */
  readonly epoch: number;
  readonly holder: (PersonRef & { readonly until: string }) | null;
  readonly assignedTo: PersonRef | null;
  readonly nativeSpeaker: boolean;
  /** People who decided what this case is about: they may not decide it again. */
  readonly excluded: readonly string[];
  readonly asked: number;
  readonly answered: number;
  /** An opinion is asked of the person who looks. */
  readonly askedOfMe: boolean;
  readonly title: string | null;
}
export interface CaseFilter {
  readonly status?: 'open' | 'closed' | undefined;
  /** Primary subtags find their scripts; `und` finds cases without a language. */
  readonly language?: readonly LanguageTag[] | undefined;
  readonly region?: readonly RegionId[] | undefined;
  readonly category?: readonly CategoryId[] | undefined;
  readonly reason?: readonly CaseReason[] | undefined;
  readonly desk?: readonly Desk[] | undefined;
  readonly source?: string | undefined;
  readonly noteId?: string | undefined;
  readonly holder?: 'mine' | 'none' | 'others' | undefined;
  readonly overdue?: boolean | undefined;
}
export interface CaseCounts {
  readonly open: number;
  readonly mine: number;
  readonly unassigned: number;
  readonly overdue: number;
  readonly dueWithinHour: number;
  readonly oldestOpenedAt: string | null;
  readonly byLanguage: readonly { readonly language: string; readonly count: number }[];
  readonly byRegion: readonly { readonly region: string; readonly count: number }[];
  readonly byCategory: readonly { readonly category: string; readonly count: number }[];
  readonly byReason: readonly { readonly reason: string; readonly count: number }[];
  readonly byDesk: readonly { readonly desk: string; readonly count: number }[];
  readonly bySource: readonly { readonly source: string; readonly name: string; readonly count: number }[];
}
export interface Lease {
  readonly caseId: string;
  readonly epoch: number;
  readonly until: string;
}
/** `held`: somebody else holds it; `refused`: not within the rights; `closed`: nothing left to do. */
export type ClaimResult =
  | { readonly kind: 'claimed'; readonly lease: Lease }
  | { readonly kind: 'held' | 'refused' | 'closed' | 'unknown' };
/** Who acts under which claim. */
export interface Hold {
  readonly caseId: string;
  readonly userId: string;
  readonly epoch: number;
}

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
}

export interface StoredVerdict {
  readonly regions: readonly RegionId[];
  readonly policy: RegionId;
  readonly action: Action;
  readonly severity: number;
  readonly category: CategoryId | null;
  readonly ground: Ground | null;
  readonly notice: string | null;
  readonly noticeText: unknown;
  readonly end: string | null;
  readonly appealDeadline: string | null;
}
export interface Submission {
  readonly hold: Hold;
  readonly verdicts: readonly StoredVerdict[];
  readonly bundleHash: string;
  readonly trigger: 'own_initiative' | 'notice' | 'trusted_flagger' | 'order' | 'appeal';
  readonly triggerRef: string | null;
  readonly outcome: string | null;
  readonly appealState: AppealState | null;
  readonly reportState: ReportState | null;
  readonly reason: string | null;
  readonly seconds: number | null;
  readonly translationShown: boolean | null;
  readonly undoMs: number;
}
export type SubmitResult =
  | { readonly kind: 'decided'; readonly submissionId: string; readonly undoUntil: string; readonly closed: boolean }
  | { readonly kind: 'lease_lost' | 'closed' | 'unknown' | 'regions' };
export type UndoResult =
  | { readonly kind: 'undone'; readonly lease: Lease }
  | { readonly kind: 'unknown' | 'too_late' | 'undone_before' };

export const APPEAL_STATES = ['open', 'upheld', 'overturned', 'partly_overturned', 'ground_changed', 'erased'] as const;
export type AppealState = (typeof APPEAL_STATES)[number];
export const REPORT_STATES = ['open', 'actioned', 'no_action', 'erased'] as const;
export type ReportState = (typeof REPORT_STATES)[number];

interface Plea {
  readonly id: string;
  readonly reference: string;
  readonly noteId: string;
  readonly revision: number;
  readonly regions: readonly RegionId[];
  readonly language: LanguageTag | null;
  readonly reason: string | null;
  readonly receivedAt: string;
  readonly dueAt: string;
  readonly decidedAt: string | null;
  readonly caseId: string;
}
export interface Appeal extends Plea {
  readonly decisionIds: readonly string[];
  readonly by: 'author' | 'notifier';
  readonly text: string | null;
  readonly state: AppealState;
}
export interface Reporter {
  readonly kind: 'person' | 'entity' | 'trusted_flagger' | 'authority';
  readonly name: string | null;
  readonly email: string | null;
}
export interface Report extends Plea {
  readonly category: CategoryId | null;
  readonly reasons: string | null;
  readonly law: string | null;
  readonly urls: readonly string[];
  readonly reporter: Reporter;
  readonly state: ReportState;
}
/** A note as an appeal or report finds it. */
export interface PleaNote {
  readonly noteId: string;
  readonly sourceId: string;
  readonly revisionId: string;
  readonly revision: number;
  readonly status: string;
  readonly language: LanguageTag | null;
  readonly regions: readonly RegionId[];
  readonly reach: number;
  readonly decisions: readonly StoredDecision[];
  readonly revisions: readonly { readonly revisionId: string; readonly revision: number }[];
  /** People who decided about a revision, by decision. */
  readonly deciders: readonly { readonly decisionId: string; readonly userId: string }[];
}
interface NewPlea {
  readonly sourceId: string;
  readonly reference: string;
  readonly noteId: string;
  readonly revisionId: string;
  readonly revision: number;
  readonly regions: readonly RegionId[];
  readonly language: LanguageTag | null;
  readonly terms: CaseTerms;
  readonly severity: number;
  readonly category: CategoryId | null;
  readonly noteLanguage: LanguageTag | null;
}
export interface NewAppeal extends NewPlea {
  readonly decisionIds: readonly string[];
  readonly by: 'author' | 'notifier';
  readonly text: string;
  readonly excluded: readonly string[];
}
export interface NewReport extends NewPlea {
  readonly reasons: string;
  readonly law: string | null;
  readonly urls: readonly string[];
  readonly reporter: Reporter;
}
export type PleaResult<T> =
  | { readonly kind: 'opened' | 'replayed'; readonly plea: T }
  | { readonly kind: 'conflict' | 'erased' };
/** A decision whose time is over and that nobody looks at. */
export interface RanOut {
  readonly decision: Decision & { readonly decisionId: string };
  readonly noteId: string;
  readonly reach: number;
}

export interface PersonRow extends User {
  readonly rights: Rights;
  readonly signInBy: 'password' | 'openid';
  readonly createdAt: string;
}
export interface SavedFilter {
  readonly id: string;
  readonly name: string;
  readonly query: string;
  readonly createdAt: string;
}
export interface AuditFilter {
  readonly subject?: string | undefined;
  readonly actor?: string | undefined;
  readonly verb?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}
export interface Statistics {
  readonly from: string;
  readonly to: string;
  readonly bucketHours: number;
  readonly backlog: {
    readonly open: number;
    readonly unclaimed: number;
    readonly overdue: number;
    readonly oldestOpenedAt: string | null;
    readonly byDesk: readonly { readonly desk: string; readonly count: number }[];
  };
  readonly clocks: {
    readonly met: number;
    readonly missed: number;
    readonly medianMinutes: number | null;
    readonly byRegion: readonly { readonly region: string; readonly met: number; readonly missed: number }[];
  };
  readonly volume: {
    readonly total: readonly { readonly at: string; readonly decided: number }[];
    readonly byLanguage: readonly { readonly at: string; readonly language: string; readonly count: number }[];
    readonly byRegion: readonly { readonly at: string; readonly region: string; readonly count: number }[];
    readonly byAction: readonly { readonly at: string; readonly action: Action; readonly count: number }[];
  };
  readonly people: {
    readonly decided: readonly { readonly at: string; readonly count: number; readonly persons: number }[];
    readonly medianSeconds: number | null;
    readonly undone: number;
  };
  readonly appeals: {
    readonly open: number;
    readonly upheld: number;
    readonly overturned: number;
    readonly other: number;
  };
  readonly reports: { readonly open: number; readonly actioned: number; readonly noAction: number };
  readonly limited: boolean;
}

export interface QueueStore {
  list(
    sight: Sight,
    filter: CaseFilter,
    page: { readonly cursor: string | null; readonly limit: number; readonly now: number },
  ): Promise<Page<QueueRow>>;
  counts(sight: Sight, filter: CaseFilter, now: number): Promise<CaseCounts>;
  /** Null when there is none or it is out of sight. */
  row(sight: Sight, caseId: string, now: number): Promise<QueueRow | null>;
  file(sight: Sight, caseId: string, now: number): Promise<CaseFile | null>;
  /** Cases that changed after `since`, and the newest change of all; at most 200. */
  changes(since: number): Promise<{
    readonly newest: number;
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
export interface PleaFilter {
  readonly noteId?: string | undefined;
  readonly state?: string | undefined;
}
export interface PeopleStore {
  person(userId: string): Promise<PersonRow | null>;
  people(): Promise<readonly PersonRow[]>;
  /** Role, state and rights; ends the sessions of who is disabled or has another role. `last_admin`: refused. */
  change(
    userId: string,
    change: {
      readonly role?: Role | undefined;
      readonly disabled?: boolean | undefined;
      readonly rights?: Rights | undefined;
    },
    actor: Actor,
    now: number,
  ): Promise<PersonRow | 'last_admin' | null>;
  setPasswordOf(userId: string, passwordHash: string, actor: Actor, now: number): Promise<boolean>;
  /** By the subject of the issuer; creates or updates login and role. Null: disabled here, or the login is taken. */
  upsertOpenId(
    input: { readonly subject: string; readonly login: string; readonly role: Role },
    now: number,
  ): Promise<PersonRow | null>;
  savedFilters(userId: string): Promise<readonly SavedFilter[]>;
  saveFilter(
    userId: string,
    input: { readonly name: string; readonly query: string },
    now: number,
  ): Promise<SavedFilter>;
  removeFilter(userId: string, id: string): Promise<boolean>;
  preferences(userId: string): Promise<Readonly<Record<string, string | number | boolean>>>;
  setPreferences(userId: string, preferences: Readonly<Record<string, string | number | boolean>>): Promise<void>;
}

export interface DeskStores {
  readonly desk: DeskStore;
  readonly people: PeopleStore;
}
/** The whole store, as the API and the workers have it. */
export type FullStore = Store & DeskStores & PolicyPart & TranslationsPart & ImageBanksPart;

/** A person as an outside issuer vouches for them. */
export interface OpenIdPerson {
  readonly subject: string;
  readonly login: string;
  /** Values of the claim that carries roles. */
  readonly groups: readonly string[];
}
export interface OpenIdAttempt {
  readonly url: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}
export interface OpenId {
  readonly name: string;
  begin(redirectUri: string): Promise<OpenIdAttempt>;
  /** Throws InvalidInputError `unauthenticated` when the answer of the issuer does not fit the attempt. */
  finish(callbackUrl: string, attempt: Omit<OpenIdAttempt, 'url'>): Promise<OpenIdPerson>;
}
