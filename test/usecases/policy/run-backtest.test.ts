import { expect, it } from 'vitest';
import { loadBundle } from '../../../src/adapters/policy-folder.js';
import { backtestsWith } from '../../../src/usecases/policy/run-backtest.js';
import { testIds } from '../../support/store.js';
import { storeMemory } from '../../support/store-memory.js';
import { until } from '../../support/until.js';

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

it('runs one backtest at a time, also when two are asked for at the same moment', async () => {
  const bundle = await loadBundle('policies');
  const store = storeMemory();
  const start = backtestsWith({ store, bundle: () => bundle, ids: testIds, clock: { now: () => 0 }, log });
  const order = { userId: 'usr_1', since: 0, most: 10, draft: null };
  const both = await Promise.allSettled([start(order), start(order)]);
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(both[1]).toMatchObject({ reason: { code: 'conflict' } });
  const id = both[0]?.status === 'fulfilled' ? both[0].value : '';
  await until(async () => ((await store.policy.backtest(id))?.state === 'done' ? true : null));
  expect(await start(order)).not.toBe(id);
});
