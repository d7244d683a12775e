import { describe, expect, it } from 'vitest';
import { UnavailableError } from '../../../src/errors.js';
import { LlmBrokenError, LlmPauseError } from '../../../src/ports/llm.js';
import type { Spending } from '../../../src/ports/opinions.js';
import { bookingOf } from '../../../src/usecases/opinions/booking.js';

const GRANT: Spending = { tokens: 100, micros: 10 };

/** A purse with room for so many grants. */
function purse(room: number) {
  const state = { tokens: 0 };
  const reserve = async (granted: Spending) => {
    if (state.tokens + granted.tokens > room * GRANT.tokens) return null;
    state.tokens += granted.tokens;
    return async (spent: Spending) => {
      state.tokens += spent.tokens - granted.tokens;
    };
  };
  return { state, booking: bookingOf({ reserve }, GRANT) };
}

describe('a booking', () => {
  it('gives back once what was not used, whatever follows', async () => {
    const { state, booking } = purse(1);
    await booking.book();
    await booking.settle({ tokens: 30, micros: 1 });
    await booking.end(false);
    await booking.end(true);
    expect(state.tokens).toBe(30);
  });

  it.each([
    ['took too long', new UnavailableError('llm_timeout', 'slow'), 200],
    ['broke off', new LlmBrokenError(), 200],
    ['was turned away', new LlmPauseError('llm_rate_limited', 'wait', 1), 100],
    ['met nobody', new UnavailableError('llm_unavailable', 'away'), 100],
  ])('an attempt that %s is closed before the next one is booked', async (_name, error, spent) => {
    const { state, booking } = purse(2);
    await booking.book();
    await booking.again(error);
    expect(state.tokens).toBe(spent);
  });

  it('no attempt is made that nobody could pay for', async () => {
    const { state, booking } = purse(1);
    await booking.book();
    await expect(booking.again(new UnavailableError('llm_timeout', 'slow'))).rejects.toMatchObject({
      code: 'llm_over_budget',
    });
    expect(state.tokens).toBe(100);
  });

  it('an answer that has to be asked for again is paid as it was', async () => {
    const { state, booking } = purse(2);
    await booking.book();
    await booking.again({ tokens: 40, micros: 4 });
    await booking.settle({ tokens: 50, micros: 5 });
    expect(state.tokens).toBe(90);
  });
});
