/** Accepting and reading notes, on real PostgreSQL. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Accepted, Store } from '../../src/ports/store.js';
import { acceptInput, claimed, decision, must, noteOf, openTestStore, record, sourceOf } from '../support/store.js';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(async () => {
  await store.close();
});

const noteIdOf = (accepted: Accepted): string => ('noteId' in accepted ? accepted.noteId : '');

describe('accept', () => {
  it('stores a note once, whatever the number of equal requests at once', async () => {
    const sourceId = await sourceOf(store);
    const input = acceptInput(sourceId, { idempotency: { key: 'k1', fingerprint: 'f1' } });
    const answers = await Promise.all(Array.from({ length: 50 }, () => store.notes.accept(input)));
    const kinds = answers.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'created')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'replayed')).toHaveLength(49);
    expect(new Set(answers.map(noteIdOf)).size).toBe(1);
    expect((await store.notes.list(sourceId, {}, null, 10)).items).toHaveLength(1);
  });

  it('refuses a key that comes back with another request, and keeps sources apart', async () => {
    const [one, two] = [await sourceOf(store), await sourceOf(store)];
    const input = acceptInput(one, { idempotency: { key: 'k', fingerprint: 'f1' } });
    await store.notes.accept(input);
    const other = { ...input, idempotency: { key: 'k', fingerprint: 'f2' } };
    expect(await store.notes.accept(other)).toEqual({ kind: 'key_reused' });
    expect((await store.notes.accept({ ...other, sourceId: two })).kind).toBe('created');
  });

  it('takes an expired key as a new one', async () => {
    const sourceId = await sourceOf(store);
    const input = acceptInput(sourceId, {
      idempotency: { key: 'k', fingerprint: 'f1' },
      now: Date.now() - 25 * 3_600_000,
    });
    await store.notes.accept(input);
    const later = acceptInput(sourceId, { idempotency: { key: 'k', fingerprint: 'f2' } });
    expect((await store.notes.accept(later)).kind).toBe('created');
  });

  it('makes a revision of other content and no work of the same', async () => {
    const sourceId = await sourceOf(store);
    const first = await store.notes.accept(acceptInput(sourceId, { externalId: 'x' }));
    expect(await store.notes.accept(acceptInput(sourceId, { externalId: 'x' }))).toEqual({
      ...first,
      kind: 'unchanged',
    });
    const second = await store.notes.accept(acceptInput(sourceId, { externalId: 'x', contentHash: 'content-2' }));
    expect(second).toMatchObject({ kind: 'revised', revision: 2, noteId: noteIdOf(first) });
    if (!('revisionId' in first) || !('revisionId' in second)) throw new Error('no ids');
    expect(await store.work.claim(first.revisionId, 1_000, Date.now())).toBeNull();
    expect(must(await store.work.claim(second.revisionId, 1_000, Date.now())).revision).toBe(2);
    const view = must(await store.notes.get(sourceId, first.noteId));
    expect(view.revisions.map(({ revision, status }) => [revision, status])).toEqual([
      [1, 'pending'],
      [2, 'pending'],
    ]);
  });

  it('numbers concurrent revisions of one note without a gap', async () => {
    const sourceId = await sourceOf(store);
    const inputs = Array.from({ length: 20 }, (_, i) =>
      acceptInput(sourceId, { externalId: 'r', contentHash: `c${i}` }),
    );
    const answers = await Promise.all(inputs.map((input) => store.notes.accept(input)));
    const numbers = answers.map((answer) => ('revision' in answer ? answer.revision : 0));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(inputs.map((_, i) => i + 1));
  });

  it('answers a batch in order, and one bad item harms no other', async () => {
    const sourceId = await sourceOf(store);
    const good = (externalId: string) => acceptInput(sourceId, { externalId });
    const badDate = { ...good('bad'), note: noteOf({ author: { id: 'a', createdAt: 'no date' } }) };
    const badText = { ...good('nul'), note: noteOf({ body: 'a\0b' }) };
    const answers = await store.notes.acceptMany([good('1'), badDate, good('2'), badText, good('1')]);
    expect(answers.map((answer) => ('code' in answer ? answer.code : answer.kind))).toEqual([
      'created',
      'body_invalid',
      'created',
      'text_unstorable',
      'unchanged',
    ]);
    expect((await store.notes.list(sourceId, {}, null, 10)).items).toHaveLength(2);
  });

  it('takes crossing batches at once without a lost item', async () => {
    const sourceId = await sourceOf(store);
    const inputs = Array.from({ length: 60 }, (_, i) =>
      acceptInput(sourceId, { externalId: `b${i}`, note: noteOf({ author: { id: `author-${i % 7}` } }) }),
    );
    const batches = await Promise.all(
      [inputs, inputs.toReversed(), inputs].map((list) => store.notes.acceptMany(list)),
    );
    const kinds = batches.flat().map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'created')).toHaveLength(60);
    expect(kinds.filter((kind) => kind === 'unchanged')).toHaveLength(120);
  });

  it.each(['a\0b', 'half \ud800 pair', '\udc00'])('refuses text that cannot be stored: %j', async (body) => {
    const input = acceptInput(await sourceOf(store), { note: noteOf({ body }) });
    await expect(store.notes.accept(input)).rejects.toMatchObject({ code: 'text_unstorable' });
  });

  it.each(['\\u0000 spelled out', '\\ud800', 'whole 😀 pair', '\u0001\u200b'])('stores %j unchanged', async (body) => {
    const sourceId = await sourceOf(store);
    const accepted = await store.notes.accept(acceptInput(sourceId, { note: noteOf({ body }) }));
    const view = must(await store.notes.get(sourceId, noteIdOf(accepted)));
    expect(view.revisions[0]?.note?.body).toBe(body);
  });
});

describe('reading', () => {
  it('shows a note to its own source and to people, and to nobody else', async () => {
    const [one, two] = [await sourceOf(store), await sourceOf(store)];
    const noteId = noteIdOf(await store.notes.accept(acceptInput(one)));
    expect(await store.notes.get(two, noteId)).toBeNull();
    expect((await store.notes.list(two, {}, null, 10)).items).toEqual([]);
    expect(await store.notes.erase(two, noteId, { kind: 'key', id: 'k' }, Date.now())).toBeNull();
    expect(must(await store.notes.get(null, noteId)).status).toBe('pending');
    expect(must(await store.notes.get(one, noteId)).noteId).toBe(noteId);
  });

  it('pages by cursor: each note once, also while others arrive', async () => {
    const sourceId = await sourceOf(store);
    const now = Date.now();
    const add = (externalId: string, at: number) => store.notes.accept(acceptInput(sourceId, { externalId, now: at }));
    for (let i = 0; i < 25; i += 1) await add(`p${i}`, now - Math.floor(i / 3));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<Store['notes']['list']>> = await store.notes.list(sourceId, {}, cursor, 4);
      seen.push(...page.items.map(({ externalId }) => externalId));
      await add(`late${seen.length}`, now + seen.length);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.toSorted()).toEqual(Array.from({ length: 25 }, (_, i) => `p${i}`).toSorted());
    await expect(store.notes.list(sourceId, {}, 'bm9uc2Vuc2U', 4)).rejects.toMatchObject({ code: 'cursor_invalid' });
  });

  it('filters by every field', async () => {
    const sourceId = await sourceOf(store);
    const claim = await claimed(store, sourceId, { externalId: 'f1', note: noteOf({ author: { id: 'anna' } }) });
    const held = [decision({ regions: ['de'], action: 'hold', category: 'fraud.scam' }), decision({ regions: ['us'] })];
    await store.work.complete(claim, record({ decisions: held, language: 'de' }), Date.now());
    await store.notes.accept(acceptInput(sourceId, { externalId: 'f2', note: noteOf({ body: 'Other words.' }) }));
    const ids = async (filter: Parameters<Store['notes']['list']>[1]) =>
      (await store.notes.list(sourceId, filter, null, 10)).items.map(({ externalId }) => externalId);
    expect(await ids({ externalId: 'f2' })).toEqual(['f2']);
    expect(await ids({ authorId: 'anna' })).toEqual(['f1']);
    expect(await ids({ action: 'hold' })).toEqual(['f1']);
    expect(await ids({ action: 'hold', region: 'us' })).toEqual([]);
    expect(await ids({ action: 'allow', region: 'us' })).toEqual(['f1']);
    expect(await ids({ region: 'de' })).toEqual(['f1']);
    expect(await ids({ language: 'de' })).toEqual(['f1']);
    expect(await ids({ status: 'held' })).toEqual(['f1']);
    expect(await ids({ status: 'pending' })).toEqual(['f2']);
    const { textHashOf } = await import('../../src/adapters/store/hashes.js');
    expect(await ids({ textHash: must(textHashOf(noteOf({ body: 'Other words.' }))) })).toEqual(['f2']);
  });
});
