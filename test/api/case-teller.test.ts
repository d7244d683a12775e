import { expect, it } from 'vitest';
import { tellerOf } from '../../src/api/case-teller.js';
import type { QueueStore, Sight } from '../../src/ports/review.js';
import { until } from '../support/until.js';

const sight: Sight = { userId: 'usr_1', role: 'admin', languages: null, regions: null, categories: null, desks: [] };
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function heard(rows: QueueStore['rows']) {
  const events: string[] = [];
  const desk = { rows, counts: () => Promise.reject(new Error('nobody wants counts')) };
  const teller = tellerOf({ desk, clock: { now: () => 0 }, log, sight, counts: false }, (event) => events.push(event));
  return { events, teller };
}

it('what is missed while cases are read is told after them', async () => {
  let read: (rows: readonly []) => void = () => undefined;
  const reading = new Promise<readonly []>((done) => {
    read = done;
  });
  const { events, teller } = heard(() => reading);
  teller.tell({ changed: ['case_1'], missed: false });
  teller.tell({ changed: [], missed: true });
  read([]);
  expect(await until(async () => (events.length > 0 ? events : null), 5_000)).toEqual(['reset']);
});

it('what could not be read is told as missed with what comes next', async () => {
  let asked = 0;
  const { events, teller } = heard(async () => {
    asked += 1;
    throw new Error('the database is away');
  });
  teller.tell({ changed: ['case_1'], missed: false });
  await until(async () => (asked === 1 ? true : null), 5_000);
  await new Promise((done) => setImmediate(done));
  teller.tell({ changed: ['case_2'], missed: false });
  expect(events).toEqual(['reset']);
  expect(asked).toBe(1);
});
