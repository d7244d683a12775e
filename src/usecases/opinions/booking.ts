/** The most that an attempt can cost is booked before it is made; what it did not cost is given back once. */
import { InvalidInputError, type UnavailableError } from '../../errors.js';
import { mayBeCharged } from '../../ports/llm.js';
import type { Spending } from '../../ports/opinions.js';
import type { Ledger } from './ledger.js';

export interface Booking {
  /** Throws `llm_over_budget`: then nothing may be sent. */
  book(): Promise<void>;
  /** Before another attempt: the last one is closed, the next one booked. */
  readonly again: (last: Spending | UnavailableError) => Promise<void>;
  settle(spent: Spending): Promise<void>;
  /** `charged`: the grant stays spent. */
  end(charged: boolean): Promise<void>;
}

export const NOTHING: Spending = { tokens: 0, micros: 0 };

export function bookingOf(ledger: Pick<Ledger, 'reserve'>, granted: Spending): Booking {
  let open: ((spent: Spending) => Promise<void>) | null = null;
  const settle = async (spent: Spending): Promise<void> => {
    const close = open;
    open = null;
    await close?.(spent);
  };
  const end = (charged: boolean): Promise<void> => settle(charged ? granted : NOTHING);
  const book = async (): Promise<void> => {
    open = await ledger.reserve(granted);
    if (open === null) throw new InvalidInputError('llm_over_budget', 'The budget of the day is used up');
  };
  return {
    book,
    settle,
    end,
    async again(last) {
      await (last instanceof Error ? end(mayBeCharged(last)) : settle(last));
      await book();
    },
  };
}
