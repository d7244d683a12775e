/** A translator that spends out of the day's budgets of the regions whose notes it is given. */
import { dayOf, type RegionId } from '../../domain.js';
import { mayBeCharged } from '../../ports/llm.js';
import type { BudgetLimit, Spending } from '../../ports/opinions.js';
import type { Translator } from '../../ports/translation.js';
import type { Clock } from '../../ports.js';
import { bookingOf } from '../opinions/booking.js';

export interface BudgetStore {
  reserve(budgets: readonly BudgetLimit[], spending: Spending, day: string): Promise<readonly RegionId[]>;
  settle(regions: readonly RegionId[], difference: Spending, day: string): Promise<void>;
}
export interface Purse {
  readonly store: BudgetStore;
  readonly budgets: readonly BudgetLimit[];
  readonly clock: Clock;
}

/** Every region must have enough left: a note is sent as a whole. Every request is booked before it is made. */
export function budgeted(translator: Translator, { store, budgets, clock }: Purse): Translator {
  const ledger = {
    async reserve(granted: Spending) {
      const day = dayOf(clock.now());
      const regions = await store.reserve(budgets, granted, day);
      const settle = (spent: Spending) =>
        store.settle(regions, { tokens: spent.tokens - granted.tokens, micros: spent.micros - granted.micros }, day);
      if (regions.length === budgets.length) return settle;
      await settle({ tokens: 0, micros: 0 });
      return null;
    },
  };
  return {
    ...translator,
    async translate(order, signal) {
      const booking = bookingOf(ledger, translator.grantFor(order));
      await booking.book();
      try {
        const answer = await translator.translate(order, signal, booking.again);
        await booking.settle(answer);
        return answer;
      } catch (error) {
        await booking.end(signal.aborted || mayBeCharged(error));
        throw error;
      }
    },
  };
}
