/** What waits for a person. */
import type { CategoryId } from '../categories.js';
import type { RegionId } from './note.js';

export const CASE_REASONS = ['hold', 'review', 'severity', 'sampling', 'appeal', 'report', 'overdue'] as const;
export type CaseReason = (typeof CASE_REASONS)[number];
/** Where a case waits. Everyone works the general desk; `legal` and `child_safety` need a right of their own. */
export const DESKS = ['general', 'senior', 'legal', 'child_safety'] as const;
export type Desk = (typeof DESKS)[number];

export interface CaseClock {
  /** Null: our own target. */
  readonly region: RegionId | null;
  readonly name: string;
  readonly ref: string | null;
}
/** What a new case needs to know beside its decision; computed once, when it is opened. Times in milliseconds. */
export interface CaseTerms {
  readonly reason: CaseReason;
  readonly desk: Desk;
  /** The gravest question put to the person; a milder rule may have led the decision. */
  readonly category: CategoryId | null;
  readonly severity: number;
  readonly dueAt: number;
  readonly clock: CaseClock;
  readonly reach: number;
  readonly weight: number;
  /** The order of the queue, the earliest first. */
  readonly rankAt: number;
  /** Unset: those of the decision beside it. */
  readonly regions?: readonly RegionId[] | undefined;
}
