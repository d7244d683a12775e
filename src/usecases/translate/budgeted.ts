/** A translator that spends out of the day's budgets of the regions whose notes it is given. */
import { mayBeCharged } from '../../ports/llm.js';
import type { BudgetLimit, Spending } from '../../ports/opinions.js';
import type { Translator } from '../../ports/translation.js';
import type { Clock } from '../../ports.js';
import { bookingOf, NOTHING } from '../opinions/booking.js';
import { type BudgetStore, reserveToday } from '../opinions/ledger.js';

export interface Purse {
  readonly store: BudgetStore;
  readonly budgets: readonly BudgetLimit[];
  readonly clock: Clock;
}

/** Every region must have enough left: a note is sent as a whole. Every request is booked before it is made. */
export function budgeted(translator: Translator, { store, budgets, clock }: Purse): Translator {
  const ledger = {
    async reserve(granted: Spending) {
      const { regions, settle } = await reserveToday(store, budgets, granted, clock);
      if (regions.length === budgets.length) return settle;
      await settle(NOTHING);
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
