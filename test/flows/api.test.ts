/** The API on the real store and queue: what the fakes cannot show. */

import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openIds, systemClock } from '../../src/adapters/clock-ids.js';
import { openPasswordHasher } from '../../src/adapters/password-argon2.js';
import { loadBundle } from '../../src/adapters/policy-folder.js';
import { queueBoard } from '../../src/adapters/queue-board.js';
import { openQueue, type RedisQueue } from '../../src/adapters/queue-bullmq.js';
import { openStore } from '../../src/adapters/store-prisma.js';
import type { ApiDeps } from '../../src/api/deps.js';
import { EVENT_SCHEMAS } from '../../src/api/schemas/event.js';
import { buildServer } from '../../src/api/server.js';
import { readConfig } from '../../src/config.js';
import type { EventType } from '../../src/domain.js';
import type { Bundle } from '../../src/policy/bundle.js';
import type { FullStore } from '../../src/ports/review.js';
import { SCOPES, type Scope } from '../../src/ports/store.js';
import type { Log, Metrics } from '../../src/ports.js';
import { createKey, revokeKey } from '../../src/usecases/keys.js';
import { hashToken } from '../../src/usecases/sign-in.js';
import { goodNote, moderateFake, recordOf } from '../api/support.js';
import { imagesFake } from '../support/images.js';
import { freshDatabase, freshRedis } from '../support/services.js';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const uncounted: Metrics = {
  count: () => undefined,
  observe: () => undefined,
  set: () => undefined,
  render: async () => '',
};
const ids = openIds(systemClock);

let bundle: Bundle;
let store: FullStore;
let queue: RedisQueue;
let server: FastifyInstance;
let databaseUrl: string;
let key: Readonly<Record<string, string>>;

const build = (own: Partial<ApiDeps> = {}): Promise<FastifyInstance> =>
  buildServer({
    config: readConfig({ LOG_LEVEL: 'silent', WEBHOOK_ALLOW_PRIVATE: '1' }),
    store,
    images: imagesFake(),
    queue,
    clock: systemClock,
    ids,
    log: silent,
    metrics: uncounted,
    hasher: openPasswordHasher(),
    bundle: () => bundle,
    moderate: moderateFake,
    ready: async () => [],
    ...own,
  });
const ports = () => ({ access: store.access, ids, clock: systemClock });
async function keyFor(sourceName: string, scopes: readonly Scope[] = SCOPES) {
  const { key: made, text } = await createKey(ports(), { sourceName, label: 'flow', scopes, expiresAt: null });
  return { id: made.keyId, headers: { authorization: `Bearer ${text}` } };
}
const post = (payload: object, headers: Readonly<Record<string, string>> = {}) =>
  server.inject({ method: 'POST', url: '/v1/notes', payload, headers: { ...key, ...headers } });
const get = (url: string, headers = key) => server.inject({ url, headers });
async function decide(revisionId: string, action: 'allow' | 'hold'): Promise<void> {
  const claim = await store.work.claim(revisionId, 5_000, Date.now());
  if (claim === null) throw new Error('nothing to claim');
  expect(await store.work.complete(claim, recordOf(action), Date.now())).toBe('saved');
}

beforeAll(async () => {
  bundle = await loadBundle('policies');
  databaseUrl = await freshDatabase();
  store = await openStore({ databaseUrl, ids });
  queue = openQueue(await freshRedis(), silent);
  server = await build();
  key = (await keyFor('app')).headers;
});
afterAll(async () => {
  await server?.close();
  await queue?.close();
  await store?.close();
});

