import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signWebhook } from '../../src/adapters/webhook-sign.js';
import { UnavailableError } from '../../src/errors.js';
import type { Attempt, DueDelivery, WebhooksStore } from '../../src/ports/store.js';
import type { Fetcher, OutgoingRequest } from '../../src/ports.js';
import { type DeliverDeps, deliver, nextAttemptAt, PAUSES_MS } from '../../src/usecases/deliver.js';

const NOW = Date.UTC(2026, 0, 1);
const SECRETS = ['whsec_bmV3LXNlY3JldC1vZi10aGUtZW5kcG9pbnQ=', 'whsec_b2xkLXNlY3JldC1vZi10aGUtZW5kcG9pbnQ='];
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const never = new AbortController().signal;

const due = (attempts = 0): DueDelivery => ({
  deliveryId: 'dlv_1',
  endpointId: 'end_1',
  url: 'https://hooks.example/',
  secrets: SECRETS,
  eventId: 'evt_1',
  body: '{"type":"note.decided"}',
  attempts,
  epoch: 1,
});

function bench(answer: Fetcher['post'] | { status: number; retryAfterMs?: number }) {
  const sent: OutgoingRequest[] = [];
  const recorded: Attempt[] = [];
  const post: Fetcher['post'] =
    typeof answer === 'function'
      ? answer
      : async () => ({ status: answer.status, body: '', retryAfterMs: answer.retryAfterMs ?? null });
  const deps: DeliverDeps = {
    webhooks: {
      recordAttempt: async (_delivery: DueDelivery, attempt: Attempt) => void recorded.push(attempt),
    } as Partial<WebhooksStore> as WebhooksStore,
    fetcher: {
      post: (request, signal) => {
        sent.push(request);
        return post(request, signal);
      },
    },
    sign: signWebhook,
    clock: { now: () => NOW },
    random: () => 0.5,
    log: quiet,
    metrics: { count: () => {}, observe: () => {}, set: () => {}, render: async () => '' },
    timeoutMs: 1_000,
  };
  return { deps, sent, recorded };
}

describe('the schedule', () => {
  it('has eight to ten attempts over more than a day, each pause longer than the one before', () => {
    expect(PAUSES_MS.length + 1).toBeGreaterThanOrEqual(8);
    expect(PAUSES_MS.length + 1).toBeLessThanOrEqual(10);
    expect(PAUSES_MS.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThan(86_400_000);
    expect([...PAUSES_MS].sort((a, b) => a - b)).toEqual(PAUSES_MS);
  });
  it('stays within a fifth of the pause and ends after the last', () => {
    expect(nextAttemptAt(0, 0, 0, null)).toBe(4_000);
    expect(nextAttemptAt(0, 0, 1, null)).toBe(6_000);
    expect(nextAttemptAt(PAUSES_MS.length, 0, 0.5, null)).toBeNull();
  });
  it('waits as long as the receiver asks, but not for ever', () => {
    expect(nextAttemptAt(0, 0, 0.5, 60_000)).toBe(60_000);
    expect(nextAttemptAt(0, 0, 0.5, 1e12)).toBe(86_400_000);
  });
});

describe('deliver', () => {
  it('signs the stored bytes with every secret, under the id of the event', async () => {
    const { deps, sent } = bench({ status: 204 });
    await deliver(deps, due(), never);
    const [request] = sent;
    expect(request?.body).toBe(due().body);
    for (const secret of SECRETS) {
      const headers = { ...request?.headers, 'webhook-timestamp': String(Math.floor(Date.now() / 1_000)) };
      const fresh = signWebhook(SECRETS, { id: 'evt_1', at: Date.now(), body: due().body });
      expect(new Webhook(secret).verify(due().body, { ...headers, ...fresh })).toEqual({ type: 'note.decided' });
    }
    expect(request?.headers['webhook-id']).toBe('evt_1');
    expect(request?.headers['webhook-signature']?.split(' ')).toHaveLength(2);
  });

  it.each([200, 204, 299])('takes %i for delivered', async (status) => {
    const { deps, recorded } = bench({ status });
    await deliver(deps, due(), never);
    expect(recorded).toMatchObject([{ ok: true, status, nextAttemptAt: null, disableEndpoint: false }]);
  });
  it.each([301, 302, 400, 404, 500, 503])('tries again after %i', async (status) => {
    const { deps, recorded } = bench({ status });
    await deliver(deps, due(), never);
    expect(recorded).toMatchObject([{ ok: false, status, nextAttemptAt: NOW + 5_000, disableEndpoint: false }]);
  });
  it('disables the endpoint that is gone', async () => {
    const { deps, recorded } = bench({ status: 410 });
    await deliver(deps, due(), never);
    expect(recorded).toMatchObject([{ ok: false, nextAttemptAt: null, disableEndpoint: true }]);
  });
  it.each([429, 503])('honours Retry-After with %i, and with no other status', async (status) => {
    const asked = bench({ status, retryAfterMs: 90_000 });
    await deliver(asked.deps, due(), never);
    expect(asked.recorded).toMatchObject([{ nextAttemptAt: NOW + 90_000 }]);
    const other = bench({ status: 500, retryAfterMs: 90_000 });
    await deliver(other.deps, due(), never);
    expect(other.recorded).toMatchObject([{ nextAttemptAt: NOW + 5_000 }]);
  });
  it('is dead after the last attempt', async () => {
    const { deps, recorded } = bench({ status: 500 });
    await deliver(deps, due(PAUSES_MS.length), never);
    expect(recorded).toMatchObject([{ ok: false, nextAttemptAt: null, disableEndpoint: false }]);
  });
  it('records an unreachable receiver by code', async () => {
    const { deps, recorded } = bench(async () => {
      throw new UnavailableError('fetch_failed', 'The receiver could not be reached (ECONNREFUSED)');
    });
    await deliver(deps, due(), never);
    expect(recorded).toMatchObject([{ ok: false, status: null, error: expect.stringContaining('fetch_failed') }]);
  });
  it('records nothing when it is stopped', async () => {
    const stop = new AbortController();
    const { deps, recorded } = bench(async (_request, signal) => {
      stop.abort(new UnavailableError('not_ready', 'stops'));
      signal.throwIfAborted();
      throw new Error('not reached');
    });
    await expect(deliver(deps, due(), stop.signal)).rejects.toMatchObject({ code: 'not_ready' });
    expect(recorded).toEqual([]);
  });
});
