/** What was spent by region and day. */
import type { OpinionsStore } from '../../../ports/opinions.js';
import type { Database } from '../database.js';

const RESERVE = { name: 'reserve_opinion', text: 'SELECT reserve_opinion($1::date, $2::jsonb, $3, $4) AS granted' };
const SETTLE = {
  name: 'settle_opinion',
  text: `UPDATE opinion_budget SET tokens = greatest(0, tokens + $3), micros = greatest(0, micros + $4)
    WHERE region = ANY ($1::text[]) AND day = $2::date`,
};
const SPENT = {
  name: 'spent_opinion',
  text: 'SELECT tokens, micros FROM opinion_budget WHERE region = $1 AND day = $2::date',
};
const SPENT_ON = {
  name: 'spent_opinions',
  text: 'SELECT region, tokens, micros FROM opinion_budget WHERE day = $1::date',
};

export const budgetWith = (database: Database): Pick<OpinionsStore, 'reserve' | 'settle' | 'spent' | 'spentOn'> => ({
  async reserve(budgets, { tokens, micros }, day) {
    const values = [day, JSON.stringify(budgets), tokens, micros];
    const [row] = await database.rows<{ granted: readonly string[] }>(RESERVE, values);
    return row?.granted ?? [];
  },
  async settle(regions, { tokens, micros }, day) {
    await database.rows(SETTLE, [[...regions], day, tokens, micros]);
  },
  async spent(region, day) {
    const [row] = await database.repeatable<{ tokens: unknown; micros: unknown }>(SPENT, [region, day]);
    return { tokens: Number(row?.tokens ?? 0), micros: Number(row?.micros ?? 0) };
  },
  async spentOn(day) {
    const rows = await database.repeatable<{ region: string; tokens: unknown; micros: unknown }>(SPENT_ON, [day]);
    return new Map(
      rows.map(({ region, tokens, micros }) => [region, { tokens: Number(tokens), micros: Number(micros) }]),
    );
  },
});
