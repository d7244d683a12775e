/** A backtest over the real store, page by page, with what a person decided about one of the notes. */
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadBundle } from '../../src/adapters/policy-folder.js';
import { openPool } from '../../src/adapters/postgres.js';
import { runPolicy } from '../../src/cli/policy.js';
import { testInput } from '../../src/policy/test-evidence.js';
import type { FullStore } from '../../src/ports/review.js';
import { freshDatabase } from '../support/services.js';
import { acceptInput, decision, must, noteOf, openTestStore, record, sourceOf, testIds } from '../support/store.js';

/** More than a page. */
const NOTES = 620;
const NOW = Date.parse('2026-11-20T12:00:00Z');
const POLICIES = path.resolve('policies');

let url: string;
let store: FullStore;
beforeAll(async () => {
  url = await freshDatabase();
  store = await openTestStore(url);
  const source = await sourceOf(store);
  const inputs = Array.from({ length: NOTES }, (_, index) =>
    acceptInput(source, { externalId: testIds.next('ext'), now: NOW, note: noteOf({ body: `Note ${index}.` }) }),
  );
  const accepted = await store.notes.acceptMany(inputs);
  for (const [index, one] of accepted.entries()) {
    if (!('revisionId' in one)) throw new Error(one.kind);
    const { evidence } = testInput(
      { expect: 'match', ...(index % 10 === 0 ? { findings: ['fraud.scam'], contacts: ['url'] } : {}) },
      NOW,
    );
    const claim = must(await store.work.claim(one.revisionId, 60_000, NOW));
    await store.work.complete(claim, record({ evidence, decisions: [decision({ regions: ['de', 'us'] })] }), NOW);
  }
});
afterAll(() => store.close());

async function backtest() {
  const said = { out: '', err: '' };
  const code = await runPolicy(['backtest', '--since', '1d', '--json'], {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    moderate: () => Promise.reject(new Error('no pipeline here')),
    moderateWith: () => Promise.reject(new Error('no pipeline here')),
    withStore: (use) => use(store),
    now: () => NOW + 1_000,
    policiesDir: POLICIES,
    fixturesDir: '',
    today: '2026-11-20',
    isTerminal: true,
    untilStopped: () => AbortSignal.abort(),
  });
  return { code, err: said.err, result: JSON.parse(said.out) as Readonly<Record<string, unknown>> };
}

test('every stored note is judged again, and nobody has reviewed any', async () => {
  const { code, err, result } = await backtest();
  expect(code).toBe(0);
  expect(err).toContain(`${NOTES} stored notes`);
  expect(result).toMatchObject({
    bundle: (await loadBundle(POLICIES)).hash,
    notes: NOTES,
    all: { answers: NOTES * 2, upheld: 0, overturned: 0, neverReviewed: NOTES * 2, unknownActed: NOTES / 5 },
    byRegion: { de: { answers: NOTES }, us: { answers: NOTES } },
    byRule: { 'fraud.scam.contact': { hits: NOTES / 5 } },
  });
  console.log(`${result['perSecondPerCore']} stored notes judged again per second and core, ${NOTES} in all`);
});

test('what a person decided is set beside it', async () => {
  const pool = openPool(url, { max: 1, statementMs: 5_000 });
  try {
    await pool.query(
      `INSERT INTO human_decisions (id, source_id, note_id, revision_id, user_id, action, regions, created_at)
       SELECT 'hum_1', source_id, note_id, id, 'user_1', 'remove', '{de}', now() FROM revisions
       WHERE note->>'body' = 'Note 10.'`,
    );
  } finally {
    await pool.end();
  }
  const { result } = await backtest();
  expect(result).toMatchObject({
    all: { upheld: 0, overturned: 1, rightlyActed: 1 },
    byRegion: { de: { overturned: 1 }, us: { overturned: 0 } },
    byRule: { 'fraud.scam.contact': { upheld: 1, overturned: 0 } },
  });
});
