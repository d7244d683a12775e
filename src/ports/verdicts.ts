/** What people decide, and what comes of it. */
import type { CategoryId } from '../categories.js';
import type { Action, Ground, HoldTerm, NoticeText, RegionId } from '../domain.js';
import type { AppealState, ReportState } from './pleas.js';
import type { Hold, Lease } from './queue.js';

export interface StoredVerdict {
  readonly regions: readonly RegionId[];
  readonly policy: RegionId;
  readonly action: Action;
  readonly severity: number;
  readonly category: CategoryId | null;
  readonly ground: Ground | null;
  readonly notice: string | null;
  readonly noticeTexts: readonly NoticeText[];
  readonly end: string | null;
  readonly appealDeadline: string | null;
  /** What the law says to keep on this finding. */
  readonly keeps?: readonly HoldTerm[] | undefined;
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
/** A decision that nothing has left of yet. */
export interface Undoable {
  readonly submissionId: string;
  readonly caseId: string;
  readonly externalId: string;
  readonly undoUntil: string;
}
