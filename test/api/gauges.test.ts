import { describe, expect, it, vi } from 'vitest';
import { openMetrics } from '../../src/adapters/metrics.js';
import { gaugeReader } from '../../src/api/gauges.js';
import { DESKS } from '../../src/domain.js';
import { goodNote, openBench } from './support.js';

async function bench() {
  const own = await openBench();
  const metrics = openMetrics('api');
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  return { ...own, own, log, metrics, read: gaugeReader({ store: own.store, metrics, clock: own.clock, log }) };
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
