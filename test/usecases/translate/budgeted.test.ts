import { describe, expect, it } from 'vitest';
import { UnavailableError } from '../../../src/errors.js';
import type { Spending } from '../../../src/ports/opinions.js';
import type { Translator } from '../../../src/ports/translation.js';
import { budgeted } from '../../../src/usecases/translate/budgeted.js';

const signal = new AbortController().signal;
const ORDER = { from: 'es', to: 'en', segments: ['Hola'] };
const ANSWER = { texts: [{ text: 'Hello', confidence: 1 }], tokens: 60, micros: 6 };
const GRANT: Spending = { tokens: 100, micros: 10 };

function bench(translate: Translator['translate'], limits: Readonly<Record<string, number>>) {
  const spent = new Map<string, Spending>();
  const add = (region: string, { tokens, micros }: Spending): void => {
    const before = spent.get(region) ?? { tokens: 0, micros: 0 };
    spent.set(region, { tokens: before.tokens + tokens, micros: before.micros + micros });
  };
  const budgets = Object.entries(limits).map(([region, micros]) => ({ region, tokens: 1_000_000, micros }));
  const translator: Translator = {
    engine: 'openai',
    model: 'm',
    region: null,
    canTranslate: () => true,
    grantFor: () => GRANT,
    translate,
    close: async () => undefined,
  };
  const store = {
    reserve: async (_budgets: unknown, granted: Spending) => {
      const rich = budgets.filter(({ region, micros }) => (spent.get(region)?.micros ?? 0) + granted.micros <= micros);
      for (const { region } of rich) add(region, granted);
      return rich.map(({ region }) => region);
    },
    settle: async (regions: readonly string[], difference: Spending) => {
      for (const region of regions) add(region, difference);
    },
  };
  const paid = budgeted(translator, { store, budgets, clock: { now: () => 0 } });
  return { spent, ask: () => paid.translate(ORDER, signal) };
}

describe('a translation that is paid for', () => {
  it('costs every region what it cost', async () => {
    const { spent, ask } = bench(async () => ANSWER, { de: 10, us: 10 });
    await ask();
    expect([...spent.values()]).toEqual([
      { tokens: 60, micros: 6 },
      { tokens: 60, micros: 6 },
    ]);
  });

  it('is not asked for where the money of one region does not reach, and costs the others nothing', async () => {
    const { spent, ask } = bench(async () => ANSWER, { de: 10, us: 9 });
    await expect(ask()).rejects.toMatchObject({ code: 'llm_over_budget' });
    expect(spent.get('de')).toEqual({ tokens: 0, micros: 0 });
  });

  it.each([
    ['took too long', 'llm_timeout', GRANT],
    ['met nobody', 'llm_unavailable', { tokens: 0, micros: 0 }],
    ['was turned away', 'llm_rate_limited', { tokens: 0, micros: 0 }],
  ] as const)('that %s costs what it may have cost', async (_name, code, cost) => {
    const { spent, ask } = bench(
      async () => {
        throw new UnavailableError(code, 'no');
      },
      { de: 10 },
    );
    await expect(ask()).rejects.toMatchObject({ code });
    expect(spent.get('de')).toEqual(cost);
  });

  it('every further request needs money of its own', async () => {
    const twice: Translator['translate'] = async (_order, _signal, again) => {
      await again?.({ tokens: 60, micros: 6 });
      return ANSWER;
    };
    const rich = bench(twice, { de: 16 });
    await rich.ask();
    expect(rich.spent.get('de')).toEqual({ tokens: 120, micros: 12 });
    await expect(bench(twice, { de: 15 }).ask()).rejects.toMatchObject({ code: 'llm_over_budget' });
  });
});
