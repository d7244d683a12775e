import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/clock-ids.js';
import type { Delivery, Page } from '../../src/ports/store.js';
import { noteBody, type System, startSystem } from '../support/running.js';
import { until } from '../support/until.js';

interface Received {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}
const received: Received[] = [];
/** Status by path, changed by the tests. */
const answers = new Map<string, number>();
let receiver: Server;
let base = '';
let system: System;
/** The schedule reaches over a day: the clock of the system jumps instead. */
let ahead = 0;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      const path = request.url ?? '';
      received.push({ path, headers: request.headers as Record<string, string>, body });
      response.writeHead(answers.get(path) ?? 204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  system = await startSystem({ overrides: { clock: { now: () => systemClock.now() + ahead } } });
  system.startWorker();
});
afterAll(async () => {
  await system.close();
  receiver.closeAllConnections();
  receiver.close();
});

interface Registered {
  readonly id: string;
  readonly secret: string;
}
async function register(path: string): Promise<Registered> {
  const body = { url: `${base}${path}`, events: ['note.decided', 'decision.changed'], description: 'test' };
  const answer = await system.post('/v1/webhooks', body);
  expect(answer.status).toBe(201);
  return answer.json();
}
async function decide(externalId: string): Promise<string> {
  const answer = await system.post('/v1/notes', noteBody(externalId));
  const { id }: { id: string } = answer.json();
  await system.decided(id);
  return id;
}
const at = (path: string) => received.filter((request) => request.path === path);
const first = (path: string, count = 1) => until(async () => (at(path).length >= count ? at(path) : null), 10_000);
async function deliveries(endpointId: string): Promise<readonly Delivery[]> {
  const page: Page<Delivery> = await system.app.store.webhooks.deliveries(system.sourceId, { endpointId }, null, 50);
  return page.items;
}
const settled = (endpointId: string, status: Delivery['status']) =>
  until(async () => {
    const all = await deliveries(endpointId);
    return all.length > 0 && all.every((delivery) => delivery.status === status) ? all : null;
  });

describe('a decision', () => {
  it('reaches the platform once, signed over the exact bytes, with ids and no text', async () => {
    const endpoint = await register('/good');
    const noteId = await decide('hook-1');
    const [request] = await first('/good');
    const payload = new Webhook(endpoint.secret).verify(request?.body ?? '', request?.headers ?? {});
    expect(payload).toMatchObject({ type: 'note.decided' });
    expect(request?.body).toContain(noteId);
    expect(request?.body).not.toContain('herons');
    expect(await settled(endpoint.id, 'delivered')).toMatchObject([{ attempts: 1, lastStatus: 204 }]);
    expect(at('/good')).toHaveLength(1);
    await system.app.store.webhooks.remove(system.sourceId, endpoint.id);
  });

  it('is sent again after errors, under the same id, and then dies after ten attempts and can be sent again', async () => {
    answers.set('/broken', 500);
    const endpoint = await register('/broken');
    await decide('hook-2');
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      await until(async () => ((await deliveries(endpoint.id))[0]?.attempts === attempt ? true : null));
      ahead += 18 * 3_600_000;
    }
    expect(await settled(endpoint.id, 'dead')).toMatchObject([{ attempts: 10, lastStatus: 500, nextAttemptAt: null }]);
    expect(at('/broken')).toHaveLength(10);
    expect(new Set(at('/broken').map((request) => request.headers['webhook-id'])).size).toBe(1);
    expect(new Set(at('/broken').map((request) => request.body)).size).toBe(1);
    answers.set('/broken', 200);
    const answer = await system.post(`/v1/webhooks/${endpoint.id}/redeliver`, { status: 'dead' });
    expect(answer.status).toBeLessThan(300);
    await settled(endpoint.id, 'delivered');
    expect(new Set(at('/broken').map((request) => request.headers['webhook-id'])).size).toBe(1);
    await system.app.store.webhooks.remove(system.sourceId, endpoint.id);
  });

  it('is signed by the old and the new secret while one takes over from the other', async () => {
    const endpoint = await register('/turned');
    const answer = await system.post(`/v1/webhooks/${endpoint.id}/rotate`, undefined);
    const { secret }: Registered = answer.json();
    expect(secret).not.toBe(endpoint.secret);
    await decide('hook-3');
    const [request] = await first('/turned');
    const headers = { ...request?.headers };
    // The verifier lives in the present; the clock of the system has been moved.
    const sentAt = new Date(Number(headers['webhook-timestamp']) * 1_000);
    for (const one of [endpoint.secret, secret]) {
      const expected = new Webhook(one).sign(headers['webhook-id'] ?? '', sentAt, request?.body ?? '');
      expect(headers['webhook-signature']?.split(' ')).toContain(expected);
    }
    await system.app.store.webhooks.remove(system.sourceId, endpoint.id);
  });

  it('is not followed through a redirect, and an endpoint that is gone is switched off', async () => {
    answers.set('/moved', 302);
    answers.set('/gone', 410);
    const [moved, gone] = [await register('/moved'), await register('/gone')];
    await decide('hook-4');
    expect(await settled(gone.id, 'dead')).toMatchObject([{ lastStatus: 410 }]);
    expect(await until(async () => (await deliveries(moved.id)).find((one) => one.attempts > 0) ?? null)).toMatchObject(
      {
        status: 'due',
        lastStatus: 302,
      },
    );
    const endpoints = await system.app.store.webhooks.list(system.sourceId);
    expect(endpoints.find((one) => one.endpointId === gone.id)?.status).toBe('disabled');
  });
});
