import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { limited } from '../../src/adapters/queue-bullmq.js';

describe('the limit of a job', () => {
  it('ends it when its time is over, under a code of ours', async () => {
    const limit = limited(5, new AbortController().signal);
    await sleep(30);
    expect(limit.signal.reason).toMatchObject({ code: 'deadline_exceeded' });
    limit.end();
  });

  it('ends it when the process stops, also when it has stopped already', () => {
    const stop = new AbortController();
    const limit = limited(60_000, stop.signal);
    expect(limit.signal.aborted).toBe(false);
    stop.abort(new Error('stops'));
    for (const one of [limit, limited(60_000, stop.signal)]) {
      expect(one.signal.reason).toBe(stop.signal.reason);
      one.end();
    }
  });

  it('leaves nothing behind at the signal that lives as long as the process', () => {
    const stop = new AbortController();
    for (let n = 0; n < 100; n += 1) limited(60_000, stop.signal).end();
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });
});
