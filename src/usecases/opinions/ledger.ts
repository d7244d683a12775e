/** The book of questions and money, as whoever asks needs it. */
import { dayOf } from '../../domain.js';
import type { OpinionClaim, OpinionExchange, OpinionsStore, Spending } from '../../ports/opinions.js';
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

interface Books {
  readonly opinions: Pick<OpinionsStore, 'cached' | 'record' | 'reserve' | 'settle'>;
  readonly clock: Clock;
}

/** A region without enough is left out; one that has enough is all it takes. */
export const storedLedger = ({ opinions, clock }: Books, claim: OpinionClaim, plan: OpinionPlan): Ledger => ({
  cached: (cacheKey) => opinions.cached(claim.sourceId, cacheKey),
  record: (exchange) => opinions.record(claim, exchange),
  async reserve(granted) {
    const day = dayOf(clock.now());
    const regions = await opinions.reserve(plan.budgets, granted, day);
    if (regions.length === 0) return null;
    return (spent) => {
      const difference = { tokens: spent.tokens - granted.tokens, micros: spent.micros - granted.micros };
      return opinions.settle(regions, difference, day);
    };
  },
});
