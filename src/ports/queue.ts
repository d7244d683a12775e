/** The queue of cases, who sees what of it, and claims. */
import type { CategoryId } from '../categories.js';
import type { CaseClock, CaseReason, Desk, Gap, LanguageTag, RegionId } from '../domain.js';
import type { Rights, Role } from './access.js';

export type { Rights };
/** Rights with the role taken into account: what a person sees of the queue. */
export interface Sight extends Rights {
  readonly userId: string;
  readonly role: Role;
}

export interface PersonRef {
  readonly id: string;
  readonly login: string;
}
/** Of an appeal the first two, of a report the others, weightiest last. */
export const PLEA_FROM = ['author', 'notifier', 'person', 'entity', 'trusted_flagger', 'authority'] as const;
export type PleaFrom = (typeof PLEA_FROM)[number];
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
  /** Who appeals or reports; of several reports the weightiest. */
  readonly from: PleaFrom | null;
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
  /** Why it is here where no rule named a category: evidence that the policy did not get. */
  readonly gap: Gap | null;
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
  readonly notes?: readonly string[] | undefined;
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
