import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVENT_SCHEMAS } from '../../src/api/schemas/event.js';
import type { EventType } from '../../src/domain.js';
import { type Bench, type Caller, goodNote, NOW, openBench, recordOf } from './support.js';

let bench: Bench;
let key: Caller;
beforeEach(async () => {
  bench = await openBench();
  key = await bench.keyFor('app');
});
afterEach(() => bench.server.close());

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
const ask = (method: Method, url: string, payload?: object, caller = key) =>
  bench.server.inject({ method, url, headers: caller.headers, ...(payload === undefined ? {} : { payload }) });
const ALL: readonly EventType[] = ['note.decided', 'decision.changed', 'note.erased', 'endpoint.test'];
const register = async (): Promise<{ id: string; secret: string }> =>
  (await ask('POST', '/v1/webhooks', { url: 'https://hooks.example/in', events: ALL })).json();
const bodies = () => [...bench.store.tables.deliveries.values()].map((row) => JSON.parse(row.body));

describe('/v1/webhooks', () => {
  it('shows the secret once, in the form of Standard Webhooks', async () => {
    const { id, secret } = await register();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/);
    expect(Buffer.from(secret.slice('whsec_'.length), 'base64')).toHaveLength(32);
    const list = await ask('GET', '/v1/webhooks');
    expect(list.json().items).toMatchObject([{ id, status: 'active', events: ALL }]);
    expect(list.body).not.toContain('whsec_');
  });

  it('end somewhere: each event is sent once for every one of them', async () => {
    const made = await Promise.all(Array.from({ length: 50 }, register));
    expect(made.every(({ id }) => id !== undefined)).toBe(true);
    const order = { url: 'https://hooks.example/in' };
    expect((await ask('POST', '/v1/webhooks', order)).json()).toMatchObject({ status: 409, code: 'conflict' });
    expect((await ask('POST', '/v1/webhooks', order, await bench.keyFor('other'))).statusCode).toBe(201);
    await ask('DELETE', `/v1/webhooks/${made[0]?.id}`);
    expect((await ask('POST', '/v1/webhooks', order)).statusCode).toBe(201);
  });

  it('pauses, resumes, rotates and removes', async () => {
    const { id, secret } = await register();
    expect((await ask('PATCH', `/v1/webhooks/${id}`, { status: 'paused' })).json().status).toBe('paused');
    expect((await ask('PATCH', `/v1/webhooks/${id}`, { status: 'active' })).json().status).toBe('active');
    const moved = { url: 'https://hooks.example/v2', events: ['note.erased'], description: 'second' };
    expect((await ask('PATCH', `/v1/webhooks/${id}`, moved)).json()).toMatchObject({ ...moved, status: 'active' });
    const refused = await ask('PATCH', `/v1/webhooks/${id}`, { url: 'http://hooks.example/' });
    expect(refused.json()).toMatchObject({ code: 'fetch_blocked', errors: [{ pointer: '/url' }] });
    expect(refused.json().errors[0].message).toMatch(/must be https; .*WEBHOOK_ALLOW_PRIVATE=1/);
    expect((await ask('PATCH', `/v1/webhooks/${id}`, {})).json().code).toBe('body_invalid');
    const rotated = (await ask('POST', `/v1/webhooks/${id}/rotate`)).json();
    expect(rotated.secret).not.toBe(secret);
    expect(bench.store.tables.endpoints.get(id)?.secrets).toEqual([rotated.secret, secret]);
    expect((await ask('DELETE', `/v1/webhooks/${id}`)).statusCode).toBe(204);
    expect((await ask('DELETE', `/v1/webhooks/${id}`)).statusCode).toBe(404);
  });

  it.each([
    ['http://hooks.example/', 'fetch_blocked'],
    ['https://user:pass@hooks.example/', 'fetch_blocked'],
    ['ftp://hooks.example/', 'fetch_blocked'],
    ['https://hooks.example:8443/', 'fetch_blocked'],
    ['https://10.0.0.7/', 'fetch_blocked'],
    ['https://0x7f000001/', 'fetch_blocked'],
    ['https://[::1]/', 'fetch_blocked'],
    ['https://[::ffff:7f00:1]/', 'fetch_blocked'],
    ['https://169.254.169.254/latest', 'fetch_blocked'],
    ['https://hooks.localhost./', 'fetch_blocked'],
    ['not a url', 'fetch_blocked'],
    ['', 'body_invalid'],
    ['https://hooks.example/\0', 'body_invalid'],
    ['https://hooks.example/\ud800', 'body_invalid'],
  ])('refuses the target %j', async (url, code) => {
    const answer = await ask('POST', '/v1/webhooks', { url });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code, errors: [{ pointer: '/url' }] });
  });

  it('takes plain HTTP where private addresses are allowed', async () => {
    const own = await openBench({ env: { WEBHOOK_ALLOW_PRIVATE: '1' } });
    const { headers } = await own.keyFor('app');
    const payload = { url: 'http://127.0.0.1:9/in' };
    const answer = await own.server.inject({ method: 'POST', url: '/v1/webhooks', headers, payload });
    expect(answer.statusCode, answer.body).toBe(201);
    await own.server.close();
  });

  it('is closed to other sources', async () => {
    const { id } = await register();
    const stranger = await bench.keyFor('another app');
    const tries: readonly (readonly [Method, string, object?])[] = [
      ['PATCH', `/v1/webhooks/${id}`, { status: 'paused' }],
      ['POST', `/v1/webhooks/${id}/rotate`],
      ['POST', `/v1/webhooks/${id}/test`],
      ['POST', `/v1/webhooks/${id}/redeliver`, { status: 'dead' }],
      ['DELETE', `/v1/webhooks/${id}`],
    ];
    for (const [method, url, payload] of tries) {
      expect((await ask(method, url, payload, stranger)).statusCode, `${method} ${url}`).toBe(404);
    }
    expect((await ask('GET', '/v1/webhooks', undefined, stranger)).json().items).toEqual([]);
  });
});

