/** The book of questions and money, as whoever asks needs it. */
import type { OpinionExchange, Spending } from '../../ports-opinions.js';

/** What is known of former questions and of money. */
export interface Ledger {
  cached(
    cacheKey: string,
  ): Promise<{ readonly exchangeId: string; readonly answer: string; readonly answeredBy: string } | null>;
  /** Null: the day's budget is used up. Else what to call with the sum that was spent in truth. */
  reserve(spending: Spending): Promise<((spent: Spending) => Promise<void>) | null>;
  record(exchange: OpinionExchange): Promise<void>;
}
/** For questions whose answers are not kept. */
export const NO_LEDGER: Ledger = {
  cached: async () => null,
  reserve: async () => async () => undefined,
  record: async () => undefined,
};
