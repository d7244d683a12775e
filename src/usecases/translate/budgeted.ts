/** A translator that spends out of the day's budgets of the regions whose notes it is given. */
import type { RegionId } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import type { Clock } from '../../ports.js';
import type { BudgetLimit, Spending } from '../../ports-opinions.js';
import type { Translator } from '../../ports-translation.js';

export interface BudgetStore {
  reserve(budgets: readonly BudgetLimit[], spending: Spending, day: string): Promise<readonly RegionId[]>;
  settle(regions: readonly RegionId[], difference: Spending, day: string): Promise<void>;
}
export interface Purse {
  readonly store: BudgetStore;
  readonly budgets: readonly BudgetLimit[];
  readonly clock: Clock;
}

/** Every region must have enough left: a note is sent as a whole. */
export function budgeted(translator: Translator, { store, budgets, clock }: Purse): Translator {
  return {
    ...translator,
    async translate(order, signal) {
      const day = new Date(clock.now()).toISOString().slice(0, 10);
      const granted = { tokens: translator.tokensFor(order), micros: 0 };
      const regions = await store.reserve(budgets, granted, day);
      const back = (spent: Spending) =>
        store.settle(regions, { tokens: spent.tokens - granted.tokens, micros: spent.micros }, day);
      if (regions.length < budgets.length) {
        await back({ tokens: 0, micros: 0 });
        throw new InvalidInputError('llm_over_budget', 'The budget of the day is used up');
      }
      // After a fault nobody knows what the endpoint counted: the grant stays spent.
      const answer = await translator.translate(order, signal);
      await back(answer);
      return answer;
    },
  };
}