describe('deliveries', () => {
  const fail = async (): Promise<void> => {
    const [due] = await bench.store.webhooks.takeDue(1, 1_000, bench.clock.at);
    if (due === undefined) throw new Error('nothing is due');
    const attempt = {
      ok: false,
      status: 500,
      error: 'HTTP 500',
      latencyMs: 5,
      nextAttemptAt: null,
      disableEndpoint: false,
    };
    await bench.store.webhooks.recordAttempt(due, attempt, bench.clock.at);
  };

  it('lists what was sent, and sends dead letters again under the same event id', async () => {
    const { id } = await register();
    const { deliveryId } = (await ask('POST', `/v1/webhooks/${id}/test`)).json();
    await fail();
    const dead = (await ask('GET', `/v1/webhooks/deliveries?endpointId=${id}&status=dead`)).json();
    expect(dead.items).toMatchObject([{ id: deliveryId, eventType: 'endpoint.test', attempts: 1, lastStatus: 500 }]);
    const again = await ask('POST', `/v1/webhooks/deliveries/${deliveryId}/redeliver`);
    expect([again.statusCode, again.json()]).toEqual([202, { redelivered: 1 }]);
    const [due] = await bench.store.webhooks.takeDue(1, 1_000, NOW);
    expect(due?.eventId).toBe(dead.items[0].eventId);
  });

  it('sends one that waits for its next attempt at once', async () => {
    const { id } = await register();
    const { deliveryId } = (await ask('POST', `/v1/webhooks/${id}/test`)).json();
    const [first] = await bench.store.webhooks.takeDue(1, 1_000, NOW);
    if (first === undefined) throw new Error('nothing due');
    const failed = { ok: false, status: 500, error: 'HTTP 500', latencyMs: 1, disableEndpoint: false } as const;
    await bench.store.webhooks.recordAttempt(first, { ...failed, nextAttemptAt: NOW + 3_600_000 }, NOW);
    expect(await bench.store.webhooks.takeDue(1, 1_000, NOW)).toEqual([]);
    const again = await ask('POST', `/v1/webhooks/deliveries/${deliveryId}/redeliver`);
    expect([again.statusCode, again.json()]).toEqual([202, { redelivered: 1 }]);
    expect(await bench.store.webhooks.takeDue(1, 1_000, NOW)).toMatchObject([{ deliveryId }]);
  });

  it('redelivers all dead letters, or those since a time', async () => {
    const { id } = await register();
    for (const minute of [0, 1, 2]) {
      bench.clock.at = NOW + minute * 60_000;
      await ask('POST', `/v1/webhooks/${id}/test`);
      await fail();
    }
    const since = new Date(NOW + 60_000).toISOString();
    const url = `/v1/webhooks/${id}/redeliver`;
    expect((await ask('POST', url, { since })).json()).toEqual({ redelivered: 2 });
    expect((await ask('POST', url, { status: 'dead' })).json()).toEqual({ redelivered: 1 });
    expect((await ask('POST', url, {})).json().code).toBe('body_invalid');
    await ask('POST', `/v1/webhooks/${id}/test`);
    await fail();
    const keyed = (payload: object) =>
      bench.server.inject({ method: 'POST', url, payload, headers: { ...key.headers, 'idempotency-key': 'again-1' } });
    const [first, second] = [await keyed({ status: 'dead' }), await keyed({ status: 'dead' })];
    expect([first.json(), second.json()]).toEqual([{ redelivered: 1 }, { redelivered: 1 }]);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect((await keyed({ since })).json().code).toBe('idempotency_key_reused');
    expect((await ask('POST', url, { since: '0000-01-01T00:00:00Z' })).json().code).toBe('body_invalid');
    expect((await ask('POST', '/v1/webhooks/deliveries/dlv_99999999/redeliver')).statusCode).toBe(404);
  });
});

describe('events', () => {
  it('carry what the OpenAPI file says, and no text', async () => {
    const { id } = await register();
    await ask('POST', `/v1/webhooks/${id}/test`);
    const note = (await ask('POST', '/v1/notes', goodNote())).json();
    const claim = await bench.store.work.claim(note.revisionId, 1_000, NOW);
    if (claim === null) throw new Error('nothing to claim');
    await bench.store.work.complete(claim, recordOf('hold'), NOW);
    const before = bodies();
    expect(before.map((body) => body.type)).toEqual(['endpoint.test', 'note.decided']);
    await ask('DELETE', `/v1/notes/${note.id}`);
    for (const body of [...before, ...bodies()]) {
      const { schema } = EVENT_SCHEMAS[body.type as EventType];
      expect(schema.parse(body)).toEqual(body);
      expect(JSON.stringify(body)).not.toContain('ginger');
    }
    expect(bodies().map((body) => body.type)).toEqual(['endpoint.test', 'note.erased']);
  });
});
