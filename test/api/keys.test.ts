import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, type Caller, goodNote, openBench } from './support.js';

let bench: Bench;
let admin: Caller;
beforeEach(async () => {
  bench = await openBench();
  admin = await bench.signedIn('admin');
});
afterEach(() => bench.server.close());

const make = (payload: object) =>
  bench.server.inject({ method: 'POST', url: '/v1/keys', payload, headers: admin.headers });
const list = () => bench.server.inject({ url: '/v1/keys', headers: admin.headers });

describe('/v1/keys', () => {
  it('shows a key once, stores its hash alone, and the key works until it is revoked', async () => {
    const made = await make({ sourceName: 'Notes app', scopes: ['notes:write'] });
    expect(made.statusCode, made.body).toBe(201);
    const { id, key } = made.json();
    expect(key).toMatch(/^pw_key_\d+_[0-9a-f]{48}$/);
    expect((await list()).body).not.toContain(key.split('_').at(-1));
    expect(JSON.stringify(await bench.store.access.findKey(id))).not.toContain(key.split('_').at(-1));
    const post = () =>
      bench.server.inject({
        method: 'POST',
        url: '/v1/notes',
        payload: goodNote(),
        headers: { authorization: `Bearer ${key}` },
      });
    expect((await post()).statusCode).toBe(202);
    const revoke = () => bench.server.inject({ method: 'DELETE', url: `/v1/keys/${id}`, headers: admin.headers });
    expect((await revoke()).statusCode).toBe(204);
    expect((await post()).json().code).toBe('key_expired');
    expect((await revoke()).statusCode).toBe(404);
  });

  it('ends a key at its time', async () => {
    const { key } = (
      await make({ sourceName: 'app', scopes: ['notes:read'], expiresAt: '2026-11-20T13:00:00+00:00' })
    ).json();
    const read = () => bench.server.inject({ url: '/v1/notes', headers: { authorization: `Bearer ${key}` } });
    expect((await read()).statusCode).toBe(200);
    bench.clock.at += 3_600_000;
    expect((await read()).json().code).toBe('key_expired');
  });

  it.each([
    {},
    { sourceName: 'a', scopes: [] },
    { sourceName: 'a', scopes: ['root'] },
    { sourceName: '', scopes: ['webhooks'] },
    { sourceName: 'a', scopes: ['webhooks', 'webhooks'] },
    { sourceName: 'a', scopes: ['webhooks'], label: 'a\0b' },
    { sourceName: 'a', scopes: ['webhooks'], expiresAt: '0000-01-01T00:00:00Z' },
  ])('refuses %j', async (payload) => {
    expect((await make(payload)).json().code).toBe('body_invalid');
  });
});

describe('a key that would have expired already', () => {
  it('is refused', async () => {
    const answer = await make({ sourceName: 'a', scopes: ['webhooks'], expiresAt: '2020-01-01T00:00:00Z' });
    expect(answer.json()).toMatchObject({ code: 'date_invalid', errors: [{ pointer: '/expiresAt' }] });
    expect((await list()).json().items).toEqual([]);
  });
});

describe('the rate limit', () => {
  it('counts per key and says when to come back', async () => {
    const own = await openBench({ env: { RATE_LIMIT_PER_MINUTE: '3' } });
    const [first, second] = [await own.keyFor('app'), await own.keyFor('app')];
    const read = (caller: Caller) => own.server.inject({ url: '/v1/notes', headers: caller.headers });
    const answers = [await read(first), await read(first), await read(first), await read(first)];
    expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200, 200, 429]);
    expect(answers[0]?.headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': '2' });
    expect(answers[3]?.json()).toMatchObject({ code: 'rate_limited', retry: true });
    expect(Number(answers[3]?.headers['retry-after'])).toBeGreaterThan(0);
    expect((await read(second)).statusCode).toBe(200);
    await own.server.close();
  });

  it('tells callers behind a proxy apart, once the proxy is known', async () => {
    const guess = async (own: Bench, from: string) => {
      const headers = { authorization: 'Bearer x', 'x-forwarded-for': from };
      return (await own.server.inject({ url: '/v1/notes', headers })).statusCode;
    };
    for (const [trusted, others] of [
      ['127.0.0.0/8', 401],
      ['', 429],
    ] as const) {
      const own = await openBench({ env: { TRUST_PROXY: trusted } });
      for (let index = 0; index < 301; index += 1) await guess(own, '198.51.100.1');
      expect(await guess(own, '198.51.100.1')).toBe(429);
      expect(await guess(own, '198.51.100.2')).toBe(others);
      await own.server.close();
    }
  });

  it('slows down whoever guesses keys', async () => {
    const guess = () => bench.server.inject({ url: '/v1/notes', headers: { authorization: 'Bearer x' } });
    let last = await guess();
    for (let index = 0; index < 301; index += 1) last = await guess();
    expect(last.statusCode).toBe(429);
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
  });
});
