/** Words of the review desk that the store, the use cases and the API share. */
export const CASE_REASONS = ['hold', 'review', 'severity', 'sampling', 'appeal', 'report', 'overdue'] as const;
export type CaseReason = (typeof CASE_REASONS)[number];
/** Where a case waits. Everyone works the general desk; `legal` and `child_safety` need a right of their own. */
export const DESKS = ['general', 'senior', 'legal', 'child_safety'] as const;
export type Desk = (typeof DESKS)[number];
