/** Two platforms on one real store: whatever a key may call, it meets only its own rows. A new route has to be added here. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openIds, systemClock } from '../../src/adapters/clock-ids.js';
import { loadBundle } from '../../src/adapters/policy-folder.js';
import { openStore } from '../../src/adapters/store-prisma.js';
import { ROUTE_RULES } from '../../src/api/permissions.js';
import { buildServer } from '../../src/api/server.js';
import { readConfig } from '../../src/config.js';
import type { FullStore } from '../../src/ports/review.js';
import { SCOPES } from '../../src/ports/store.js';
import { createKey } from '../../src/usecases/keys.js';
import { goodNote, moderateFake, recordOf } from '../api/support.js';
import { imagesFake } from '../support/images.js';
import { freshDatabase } from '../support/services.js';
import { must } from '../support/store.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const ids = openIds(systemClock);
type Headers = Readonly<Record<string, string>>;

let store: FullStore;
let server: FastifyInstance;
let mine: Headers;
let stranger: Headers;
/** Everything of mine that has an id, as the first platform knows it. */
let ours: Readonly<Record<'note' | 'endpoint' | 'delivery' | 'appeal' | 'report', string>>;

const ask = (headers: Headers, method: string, url: string, payload?: object) =>
  server.inject({ method: method as 'GET', url, headers, ...(payload === undefined ? {} : { payload }) });
async function keyOf(sourceName: string): Promise<Headers> {
  const ports = { access: store.access, ids, clock: systemClock };
  const order = { sourceName, label: 'flow', scopes: SCOPES, expiresAt: null };
  return { authorization: `Bearer ${(await createKey(ports, order, { kind: 'system', id: 'test' })).text}` };
}

beforeAll(async () => {
  store = await openStore({ databaseUrl: await freshDatabase(), ids });
  const bundle = await loadBundle('policies');
  server = await buildServer({
    config: readConfig({ LOG_LEVEL: 'silent', WEBHOOK_ALLOW_PRIVATE: '1' }),
    store,
    images: imagesFake(),
    queue: { nudge: async () => undefined, ping: async () => undefined, close: async () => undefined },
    clock: systemClock,
    ids,
    log: silent,
    metrics: { count: () => undefined, observe: () => undefined, set: () => undefined, render: async () => '' },
    hasher: { hash: async (word) => word, verify: async () => false },
    bundle: () => bundle,
    moderate: moderateFake,
    ready: async () => [],
  });
  [mine, stranger] = [await keyOf('first'), await keyOf('second')];
  const made = async (url: string, payload: object) => {
    const answer = await ask(mine, 'POST', url, payload);
    expect(answer.statusCode, answer.body).toBeLessThan(300);
    return answer.json();
  };
  const endpoint = await made('/v1/webhooks', { url: 'http://127.0.0.1:9/hook' });
  const images = [{ data: 'iVBORw0KGgo=' }];
  const note = await made('/v1/notes', { ...goodNote('ours'), images });
  const claim = must(await store.work.claim(note.revisionId, 5_000, Date.now()));
  expect(await store.work.complete(claim, recordOf('hold'), Date.now())).toBe('saved');
  const appeal = await made('/v1/appeals', { noteId: note.id, reference: 'a', by: 'author', text: 'Why?' });
  const reporter = { name: 'A. Example', email: 'a@platform.example' };
  const report = await made('/v1/reports', {
    noteId: note.id,
    reference: 'r',
    reasons: 'Not true.',
    reporter,
    goodFaith: true,
  });
  const [delivery] = (await ask(mine, 'GET', '/v1/webhooks/deliveries')).json().items;
  ours = { note: note.id, endpoint: endpoint.id, delivery: delivery.id, appeal: appeal.id, report: report.id };
});
afterAll(async () => {
  await server?.close();
  await store?.close();
});

