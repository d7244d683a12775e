/** What the API builds on, asked of the store in memory and of the real one: the fake may not be kinder. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventType } from '../../src/domain.js';
import { UnavailableError } from '../../src/errors.js';
import type { Store } from '../../src/ports/store.js';
import { BOTH_STORES } from '../support/both-stores.js';
import { acceptInput, decision, noteOf, record, sourceOf, testIds } from '../support/store.js';

const ACTOR = { kind: 'system', id: 'test' } as const;
const NOW = Date.parse('2026-11-20T12:00:00Z');

describe.each(BOTH_STORES)('the store %s', (_name, open) => {
  let store: Store;
  let source: string;
  beforeAll(async () => {
    store = await open();
    source = await sourceOf(store, 'alike');
  });
  afterAll(() => store.close());

  const accept = async (change: Parameters<typeof acceptInput>[1]) => {
    const accepted = await store.notes.accept(acceptInput(source, { now: NOW, ...change }));
    if (!('noteId' in accepted)) throw new Error(accepted.kind);
    return accepted;
  };
  const decide = async (revisionId: string, action: 'allow' | 'hold'): Promise<void> => {
    const claim = await store.work.claim(revisionId, 1_000, NOW);
    if (claim === null) throw new Error('nothing to claim');
    expect(await store.work.complete(claim, record({ decisions: [decision({ action })] }), NOW)).toBe('saved');
  };

  it('tells created, unchanged and revised apart', async () => {
    const externalId = testIds.next('ext');
    const first = await accept({ externalId });
    const same = await accept({ externalId });
    const edited = await accept({ externalId, contentHash: 'content-2' });
    expect([first.kind, same.kind, edited.kind]).toEqual(['created', 'unchanged', 'revised']);
    expect([same.revisionId, edited.noteId, edited.revision]).toEqual([first.revisionId, first.noteId, 2]);
  });

  it('replays a key, refuses it for another request, and keeps sources apart', async () => {
    const externalId = testIds.next('ext');
    const idempotency = { key: testIds.next('key'), fingerprint: 'a' };
    const first = await accept({ externalId, idempotency });
    const again = await accept({ externalId, idempotency });
    expect(again).toMatchObject({ kind: 'replayed', noteId: first.noteId, revisionId: first.revisionId });
    const other = acceptInput(source, { now: NOW, externalId, idempotency: { ...idempotency, fingerprint: 'b' } });
    expect(await store.notes.accept(other)).toEqual({ kind: 'key_reused' });
    const stranger = acceptInput(await sourceOf(store, 'stranger'), { now: NOW, externalId, idempotency });
    expect((await store.notes.accept(stranger)).kind).toBe('created');
  });

  it('fences: an older claim writes nothing, a second result changes nothing', async () => {
    const { revisionId } = await accept({});
    const first = await store.work.claim(revisionId, 1_000, NOW);
    expect(await store.work.claim(revisionId, 1_000, NOW + 500)).toBeNull();
    const second = await store.work.claim(revisionId, 1_000, NOW + 2_000);
    if (first === null || second === null) throw new Error('no claim');
    expect(second).toMatchObject({ epoch: first.epoch + 1, crashes: 1 });
    expect(await store.work.complete(first, record(), NOW + 2_000)).toBe('stale');
    expect(await store.work.complete(second, record(), NOW + 2_000)).toBe('saved');
    expect(await store.work.claim(revisionId, 1_000, NOW + 9_000)).toBeNull();
  });

  it('shows a note to its own source and to people, with decisions in order', async () => {
    const { noteId, revisionId } = await accept({});
    expect(await store.notes.get(source, noteId)).toMatchObject({ status: 'pending', decisions: [] });
    await decide(revisionId, 'hold');
    for (const reader of [source, null]) {
      expect(await store.notes.get(reader, noteId)).toMatchObject({
        status: 'held',
        revisions: [{ revision: 1, status: 'held', note: { title: 'A quiet walk' } }],
        decisions: [{ sequence: 1, action: 'hold', by: { kind: 'policy' }, supersedes: null, supersededBy: null }],
      });
    }
    expect(await store.notes.get('src_of_nobody', noteId)).toBeNull();
  });

  it('pages newest first without gap or repetition', async () => {
    const own = await sourceOf(store, testIds.next('paged'));
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      const accepted = await store.notes.accept(acceptInput(own, { now: NOW + index }));
      if ('noteId' in accepted) made.push(accepted.noteId);
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<Store['notes']['list']>> = await store.notes.list(own, {}, cursor, 2);
      seen.push(...page.items.map((item) => item.noteId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(made.toReversed());
    await expect(store.notes.list(own, {}, 'bm9uc2Vuc2U', 2)).rejects.toMatchObject({ code: 'cursor_invalid' });
  });

  it('erases once, begins anew under the same id, and says null to strangers', async () => {
    const externalId = testIds.next('ext');
    const { noteId } = await accept({ externalId });
    expect(await store.notes.erase('src_of_nobody', noteId, ACTOR, NOW)).toBeNull();
    expect(await store.notes.erase(source, noteId, ACTOR, NOW)).toEqual({ erased: true, kept: [] });
    expect(await store.notes.erase(source, noteId, ACTOR, NOW + 1_000)).toEqual({ erased: false, kept: [] });
    expect(await store.notes.get(source, noteId)).toMatchObject({ status: 'erased', revisions: [{ note: null }] });
    const anew = await accept({ externalId });
    expect(anew.kind).toBe('created');
    expect(anew.noteId).not.toBe(noteId);
    const author = { id: testIds.next('author') };
    await accept({ note: noteOf({ author }) });
    expect(await store.notes.eraseAuthor(source, author.id, ACTOR, NOW)).toEqual({ notes: 1, kept: [] });
    expect(await store.notes.eraseAuthor(source, 'nobody', ACTOR, NOW)).toBeNull();
  });

  it('erases for an author what was ever sent in their name', async () => {
    const author = (): { readonly id: string } => ({ id: testIds.next('author') });
    const [first, second, late] = [author(), author(), author()];
    const handed = testIds.next('ext');
    const { noteId } = await accept({ externalId: handed, note: noteOf({ author: first }) });
    await accept({ externalId: handed, note: noteOf({ author: second }), contentHash: 'content-2' });
    const nameless = testIds.next('ext');
    const unnamed = await accept({ externalId: nameless, note: noteOf({ author: undefined }) });
    expect((await accept({ externalId: nameless, note: noteOf({ author: late }) })).kind).toBe('unchanged');
    for (const [{ id }, erased] of [
      [first, noteId],
      [late, unnamed.noteId],
    ] as const) {
      expect(await store.notes.eraseAuthor(source, id, ACTOR, NOW)).toEqual({ notes: 1, kept: [] });
      expect(await store.notes.get(source, erased)).toMatchObject({ status: 'erased' });
    }
    expect(await store.notes.eraseAuthor(source, first.id, ACTOR, NOW)).toBeNull();
  });

  it('ends sessions by idleness, by time and by a new password', async () => {
    const login = testIds.next('login');
    const user = await store.access.createUser({ login, passwordHash: 'x', role: 'admin' }, NOW);
    const open = async (tokenHash: string): Promise<void> => {
      const input = { userId: user.userId, tokenHash, csrfToken: 'c', absoluteMs: 1_500_000 };
      await store.access.createSession(input, NOW);
    };
    const isOpen = async (tokenHash: string, at: number): Promise<boolean> =>
      (await store.access.findSession(tokenHash, 600_000, at)) !== null;
    const [idle, long, replaced] = [testIds.next('t'), testIds.next('t'), testIds.next('t')];
    for (const token of [idle, long, replaced]) await open(token);
    expect(await isOpen(idle, NOW + 601_000)).toBe(false);
    expect(await isOpen(long, NOW + 590_000)).toBe(true);
    expect(await isOpen(long, NOW + 1_100_000)).toBe(true);
    expect(await isOpen(long, NOW + 1_501_000)).toBe(false);
    await store.access.setPassword(login, 'y', NOW);
    expect(await isOpen(replaced, NOW + 1)).toBe(false);
  });

  it('counts failed sign-ins since the last success, within a window', async () => {
    const login = testIds.next('login');
    const at = async (ok: boolean, ms: number) => (await store.access.recordSignIn(login, ok, NOW + ms)).recentFailures;
    expect([await at(false, 0), await at(false, 1), await at(true, 2), await at(false, 3)]).toEqual([1, 2, 0, 1]);
    expect(await at(false, 16 * 60_000)).toBe(1);
  });

  it('sends dead letters again, and a delivered one by its id only', async () => {
    const events: readonly EventType[] = ['endpoint.test'];
    const input = { url: 'https://hooks.example/', events, description: '', secret: 'whsec_x' };
    const { endpointId } = await store.webhooks.create(source, input, NOW);
    const ids: string[] = [];
    for (const ok of [true, false]) {
      const deliveryId = await store.webhooks.sendTest(source, endpointId, NOW);
      if (deliveryId === null) throw new Error('no delivery');
      ids.push(deliveryId);
      const due = (await store.webhooks.takeDue(50, 1_000, NOW)).find((row) => row.deliveryId === deliveryId);
      if (due === undefined) throw new Error('not due');
      const attempt = { ok, status: 200, error: null, latencyMs: 1, nextAttemptAt: null, disableEndpoint: false };
      await store.webhooks.recordAttempt(due, attempt, NOW);
    }
    expect(
      await store.webhooks.redeliver(source, { endpointId, since: new Date(NOW).toISOString() }, null, NOW),
    ).toMatchObject({ redelivered: 1 });
    expect(await store.webhooks.redeliver(source, { deliveryId: ids[0] }, null, NOW)).toMatchObject({ redelivered: 1 });
    const idempotency = { key: testIds.next('key'), fingerprint: 'a' };
    const again = (change: object = {}, at = NOW) =>
      store.webhooks.redeliver(source, { deliveryId: ids[0] }, { ...idempotency, ...change }, at);
    expect(await again()).toEqual({ kind: 'redelivered', redelivered: 1 });
    expect(await again()).toEqual({ kind: 'replayed', redelivered: 1 });
    expect(await again({ fingerprint: 'b' })).toEqual({ kind: 'key_reused' });
    expect(await store.webhooks.redeliver('src_of_nobody', { deliveryId: ids[0] }, null, NOW)).toMatchObject({
      redelivered: 0,
    });
    const page = await store.webhooks.deliveries(source, { endpointId }, null, 10);
    expect(page.items.map((item) => item.status)).toEqual(['due', 'due']);
  });

  it('throws UnavailableError when it is away', async () => {
    const own = await open();
    if ('away' in own) own.away = true;
    else await own.close();
    await expect(own.notes.list(null, {}, null, 1)).rejects.toBeInstanceOf(UnavailableError);
  });
});
