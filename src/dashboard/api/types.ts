/** The API's own schemas give the types; nothing is written twice. */
import type { z } from 'zod';
import type { NoteAnswer, NotePage } from '../../api/schemas/note.js';
import type { AuditPage, AuditVerified, SearchAnswer } from '../../api/schemas/review-audit.js';
import type { CaseDetail } from '../../api/schemas/review-case.js';
import type { DecidedAnswer, DecisionInput, NoticeAnswer, Verdict } from '../../api/schemas/review-decision.js';
import type {
  CaseColleagueList,
  SavedFilterList,
  SignInMethods,
  UserChange,
  UserInput,
  UserList,
  UserWithPassword,
} from '../../api/schemas/review-people.js';
import type {
  AlikeList,
  CaseCountsAnswer,
  CasePage,
  CaseRowAnswer,
  LeaseAnswer,
} from '../../api/schemas/review-queue.js';
import type { StatisticsAnswer } from '../../api/schemas/review-statistics.js';
import type { Role } from '../../ports/store.js';

export type { CaseDetail };
export type NoteDetail = NoteAnswer;
export type NotesPage = z.infer<typeof NotePage>;
export type NoteRow = NotesPage['items'][number];
export type NoteRevision = NoteAnswer['revisions'][number];
export type NoteDecision = NoteAnswer['decisions'][number];
export type NoteFinding = NonNullable<NoteRevision['evidence']>['findings'][number];
export type NoteTrace = NoteRevision['trace'];
export type Found = z.infer<typeof SearchAnswer>;

export type CaseRow = CaseRowAnswer;
export type Cases = z.infer<typeof CasePage>;
export type Alike = z.infer<typeof AlikeList>;
export type CaseCounts = CaseCountsAnswer;
export type CasePart = CaseDetail['parts'][number];
export type CaseTranslation = CaseDetail['translation'];
export type TranslatedSegment = CaseTranslation['parts'][number]['segments'][number];
export type CaseImage = CaseDetail['images'][number];
export type CaseRule = CaseDetail['why']['rules'][number];
export type RegionChoice = CaseDetail['regions'][number];
export type NoteRef = CaseDetail['similar']['campaign'][number];
export type Lease = z.infer<typeof LeaseAnswer>;
export type VerdictInput = z.input<typeof Verdict>;
export type DecisionOrder = z.input<typeof DecisionInput>;
export type Decided = z.infer<typeof DecidedAnswer>;
export type DecidedAlike = NonNullable<Decided['alike']>[number];
export type Notices = z.infer<typeof NoticeAnswer>;
export type Figures = StatisticsAnswer;

export type AuditEvents = z.infer<typeof AuditPage>;
export type AuditCheck = z.infer<typeof AuditVerified>;
export type People = z.infer<typeof UserList>;
export type Person = People['items'][number];
export type PersonInput = z.input<typeof UserInput>;
export type PersonChange = z.input<typeof UserChange>;
export type PersonWithPassword = z.infer<typeof UserWithPassword>;
export type Colleagues = z.infer<typeof CaseColleagueList>;
export type Colleague = Colleagues['items'][number];
export type SavedViews = z.infer<typeof SavedFilterList>;
export type SignInWays = z.infer<typeof SignInMethods>;
export interface SessionView {
  readonly user: { readonly id: string; readonly login: string; readonly role: Role };
  readonly csrfToken: string;
}