describe('notes', () => {
  it('come in, are decided, and tell why; an edit is a new revision that supersedes', async () => {
    const first = (await post(goodNote('flow-1'))).json();
    await decide(first.revisionId, 'allow');
    const seen = await get(`/v1/notes/${first.id}`);
    expect(seen.statusCode, seen.body).toBe(200);
    expect(seen.json()).toMatchObject({
      status: 'decided',
      decisions: [{ action: 'allow', revision: 1, sequence: 1 }],
      revisions: [{ revision: 1, trace: { rules: [{ rule: 'bully-1' }], gaps: [{ stage: 'images' }] } }],
    });
    const edited = (await post({ ...goodNote('flow-1'), body: 'Edited after approval.' })).json();
    expect(edited).toMatchObject({ id: first.id, revision: 2 });
    expect((await get(`/v1/notes/${first.id}`)).json().status).toBe('pending');
    await decide(edited.revisionId, 'hold');
    const after = (await get(`/v1/notes/${first.id}`)).json();
    expect(after.status).toBe('held');
    const [older, newer] = after.decisions;
    expect([older.supersededBy, newer.supersedes]).toEqual([newer.decisionId, older.decisionId]);
  });

  it('answer a repeated key the same, fifty times at once, and make one note', async () => {
    const headers = { 'idempotency-key': 'race' };
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(goodNote('flow-race'), headers)));
    const taken = answers.filter((answer) => answer.statusCode === 202).map((answer) => answer.body);
    expect(new Set(taken).size).toBe(1);
    expect(answers.every((answer) => [202, 409].includes(answer.statusCode))).toBe(true);
    const { items } = (await get('/v1/notes?externalId=flow-race')).json();
    expect(items).toHaveLength(1);
    expect((await post({ ...goodNote('flow-race'), body: 'x' }, headers)).statusCode).toBe(422);
  });

  it('come in batches, each item for itself', async () => {
    const notes = [goodNote('b-1'), { nonsense: true }, { ...goodNote('b-2'), title: 'a\0b' }];
    const answer = await server.inject({ method: 'POST', url: '/v1/notes/batch', payload: { notes }, headers: key });
    expect(answer.json(), answer.body).toMatchObject({ accepted: 2, refused: 1 });
    const [item] = (await get('/v1/notes?externalId=b-2')).json().items;
    expect(item.title).toBe('a\ufffdb');
  });

  it('are listed by page and filter, own source only', async () => {
    const stranger = (await keyFor('another app')).headers;
    expect((await get('/v1/notes', stranger)).json().items).toEqual([]);
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const page = (await get(`/v1/notes?limit=2${cursor}`)).json();
      seen.push(...page.items.map((item: { id: string }) => item.id));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThanOrEqual(4);
    const held = (await get('/v1/notes?action=hold&region=DE&language=en&status=held')).json().items;
    expect(held).toMatchObject([{ externalId: 'flow-1', strongest: 'hold' }]);
    expect((await get('/v1/notes?cursor=bm9uc2Vuc2U')).json().code).toBe('cursor_invalid');
  });

  it('are erased for good', async () => {
    const { id } = (await post(goodNote('gone'))).json();
    const remove = () => server.inject({ method: 'DELETE', url: `/v1/notes/${id}`, headers: key });
    expect((await remove()).json()).toEqual({ id, erased: true, kept: [] });
    expect((await get(`/v1/notes/${id}`)).json().code).toBe('gone_erased');
    expect((await remove()).json()).toEqual({ id, erased: false, kept: [] });
    await post({ ...goodNote('by-author'), author: { id: 'leaver/1' } });
    const author = await server.inject({ method: 'DELETE', url: '/v1/authors/leaver%2F1', headers: key });
    expect(author.json(), author.body).toEqual({ id: 'leaver/1', notes: 1, kept: [] });
  });

  it('wait for their decision when asked', async () => {
    const accept = store.notes.accept;
    store.notes.accept = async (input) => {
      const accepted = await accept(input);
      if ('revisionId' in accepted) setTimeout(() => void decide(accepted.revisionId, 'allow'), 60);
      return accepted;
    };
    const answer = await post(goodNote('waited'), { prefer: 'wait=5' });
    store.notes.accept = accept;
    expect(answer.statusCode, answer.body).toBe(200);
    expect(answer.json().decisions).toMatchObject([{ action: 'allow' }]);
  });
});

