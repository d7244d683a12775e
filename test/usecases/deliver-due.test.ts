import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import type { DueDelivery, WebhooksStore } from '../../src/ports/store.js';
import { timeLimit } from '../../src/time-limit.js';
import { deliverDueWith } from '../../src/usecases/deliver-due.js';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const metrics = { count: () => {}, observe: () => {}, set: () => {}, render: async () => '' };
const run = { jobId: 'j', subjectId: 'deliveries', lastAttempt: true };

const due = (endpointId: string, index: number): DueDelivery => ({
  deliveryId: `${endpointId}-${index}`,
  endpointId,
  url: `https://${endpointId}.example/`,
  secrets: [],
  eventId: `evt_${index}`,
  body: '{}',
  attempts: 0,
  epoch: 1,
});

function bench(waiting: DueDelivery[], answer: (url: string) => Promise<number>) {
  const recorded: string[] = [];
  let inFlight = 0;
  let most = 0;
  let now = 0;
  const webhooks: Partial<WebhooksStore> = {
    takeDue: async (limit) => waiting.splice(0, limit),
    recordAttempt: async (delivery) => void recorded.push(delivery.deliveryId),
  };
  const handler = deliverDueWith({
    webhooks: webhooks as WebhooksStore,
    fetcher: {
      post: async ({ url }) => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        const status = await answer(url);
        inFlight -= 1;
        return { status, body: '', retryAfterMs: null };
      },
    },
    sign: () => ({}),
    clock: { now: () => now },
    random: () => 0.5,
    log: quiet,
    metrics,
    timeoutMs: 10_000,
  });
  return {
    handler,
    recorded,
    most: () => most,
    pass: (ms: number) => {
      now += ms;
    },
  };
}
const never = new AbortController().signal;

describe('deliverDue', () => {
  it('sends all that is due, some at once but not too many to one endpoint', async () => {
    const all = Array.from({ length: 100 }, (_, index) => due('a', index));
    const one = bench([...all], async () => 200);
    expect(await one.handler(run, never)).toBe('sent');
    expect(one.recorded.sort()).toEqual(all.map((delivery) => delivery.deliveryId).sort());
    expect(one.most()).toBeGreaterThan(1);
    expect(one.most()).toBeLessThanOrEqual(8);
  });

  it('has many listen to one signal without a warning, and leaves none behind', async () => {
    const warned = vi.fn();
    process.on('warning', warned);
    const all = Array.from({ length: 64 }, (_, index) => due(`e${index % 16}`, index));
    const { signal } = new AbortController();
    let most = 0;
    const one = bench([...all], async () => {
      const limit = timeLimit(1_000, signal, () => new Error('late'));
      most = Math.max(most, getEventListeners(signal, 'abort').length);
      await new Promise((resolve) => setTimeout(resolve, 5));
      limit.end();
      return 200;
    });
    await one.handler(run, signal);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', warned);
    expect(most).toBe(64);
    expect(warned).not.toHaveBeenCalled();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('says when nothing is due', async () => {
    expect(await bench([], async () => 200).handler(run, never)).toBe('nothing_due');
  });

  it('leaves the rest of a slow endpoint to a later run and still serves the others', async () => {
    const waiting = [...Array.from({ length: 30 }, (_, index) => due('slow', index)), due('fast', 0)];
    const one = bench(waiting, async (url) => {
      if (url.includes('slow')) one.pass(4_000);
      return 200;
    });
    await one.handler(run, never);
    expect(one.recorded).toContain('fast-0');
    expect(one.recorded.filter((id) => id.startsWith('slow')).length).toBeLessThan(30);
  });

  it('keeps nobody waiting for a receiver that does not answer, however much is due there', async () => {
    let hangUp = (_status: number): void => undefined;
    const silence = new Promise<number>((resolve) => {
      hangUp = resolve;
    });
    const waiting = Array.from({ length: 64 }, (_, index) => due('mute', index));
    const one = bench(waiting, (url) => (url.includes('mute') ? silence : Promise.resolve(200)));
    const done = one.handler(run, never);
    await vi.waitFor(() => expect(one.most()).toBe(8));
    waiting.push(due('other', 0));
    one.pass(4_000);
    await vi.waitFor(() => expect(one.recorded).toEqual(['other-0']), { timeout: 5_000 });
    hangUp(200);
    await done;
    expect(one.recorded).toHaveLength(9);
  });

  it('takes no more once it is stopped', async () => {
    const stop = new AbortController();
    const waiting = Array.from({ length: 200 }, (_, index) => due('a', index));
    const one = bench(waiting, async () => {
      stop.abort(new Error('stop'));
      return 200;
    });
    await one.handler(run, stop.signal);
    expect(waiting.length).toBeGreaterThan(100);
  });
});
