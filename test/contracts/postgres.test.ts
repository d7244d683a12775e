/** The pool against a server that is there and no longer answers. */
import { expect, inject, it } from 'vitest';
import { isAway, openPool } from '../../src/adapters/postgres.js';
import { cuttable } from '../support/cut.js';

it('gives up on a question that the server took and never answers', { timeout: 20_000 }, async () => {
  const proxy = await cuttable(inject('databaseUrl'));
  const pool = openPool(proxy.url, { max: 1, statementMs: 300 });
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  proxy.freeze();
  const started = performance.now();
  const error = await pool.query('SELECT 1').catch((thrown: unknown) => thrown);
  expect(isAway(error)).toBe(true);
  expect(performance.now() - started).toBeLessThan(7_000);
  await proxy.close();
  await pool.end();
});
