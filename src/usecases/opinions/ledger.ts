/** The book of questions and money, as whoever asks needs it. */
import { dayOf, type RegionId } from '../../domain.js';
import type { BudgetLimit, OpinionClaim, OpinionExchange, OpinionsStore, Spending } from '../../ports/opinions.js';
import type { Clock } from '../../ports.js';
import type { OpinionPlan } from '../../stages/deliberate/plan.js';

/** What is known of former questions and of money. */
export interface Ledger {
  cached(
    cacheKey: string,
  ): Promise<{ readonly exchangeId: string; readonly answer: string; readonly answeredBy: string } | null>;
  /** Null: the day's budget is used up. Else what to call with the sum that was spent in truth. */
  reserve(spending: Spending): Promise<((spent: Spending) => Promise<void>) | null>;
  record(exchange: OpinionExchange): Promise<void>;
}

export type BudgetStore = Pick<OpinionsStore, 'reserve' | 'settle'>;

/** Out of the budgets of this day; `settle` is told what was spent in truth. */
export async function reserveToday(
  store: BudgetStore,
  budgets: readonly BudgetLimit[],
  granted: Spending,
  clock: Clock,
): Promise<{ readonly regions: readonly RegionId[]; settle(spent: Spending): Promise<void> }> {
  const day = dayOf(clock.now());
  const regions = await store.reserve(budgets, granted, day);
  const settle = (spent: Spending) =>
    store.settle(regions, { tokens: spent.tokens - granted.tokens, micros: spent.micros - granted.micros }, day);
  return { regions, settle };
}

interface Books {
  readonly opinions: BudgetStore & Pick<OpinionsStore, 'cached' | 'record'>;
  readonly clock: Clock;
}

/** A region without enough is left out; one that has enough is all it takes. */
export const storedLedger = ({ opinions, clock }: Books, claim: OpinionClaim, plan: OpinionPlan): Ledger => ({
  cached: (cacheKey) => opinions.cached(claim.sourceId, cacheKey),
  record: (exchange) => opinions.record(claim, exchange),
  async reserve(granted) {
    const { regions, settle } = await reserveToday(opinions, plan.budgets, granted, clock);
    return regions.length === 0 ? null : settle;
  },
});
