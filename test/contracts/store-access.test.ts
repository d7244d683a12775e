/** Keys, people, banks, bundles, campaigns and the overview, on real PostgreSQL. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/adapters/postgres.js';
import { openStore } from '../../src/adapters/store-prisma.js';
import type { Actor, Store } from '../../src/ports/store.js';
import { emptyDatabase, freshDatabase } from '../support/services.js';
import { claimed, decision, must, openTestStore, record, sourceOf, testIds } from '../support/store.js';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(async () => {
  await store.close();
});

const system: Actor = { kind: 'system', id: 'test' };
const HOUR_MS = 3_600_000;

describe('keys', () => {
  it('belong to one source by name, and can be revoked once', async () => {
    const input = { label: 'a', scopes: ['notes:write', 'webhooks'] as const, secretHash: 'h', expiresAt: null };
    const keys = await Promise.all(
      Array.from({ length: 6 }, () => store.access.createKey({ ...input, sourceName: 'shop' }, Date.now())),
    );
    expect(new Set(keys.map(({ sourceId }) => sourceId)).size).toBe(1);
    const key = must(keys[0]);
    expect(await store.access.findKey(key.keyId)).toEqual({ ...key, secretHash: 'h' });
    expect(await store.access.revokeKey(key.keyId, system, Date.now())).toBe(true);
    expect(await store.access.revokeKey(key.keyId, system, Date.now())).toBe(false);
    expect(must(await store.access.findKey(key.keyId)).revokedAt).not.toBeNull();
    expect(await store.access.findKey('key_none')).toBeNull();
    expect((await store.access.listKeys()).length).toBeGreaterThanOrEqual(6);
    const events = (await store.audit.list(null, 100)).items.filter(({ subject }) => subject === key.keyId);
    expect(events.map(({ verb, actor }) => [verb, actor.kind]).toSorted()).toEqual([
      ['key.created', 'system'],
      ['key.revoked', 'system'],
    ]);
  });
});

describe('people', () => {
  it('have one login each', async () => {
    const user = await store.access.createUser({ login: 'ada', passwordHash: 'p', role: 'admin' }, Date.now());
    expect(await store.access.findUser('ada')).toEqual({ ...user, passwordHash: 'p' });
    const again = store.access.createUser({ login: 'ada', passwordHash: 'p', role: 'admin' }, Date.now());
    await expect(again).rejects.toMatchObject({ code: 'name_taken' });
    expect((await store.access.listUsers()).map(({ login }) => login)).toContain('ada');
    const made = (await store.audit.list(null, 100)).items.filter(({ verb }) => verb === 'user.created');
    expect(made.map(({ subject, detail }) => [subject, detail])).toEqual([[user.userId, { role: 'admin' }]]);
    expect(await store.audit.verify()).toMatchObject({ broken: [] });
  });

  it('lose their sessions by time, by sign-out and by a new password', async () => {
    const { userId } = await store.access.createUser({ login: 'bo', passwordHash: 'p', role: 'reviewer' }, Date.now());
    const now = Date.now();
    const open = (tokenHash: string) =>
      store.access.createSession({ userId, tokenHash, csrfToken: 'c', absoluteMs: 3 * HOUR_MS }, now);
    const find = (tokenHash: string, at: number) => store.access.findSession(tokenHash, HOUR_MS, at);
    expect(await open('t1')).toMatchObject({ user: { login: 'bo' }, csrfToken: 'c' });
    for (const hours of [0.9, 1.8, 2.7]) expect(await find('t1', now + hours * HOUR_MS)).not.toBeNull();
    expect(await find('t1', now + 3.1 * HOUR_MS)).toBeNull();
    await open('t2');
    expect(await find('t2', now + 1.1 * HOUR_MS)).toBeNull();
    expect(await find('t2', now)).toBeNull();
    await open('t3');
    await store.access.endSession('t3');
    expect(await find('t3', now)).toBeNull();
    await open('t4');
    expect(await store.access.setPassword('bo', 'q', now)).toBe(true);
    expect(await find('t4', now)).toBeNull();
    expect(await store.access.setPassword('nobody', 'q', now)).toBe(false);
  });

  it('are counted when they fail to sign in, until they succeed', async () => {
    const now = Date.now();
    const tries: number[] = [];
    for (const [ok, at] of [
      [false, -20 * 60_000],
      [false, 0],
      [false, 1],
      [true, 2],
      [false, 3],
    ] as const) {
      tries.push((await store.access.recordSignIn('cy', ok, now + at)).recentFailures);
    }
    expect(tries).toEqual([1, 1, 2, 0, 1]);
  });
});

describe('bundles', () => {
  it('are kept as they were given', async () => {
    await store.bundles.put('b1', 'content', Date.now());
    await store.bundles.put('b1', 'content', Date.now());
    expect(await store.bundles.get('b1')).toBe('content');
    expect(await store.bundles.get('b2')).toBeNull();
  });
});

describe('campaigns', () => {
  it('count distinct authors by window, and a repeated revision once', async () => {
    const sourceId = await sourceOf(store);
    const now = Date.now();
    const see = (n: number, author: string, hoursAgo: number, bands: readonly string[]) =>
      store.campaigns.record({
        sourceId,
        revisionId: `rev_c${n}`,
        authorId: author,
        accountAgeDays: n,
        bands,
        at: now - hoursAgo * HOUR_MS,
      });
    await see(1, 'a', 200, ['x', 'y']);
    await see(2, 'b', 100, ['x', 'y']);
    await see(3, 'c', 20, ['y', 'z']);
    await see(4, 'c', 0.5, ['x']);
    await see(5, 'd', 0.4, ['q']);
    const wanted = { authors1h: 2, authors24h: 2, authors7d: 3, notes24h: 3, medianAccountAgeDays: 3.5 };
    expect(await see(6, 'e', 0, ['x', 'y'])).toEqual(wanted);
    expect(await see(6, 'e', 0, ['x', 'y'])).toEqual(wanted);
    const other = await sourceOf(store);
    const alone = await store.campaigns.record({
      sourceId: other,
      revisionId: 'rev_o',
      authorId: null,
      accountAgeDays: null,
      bands: ['x'],
      at: now,
    });
    expect(alone).toEqual({ authors1h: 0, authors24h: 0, authors7d: 0, notes24h: 1, medianAccountAgeDays: null });
  });
});

describe('campaigns of one text', () => {
  it('are counted beyond the first hundred authors', async () => {
    const sourceId = await sourceOf(store);
    const now = Date.now();
    const bands = Array.from({ length: 16 }, (_, band) => `same${band}`);
    const see = (n: number) =>
      store.campaigns.record({
        sourceId,
        revisionId: `rev_same${n}`,
        authorId: `author-${n}`,
        accountAgeDays: null,
        bands,
        at: now - n,
      });
    for (let n = 200; n > 0; n -= 1) await see(n);
    expect(await see(0)).toMatchObject({ authors1h: 201, notes24h: 201 });
  });
});

describe('overview', () => {
  it('counts the last day', async () => {
    const own = await openTestStore();
    const sourceId = await sourceOf(own);
    const claim = await claimed(own, sourceId);
    await own.work.complete(claim, record({ decisions: [decision({ action: 'review' })] }), Date.now());
    await claimed(own, sourceId);
    expect(await own.overview(Date.now() + 1)).toEqual({
      notes: { accepted24h: 2, decided24h: 1, pending: 1 },
      byAction: [{ action: 'review', count: 1 }],
      byLanguage: [{ language: 'en', count: 1 }],
      openCases: 1,
    });
    await own.close();
  });
});

describe('a database that is away', () => {
  it('and comes back is met again without a restart', async () => {
    const databaseUrl = await freshDatabase();
    const own = await openTestStore(databaseUrl);
    const sourceId = await sourceOf(own);
    const claim = await claimed(own, sourceId);
    const admin = await connect(databaseUrl);
    const asks = Array.from({ length: 200 }, () => own.notes.get(sourceId, claim.noteId));
    await admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    expect((await Promise.all(asks)).every((view) => view?.noteId === claim.noteId)).toBe(true);
    expect(await own.work.complete(claim, record(), Date.now())).toBe('saved');
    await admin.end();
    await own.close();
  });

  it('is named as such when opening and when asking', async () => {
    const nobody = 'postgresql://u:p@127.0.0.1:9/none';
    await expect(openStore({ databaseUrl: nobody, ids: testIds })).rejects.toMatchObject({ code: 'store_unavailable' });
    const own = await openTestStore();
    await own.close();
    await expect(own.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(own.access.listUsers()).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('is named as such where it takes no writes; reading goes on', async () => {
    const url = new URL(await freshDatabase());
    url.searchParams.set('options', '-c default_transaction_read_only=on');
    const own = await openTestStore(url.href);
    await expect(own.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await own.access.listUsers()).toEqual([]);
    await own.close();
  });

  it('is not confused with a database without tables', async () => {
    const own = await openTestStore(await emptyDatabase());
    await expect(own.access.listUsers()).rejects.not.toMatchObject({ code: 'store_unavailable' });
    await own.close();
  });
});
