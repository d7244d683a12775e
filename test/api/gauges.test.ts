import { describe, expect, it, vi } from 'vitest';
import { openMetrics } from '../../src/adapters/metrics.js';
import { gaugeReader } from '../../src/api/gauges.js';
import { DESKS } from '../../src/domain.js';
import { bundleOf, global, region, rule } from '../policy/bench-files.js';
import { goodNote, openBench } from './support.js';

const noBundle = () => {
  throw new Error('without a language model nobody asks for budgets');
};
async function bench(more: Partial<Parameters<typeof gaugeReader>[0]> = {}) {
  const own = await openBench();
  const metrics = openMetrics('api');
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  return {
    ...own,
    own,
    log,
    metrics,
    read: gaugeReader({ store: own.store, metrics, clock: own.clock, log, bundle: noBundle, ...more }),
  };
}

describe('gauges', () => {
  it('tell the backlog and every desk, empty ones too, with no worker at all', async () => {
    const { own, metrics, read } = await bench();
    const { headers } = await own.keyFor('app');
    await own.server.inject({ method: 'POST', url: '/v1/notes', headers, payload: goodNote() });
    own.clock.at += 90_000;
    await read();
    const text = await metrics.render();
    expect(text).toMatch(/polywarden_backlog_notes\{[^}]*\} 1\n/);
    expect(text).toMatch(/polywarden_oldest_due_seconds\{[^}]*\} 90\n/);
    for (const desk of DESKS) expect(text).toMatch(new RegExp(`polywarden_cases_open\\{desk="${desk}"[^}]*\\} 0\\n`));
    expect(text).toMatch(/polywarden_cases_overdue\{[^}]*\} 0\n/);
  });

  it('tell what each region may still ask of a language model today, and only where there is one', async () => {
    const budget = 'opinions: { budget: { tokens_per_day: 100, money_per_day: 2 } }\n';
    const files = { 'global.yaml': global(rule({ id: 'r1' })), 'regions/de.yaml': region('de', budget) };
    const bundle = () => bundleOf(files);
    const { own, metrics, read } = await bench({ opinions: {}, bundle });
    const limits = [{ region: 'de', tokens: 100, micros: 2_000_000 }];
    await own.store.opinions.reserve(limits, { tokens: 60, micros: 500_000 }, '2026-11-20');
    await read();
    const left = (text: string) => text.split('\n').filter((line) => line.startsWith('polywarden_llm_budget'));
    expect(left(await metrics.render())).toEqual([
      'polywarden_llm_budget_left_tokens{region="de",part="api"} 40',
      'polywarden_llm_budget_left_tokens{region="global",part="api"} 1000000',
      'polywarden_llm_budget_left_micros{region="de",part="api"} 1500000',
    ]);
    // More than was booked is no debt, and the next day begins full.
    await own.store.opinions.settle(['de'], { tokens: 90, micros: 0 }, '2026-11-20');
    own.clock.at += 11_000;
    await read();
    expect(await metrics.render()).toContain('llm_budget_left_tokens{region="de",part="api"} 0');
    own.clock.at += 86_400_000;
    await read();
    expect(await metrics.render()).toContain('llm_budget_left_tokens{region="de",part="api"} 100');

    const without = await bench();
    await without.read();
    expect(left(await without.metrics.render())).toEqual([]);
    expect(without.log.debug).not.toHaveBeenCalled();
  });

  it('are read anew after ten seconds, and once for all who ask together', async () => {
    const { own, store, read } = await bench();
    const backlog = vi.spyOn(store.work, 'backlog');
    await Promise.all([read(), read()]);
    own.clock.at += 9_000;
    await read();
    expect(backlog).toHaveBeenCalledTimes(1);
    own.clock.at += 2_000;
    await read();
    expect(backlog).toHaveBeenCalledTimes(2);
  });

  it('do not wait for a database that hangs', async () => {
    const { store, read } = await bench();
    vi.spyOn(store.work, 'backlog').mockReturnValue(new Promise(() => undefined));
    const startedAt = performance.now();
    await read();
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });

  it('keep what was read last while the database is away, and say so in the log', async () => {
    const { own, log, store, read } = await bench();
    store.away = true;
    await expect(read()).resolves.toBeUndefined();
    expect(log.debug).toHaveBeenCalledOnce();
    expect((await own.server.inject('/metrics')).statusCode).toBe(200);
  });
});