/** Bodies are good ones, so that only the id can be what is wrong. */
const byId = (): Readonly<Record<string, readonly [url: string, payload?: object]>> => ({
  'GET /v1/notes/:id': [`/v1/notes/${ours.note}`],
  'GET /v1/notes/:id/images/:index': [`/v1/notes/${ours.note}/images/0`],
  'DELETE /v1/notes/:id': [`/v1/notes/${ours.note}`],
  'DELETE /v1/authors/:id': ['/v1/authors/author-1'],
  'PATCH /v1/webhooks/:id': [`/v1/webhooks/${ours.endpoint}`, { url: 'http://127.0.0.1:9/theirs' }],
  'DELETE /v1/webhooks/:id': [`/v1/webhooks/${ours.endpoint}`],
  'POST /v1/webhooks/:id/rotate': [`/v1/webhooks/${ours.endpoint}/rotate`],
  'POST /v1/webhooks/:id/test': [`/v1/webhooks/${ours.endpoint}/test`],
  'POST /v1/webhooks/:id/redeliver': [`/v1/webhooks/${ours.endpoint}/redeliver`, { status: 'dead' }],
  'POST /v1/webhooks/deliveries/:id/redeliver': [`/v1/webhooks/deliveries/${ours.delivery}/redeliver`],
  'GET /v1/appeals/:id': [`/v1/appeals/${ours.appeal}`],
  'GET /v1/reports/:id': [`/v1/reports/${ours.report}`],
  'POST /v1/appeals': ['/v1/appeals', { noteId: ours.note, reference: 'theirs', by: 'author', text: 'x' }],
  'POST /v1/reports': [
    '/v1/reports',
    {
      noteId: ours.note,
      reference: 'theirs',
      reasons: 'x',
      goodFaith: true,
      reporter: { name: 'B', email: 'b@platform.example' },
    },
  ],
});
const lists = (): Readonly<Record<string, string>> => ({
  'GET /v1/notes': `/v1/notes?externalId=ours`,
  'GET /v1/webhooks': '/v1/webhooks',
  'GET /v1/webhooks/deliveries': `/v1/webhooks/deliveries?endpointId=${ours.endpoint}`,
  'GET /v1/appeals': `/v1/appeals?noteId=${ours.note}`,
  'GET /v1/reports': `/v1/reports?noteId=${ours.note}`,
});
/** They store something new under the caller's own source, or nothing. */
const MAKE_OWN = ['POST /v1/notes', 'POST /v1/notes/batch', 'POST /v1/webhooks', 'POST /v1/moderations'];

describe('a key of another platform', () => {
  it('is looked at on every address that a key may call', () => {
    const callable = Object.entries(ROUTE_RULES).flatMap(([line, rule]) =>
      rule.who === 'known' && rule.scopes.length > 0 ? [line] : [],
    );
    expect([...Object.keys(byId()), ...Object.keys(lists()), ...MAKE_OWN].toSorted()).toEqual(callable.toSorted());
  });

  it('meets a 404 by every id that is not its own, and changes nothing', async () => {
    for (const [line, [url, payload]] of Object.entries(byId())) {
      const answer = await ask(stranger, line.split(' ')[0] ?? '', url, payload);
      expect(answer.statusCode, `${line} ${answer.body}`).toBe(404);
      expect(answer.json().code, line).toBe('not_found');
    }
    expect((await ask(mine, 'GET', `/v1/notes/${ours.note}`)).json()).toMatchObject({ status: 'held' });
    const [endpoint] = (await ask(mine, 'GET', '/v1/webhooks')).json().items;
    expect(endpoint).toMatchObject({ id: ours.endpoint, url: 'http://127.0.0.1:9/hook' });
  });

  it('lists nothing of it, where the first platform finds it', async () => {
    for (const [line, url] of Object.entries(lists())) {
      expect((await ask(stranger, 'GET', url)).json().items, line).toEqual([]);
      expect((await ask(mine, 'GET', url)).json().items.length, line).toBeGreaterThan(0);
    }
  });

  it('has notes of its own under the same external id and the same idempotency key', async () => {
    const post = (headers: Headers) =>
      server.inject({
        method: 'POST',
        url: '/v1/notes',
        headers: { ...headers, 'idempotency-key': 'shared' },
        payload: goodNote('shared'),
      });
    const [first, second] = [await post(mine), await post(stranger)];
    expect([first.statusCode, second.statusCode]).toEqual([202, 202]);
    expect(second.headers['idempotency-replayed']).toBeUndefined();
    expect(second.json().id).not.toBe(first.json().id);
  });
});