describe('webhooks', () => {
  it('send what the schemas say, and dead letters again', async () => {
    const events: readonly EventType[] = ['note.decided', 'decision.changed', 'note.erased', 'endpoint.test'];
    const payload = { url: 'http://127.0.0.1:9/in', events };
    const endpoint = (await server.inject({ method: 'POST', url: '/v1/webhooks', payload, headers: key })).json();
    const send = await server.inject({ method: 'POST', url: `/v1/webhooks/${endpoint.id}/test`, headers: key });
    expect(send.statusCode, send.body).toBe(202);
    const first = (await post(goodNote('hooked'))).json();
    await decide(first.revisionId, 'allow');
    const second = (await post({ ...goodNote('hooked'), body: 'Edited.' })).json();
    await decide(second.revisionId, 'hold');
    const due = await store.webhooks.takeDue(50, 5_000, Date.now());
    const bodies = due.map((delivery) => JSON.parse(delivery.body));
    expect(bodies.map((body) => body.type).toSorted()).toEqual([
      'decision.changed',
      'endpoint.test',
      'note.decided',
      'note.decided',
    ]);
    for (const body of bodies) expect(EVENT_SCHEMAS[body.type as EventType].schema.parse(body)).toEqual(body);
    const attempt = {
      ok: false,
      status: 500,
      error: 'HTTP 500',
      latencyMs: 1,
      nextAttemptAt: null,
      disableEndpoint: false,
    };
    for (const delivery of due) await store.webhooks.recordAttempt(delivery, attempt, Date.now());
    const dead = (await get(`/v1/webhooks/deliveries?status=dead&endpointId=${endpoint.id}`)).json().items;
    expect(dead).toHaveLength(4);
    const url = `/v1/webhooks/${endpoint.id}/redeliver`;
    const again = await server.inject({ method: 'POST', url, payload: { status: 'dead' }, headers: key });
    expect(again.json()).toEqual({ redelivered: 4 });
    await server.inject({ method: 'DELETE', url: `/v1/notes/${first.id}`, headers: key });
    const erased = (await store.webhooks.takeDue(50, 5_000, Date.now())).map((delivery) => JSON.parse(delivery.body));
    const last = erased.find((body) => body.type === 'note.erased');
    expect(EVENT_SCHEMAS['note.erased'].schema.parse(last)).toEqual(last);
  });
});

describe('people and keys', () => {
  it('sign in, read across sources, sign out; a revoked key is out at once', async () => {
    const hasher = openPasswordHasher();
    await store.access.createUser(
      { login: 'ada', passwordHash: await hasher.hash('a password'), role: 'admin' },
      Date.now(),
    );
    const wrong = { login: 'ada', password: 'no' };
    expect((await server.inject({ method: 'POST', url: '/auth/sign-in', payload: wrong })).statusCode).toBe(401);
    const payload = { login: 'ada', password: 'a password' };
    const answer = await server.inject({ method: 'POST', url: '/auth/sign-in', payload });
    expect(answer.statusCode, answer.body).toBe(200);
    const cookie = String(answer.headers['set-cookie']).split(';', 1)[0] ?? '';
    const session = { cookie, 'x-csrf-token': String(answer.json().csrfToken) };
    expect((await get('/v1/notes', session)).json().items.length).toBeGreaterThan(3);
    expect((await get('/v1/overview', session)).json().notes.accepted24h).toBeGreaterThan(3);
    const cases = (await get('/v1/cases?status=open', session)).json().items;
    expect(cases.length).toBeGreaterThan(0);
    const { id, headers } = await keyFor('app', ['notes:read']);
    expect((await get('/v1/notes', headers)).statusCode).toBe(200);
    const revoke = await server.inject({ method: 'DELETE', url: `/v1/keys/${id}`, headers: session });
    expect(revoke.statusCode, revoke.body).toBe(204);
    expect((await get('/v1/notes', headers)).json().code).toBe('key_expired');
    await server.inject({ method: 'POST', url: '/auth/sign-out', headers: session });
    expect((await get('/v1/notes', session)).statusCode).toBe(401);
  });

  it('counts failed sign-ins of a login in the database', async () => {
    const attempt = () =>
      server.inject({ method: 'POST', url: '/auth/sign-in', payload: { login: 'guessed', password: 'x' } });
    const answers = [];
    for (let index = 0; index < 12; index += 1) answers.push((await attempt()).statusCode);
    expect(answers.slice(0, 10)).toEqual(Array(10).fill(401));
    expect(answers.slice(10)).toEqual([429, 429]);
  });

  it('a key that was revoked by another process is out at once', async () => {
    const { id, headers } = await keyFor('app');
    const other = await openStore({ databaseUrl, ids });
    expect((await get('/v1/notes', headers)).statusCode).toBe(200);
    await revokeKey({ access: other.access, ids, clock: systemClock }, id, { kind: 'system', id: 'cli' });
    expect((await get('/v1/notes', headers)).statusCode).toBe(401);
    await other.close();
  });
});

