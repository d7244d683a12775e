import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { UnavailableError } from '../src/errors.js';
import { timeLimit, withinTime } from '../src/time-limit.js';

const late = () => new UnavailableError('deadline_exceeded', 'late');

describe('a time limit', () => {
  it('ends when its time is over, under what is said then', async () => {
    const limit = timeLimit(5, new AbortController().signal, late);
    await sleep(30);
    expect(limit.signal.reason).toMatchObject({ code: 'deadline_exceeded' });
    limit.end();
  });

  it('ends with what it follows, also when that has ended already', () => {
    const stop = new AbortController();
    const limit = timeLimit(60_000, stop.signal, late);
    expect(limit.signal.aborted).toBe(false);
    stop.abort(new Error('stops'));
    for (const one of [limit, timeLimit(60_000, stop.signal, late)]) {
      expect(one.signal.reason).toBe(stop.signal.reason);
      one.end();
    }
  });

  it('leaves nothing behind at a signal that lives as long as the process', () => {
    const stop = new AbortController();
    for (let n = 0; n < 100; n += 1) timeLimit(60_000, stop.signal, late).end();
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  it('begins anew as often as it is renewed', async () => {
    const limit = timeLimit(200, new AbortController().signal, late);
    for (let n = 0; n < 4; n += 1) {
      await sleep(80);
      limit.renew();
    }
    expect(limit.signal.aborted).toBe(false);
    await sleep(400);
    expect(limit.signal.aborted).toBe(true);
  });
});

describe('work within a time', () => {
  const never = new AbortController().signal;
  const deaf = () => new Promise<never>(() => undefined);

  it('gives what the work gives, and throws what it throws', async () => {
    expect(await withinTime(60_000, never, late, async () => 7)).toBe(7);
    await expect(withinTime(60_000, never, late, () => Promise.reject(new Error('own')))).rejects.toThrow('own');
  });

  it('leaves work behind that does not listen', async () => {
    await expect(withinTime(5, never, late, deaf)).rejects.toMatchObject({ code: 'deadline_exceeded' });
    const stop = new AbortController();
    const waiting = withinTime(60_000, stop.signal, late, deaf);
    stop.abort(new Error('stops'));
    await expect(waiting).rejects.toBe(stop.signal.reason);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  it('says why it ended, not what the work made of it', async () => {
    const translated = (signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('AbortError')));
      });
    await expect(withinTime(5, never, late, translated)).rejects.toMatchObject({ code: 'deadline_exceeded' });
  });

  it('does not begin after the stop', async () => {
    const stop = AbortSignal.abort(new Error('stopped'));
    let begun = false;
    const work = async () => {
      begun = true;
    };
    await expect(withinTime(60_000, stop, late, work)).rejects.toThrow('stopped');
    expect(begun).toBe(false);
  });
});
