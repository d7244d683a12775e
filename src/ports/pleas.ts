/** Appeals and reports. */
import type { CategoryId } from '../categories.js';
import type { CaseTerms, Decision, LanguageTag, RegionId } from '../domain.js';
import type { StoredDecision } from './store.js';

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
export interface PleaFilter {
  readonly noteId?: string | undefined;
  readonly state?: string | undefined;
}