describe('the queue board', () => {
  it('serves its real pages to admins alone', async () => {
    const mount = async (instance: FastifyInstance): Promise<void> => {
      await instance.register(queueBoard(queue.board, '/admin/queues'), { prefix: '/admin/queues' });
    };
    const own = await build({ mount });
    const board = own.liveRoutes.filter((route) => route.url.startsWith('/admin/queues'));
    expect(board.length).toBeGreaterThan(5);
    for (const { method, url } of board) {
      const answer = await own.inject({ method: method as 'GET', url: url.replace(/:\w+/g, 'x').replace('*', 'x') });
      expect(answer.statusCode, `${method} ${url}`).toBe(401);
    }
    const token = 'session-token-of-the-queue-board-test';
    const user = await store.access.createUser({ login: 'board', passwordHash: 'x', role: 'admin' }, Date.now());
    const session = {
      userId: user.userId,
      tokenHash: hashToken(token),
      csrfToken: 'c',
      absoluteMs: 60_000,
    };
    await store.access.createSession(session, Date.now());
    const page = await own.inject({ url: '/admin/queues/', headers: { cookie: `pw_session=${token}` } });
    expect(page.statusCode, page.body).toBe(200);
    expect(page.headers['content-security-policy']).toMatch(/script-src 'self';.*frame-ancestors 'none'/);
    const list = await own.inject({ url: '/admin/queues/api/queues', headers: { cookie: `pw_session=${token}` } });
    expect(list.json().queues.length, list.body).toBeGreaterThan(0);
    await own.close();
  });
});

describe('the world away', () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  it('Redis away: notes are taken', async () => {
    const lost = openQueue('redis://127.0.0.1:1', silent);
    const alone = await build({ queue: lost });
    closers.push(async () => {
      await alone.close();
      await lost.close();
    });
    const started = performance.now();
    const answer = await alone.inject({
      method: 'POST',
      url: '/v1/notes',
      payload: goodNote('no-redis'),
      headers: key,
    });
    expect(answer.statusCode).toBe(202);
    expect(performance.now() - started).toBeLessThan(900);
    expect((await get('/v1/notes?externalId=no-redis')).json().items).toHaveLength(1);
  });

  it('PostgreSQL away: 503 with Retry-After wherever it is needed, and service when it is back', async () => {
    const line = await lineTo(databaseUrl);
    const away = await openStore({ databaseUrl: line.url, ids });
    const alone = await build({ store: away });
    closers.push(async () => {
      await alone.close();
      await away.close();
      await line.cut();
    });
    const asks = [
      { method: 'POST', url: '/v1/notes', payload: goodNote('no-postgres') },
      { method: 'POST', url: '/v1/notes/batch', payload: { notes: [goodNote('no-postgres')] } },
      { method: 'GET', url: '/v1/notes' },
      { method: 'POST', url: '/auth/sign-in', payload: { login: 'ada', password: 'x' } },
    ] as const;
    await line.cut();
    for (const ask of asks) {
      const answer = await alone.inject({ ...ask, headers: key });
      expect(answer.statusCode, answer.body).toBe(503);
      expect(answer.json()).toMatchObject({ code: 'store_unavailable', retry: true });
      expect(answer.headers['retry-after']).toBeDefined();
      expect(answer.body).not.toMatch(/ECONN|127\.0\.0\.1|\bP10\d\d\b/);
    }
    expect((await get('/v1/notes?externalId=no-postgres')).json().items).toEqual([]);
    await line.mend();
    const back = await alone.inject({
      method: 'POST',
      url: '/v1/notes',
      payload: goodNote('no-postgres'),
      headers: key,
    });
    expect(back.statusCode, back.body).toBe(202);
  });
});

/** A line to the server that can be cut and mended. */
async function lineTo(target: string): Promise<{ url: string; cut(): Promise<void>; mend(): Promise<void> }> {
  const goal = new URL(target);
  const sockets = new Set<Socket>();
  const gate = createServer((near) => {
    const far = connect(Number(goal.port), goal.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  const listen = (port: number) => new Promise<void>((resolve) => gate.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = gate.address() as AddressInfo;
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    cut: async () => {
      const closed = new Promise<void>((resolve) => gate.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    mend: () => listen(port),
  };
}
