/** What a policy wants of a second opinion; made by `policy/opinions.ts`. */
import type { CategoryId } from '../../categories.js';
import type { OpinionReason, RegionId } from '../../domain.js';

export interface OpinionClause {
  readonly id: string;
  readonly title: string;
  readonly regions: readonly RegionId[];
  readonly categories: readonly CategoryId[];
}
export interface OpinionBudget {
  readonly region: RegionId;
  readonly tokens: number;
  /** Millionths of the configured currency; null: no limit. */
  readonly micros: number | null;
}
export interface OpinionPlan {
  readonly bundleHash: string;
  readonly reasons: readonly OpinionReason[];
  /** Policy files on whose behalf it is asked. */
  readonly regions: readonly RegionId[];
  readonly redact: boolean;
  /** Declared regions of endpoints that may be asked; null: any. */
  readonly endpoints: readonly string[] | null;
  readonly budgets: readonly OpinionBudget[];
  readonly clauses: readonly OpinionClause[];
}

/** An endpoint that does not say where it computes is nowhere. */
export const mayBeSent = ({ endpoints }: OpinionPlan, region: string | null): boolean =>
  endpoints === null || (region !== null && endpoints.includes(region));
