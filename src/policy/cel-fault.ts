import type { LintId } from './lints.js';

/** What is wrong with a condition, and where in it. */
export interface ExpressionFault {
  readonly lint: LintId;
  /** Into the expression, UTF-16 code units. */
  readonly offset: number;
  readonly message: string;
}
