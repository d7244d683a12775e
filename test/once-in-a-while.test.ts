import { expect, test } from 'vitest';
import { onceInAWhile } from '../src/once-in-a-while.js';

test('an outage is said at once, then once a minute with how often; another kind is said at once', () => {
  const lines: unknown[] = [];
  const silent = () => undefined;
  let now = 0;
  const log = { debug: silent, info: silent, error: silent, warn: (...line: unknown[]) => lines.push(line) };
  const say = onceInAWhile(log, () => now);
  for (; now < 90_000; now += 1_000) say('Redis fails', 'refused', { error: 'refused' });
  say('Redis fails', 'read only', { error: 'read only' });
  expect(lines).toEqual([
    ['Redis fails', { error: 'refused' }],
    ['Redis fails', { error: 'refused', timesSinceLastSaid: 59 }],
    ['Redis fails', { error: 'read only' }],
  ]);
  for (let kind = 0; kind < 1_000; kind += 1) say('Redis fails', String(kind), {});
  expect(lines).toHaveLength(1_003);
});
