/** What the regions may still spend today; never below nothing, though an answer may have cost more than was booked. */
import type { RegionId } from '../../domain.js';
import type { Bundle } from '../../policy/model.js';
import { budgetOf } from '../../policy/opinions.js';
import type { BudgetLimit, Spending } from '../../ports/opinions.js';

export const leftOf = (bundle: Bundle, spent: ReadonlyMap<RegionId, Spending>): readonly BudgetLimit[] =>
  [...bundle.regions.values()].map(budgetOf).map(({ region, tokens, micros }) => ({
    region,
    tokens: Math.max(0, tokens - (spent.get(region)?.tokens ?? 0)),
    micros: micros === null ? null : Math.max(0, micros - (spent.get(region)?.micros ?? 0)),
  }));
