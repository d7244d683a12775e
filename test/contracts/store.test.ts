import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/ports-store.js';
import { acceptInput, decision, openTestStore, record, sourceOf, testIds } from '../support/store.js';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(async () => {
  await store.close();
});

const must = <T>(value: T | null | undefined): T => {
  if (value === null || value === undefined) throw new Error('expected a value');
  return value;
};

describe('accept', () => {
  it('stores a note once, whatever the number of equal requests at once', async () => {
    const sourceId = await sourceOf(store);
    const input = acceptInput(sourceId, { idempotency: { key: 'k1', fingerprint: 'f1' } });
    const answers = await Promise.all(Array.from({ length: 50 }, () => store.notes.accept(input)));
    const kinds = answers.map((answer) => answer.kind);
    expect(kinds.filter((kind) => kind === 'created')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'replayed')).toHaveLength(49);
    expect(new Set(answers.map((answer) => ('noteId' in answer ? answer.noteId : '')))).toHaveProperty('size', 1);
    const page = await store.notes.list(sourceId, {}, null, 10);
    expect(page.items).toHaveLength(1);
    const other = await store.notes.accept({ ...input, idempotency: { key: 'k1', fingerprint: 'f2' } });
    expect(other).toEqual({ kind: 'key_reused' });
  });

  it('makes a revision of other content and nothing of the same', async () => {
    const sourceId = await sourceOf(store);
    const first = await store.notes.accept(acceptInput(sourceId, { externalId: 'x' }));
    const same = await store.notes.accept(acceptInput(sourceId, { externalId: 'x' }));
    expect(same).toEqual({ ...first, kind: 'unchanged' });
    const second = await store.notes.accept(acceptInput(sourceId, { externalId: 'x', contentHash: 'other' }));
    expect(second).toMatchObject({ kind: 'revised', revision: 2 });
    if (!('noteId' in first) || !('noteId' in second)) throw new Error('no ids');
    expect(second.noteId).toBe(first.noteId);
    expect(await store.work.claim(first.revisionId, 1_000, Date.now())).toBeNull();
    const claim = must(await store.work.claim(second.revisionId, 1_000, Date.now()));
    expect(claim.revision).toBe(2);
  });
});
void decision;
void record;
void testIds;
