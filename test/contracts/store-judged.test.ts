/** Stored evidence for backtests: the same pages from the store in memory and from the real one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPool } from '../../src/adapters/postgres.js';
import type { JudgedRevision, Store } from '../../src/ports/store.js';
import { BOTH_STORES } from '../support/both-stores.js';
import { freshDatabase } from '../support/services.js';
import { acceptInput, decision, must, openTestStore, record, sourceOf, testIds } from '../support/store.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const ACTOR = { kind: 'system', id: 'test' } as const;

async function decided(store: Store, sourceId: string, at: number): Promise<{ noteId: string; revisionId: string }> {
  const accepted = await store.notes.accept(acceptInput(sourceId, { now: at }));
  if (!('revisionId' in accepted)) throw new Error(accepted.kind);
  const claim = must(await store.work.claim(accepted.revisionId, 1_000, at));
  await store.work.complete(claim, record({ decisions: [decision({ action: 'hold', regions: ['de'] })] }), at);
  return accepted;
}

async function all(store: Store, sourceId: string | null, since: number): Promise<readonly JudgedRevision[]> {
  const items: JudgedRevision[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: Awaited<ReturnType<Store['notes']['judged']>> = await store.notes.judged(sourceId, since, cursor, 2);
    items.push(...page.items);
    if (page.nextCursor === null) return items;
    cursor = page.nextCursor;
  }
}

describe.each(BOTH_STORES)('judged revisions %s', (_name, open) => {
  let store: Store;
  let source: string;
  beforeAll(async () => {
    store = await open();
    source = await sourceOf(store, testIds.next('judged'));
  });
  afterAll(() => store.close());

  it('come with text, evidence and decisions; the waiting, the old, the erased and strangers stay out', async () => {
    await decided(store, source, NOW - 10_000);
    const made = [];
    for (let index = 0; index < 5; index += 1) made.push(await decided(store, source, NOW + index));
    const waiting = await store.notes.accept(acceptInput(source, { now: NOW }));
    expect(waiting.kind).toBe('created');
    await decided(store, await sourceOf(store, testIds.next('other')), NOW);
    const [first, ...rest] = made;
    await store.notes.erase(source, must(first).noteId, ACTOR, NOW);
    const found = await all(store, source, NOW);
    expect(found.map((row) => row.revisionId)).toEqual(rest.map((row) => row.revisionId));
    expect(found[0]).toMatchObject({
      sourceId: source,
      revision: 1,
      note: { title: 'A quiet walk' },
      decidedAt: new Date(NOW + 1).toISOString(),
      acceptedAt: new Date(NOW + 1).toISOString(),
      language: 'en',
      evidence: record().evidence,
      decisions: [{ regions: ['de'], action: 'hold', category: decision().category }],
      human: [],
      stands: true,
    });
    expect(await all(store, null, NOW)).toHaveLength(5);
    await expect(store.notes.judged(source, NOW, 'bm9uc2Vuc2U', 2)).rejects.toMatchObject({ code: 'cursor_invalid' });
  });
});

it('bring what people decided, oldest first', async () => {
  const url = await freshDatabase();
  const store = await openTestStore(url);
  const pool = openPool(url, { max: 1, statementMs: 5_000 });
  try {
    const source = await sourceOf(store);
    const { noteId, revisionId } = await decided(store, source, NOW);
    const insert = `INSERT INTO human_decisions (id, source_id, note_id, revision_id, user_id, action, regions, created_at)
      VALUES ($1, $2, $3, $4, 'user_1', $5, '{de}', $6)`;
    await pool.query(insert, ['hum_2', source, noteId, revisionId, 'remove', new Date(NOW + 2)]);
    await pool.query(insert, ['hum_1', source, noteId, revisionId, 'allow', new Date(NOW + 1)]);
    expect((await all(store, source, NOW))[0]?.human).toEqual([
      { regions: ['de'], action: 'allow' },
      { regions: ['de'], action: 'remove' },
    ]);
  } finally {
    await pool.end();
    await store.close();
  }
});
