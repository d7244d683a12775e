import { expect, it } from 'vitest';
import { openMetrics } from '../../src/adapters/metrics.js';

const lineOf = (text: string, name: string): string | undefined =>
  text.split('\n').find((line) => line.startsWith(name));

it('keeps what an ended process counted and forgets its gauges', async () => {
  const [api, first, second] = [openMetrics('api'), openMetrics('worker'), openMetrics('worker')];
  first.count('stale_writes_total');
  first.set('oldest_due_seconds', 900);
  second.count('stale_writes_total', {}, 2);
  second.set('oldest_due_seconds', 3);
  api.absorb('worker-1', await first.snapshot());
  expect(lineOf(await api.render(), 'polywarden_oldest_due_seconds{part="worker"}')).toMatch(/ 900$/);
  await api.retire('worker-1');
  api.absorb('worker-2', await second.snapshot());
  const text = await api.render();
  expect(lineOf(text, 'polywarden_stale_writes_total{part="worker"}')).toMatch(/ 3$/);
  expect(lineOf(text, 'polywarden_oldest_due_seconds{part="worker"}')).toMatch(/ 3$/);
  api.absorb('worker-3', await second.snapshot());
  await Promise.all([api.retire('worker-2'), api.retire('worker-2'), api.retire('worker-3')]);
  expect(lineOf(await api.render(), 'polywarden_stale_writes_total{part="worker"}')).toMatch(/ 5$/);
});
