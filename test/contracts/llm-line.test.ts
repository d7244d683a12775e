/** The line before an endpoint: of one process, and of all of them in Redis. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Line, type LineOptions, localLine } from '../../src/adapters/llm/line.js';
import { type RunScript, sharedLine } from '../../src/adapters/llm/shared-line.js';
import { openQueue, type RedisQueue } from '../../src/adapters/queue-bullmq.js';
import { freshRedis } from '../support/services.js';
import { testIds } from '../support/store.js';

const OPTIONS: LineOptions = { requestsPerMinute: 60, breakerFailures: 3, breakerRestMs: 1_000, trialMs: 500 };
const NOW = 1_795_257_402_148;
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let queue: RedisQueue;
beforeAll(async () => {
  queue = openQueue(await freshRedis(), quiet);
});
afterAll(() => queue.close());

const inRedis = (name = testIds.next('endpoint')): Line => sharedLine(queue.runScript, name, OPTIONS);

describe.each([
  ['of one process', () => localLine(OPTIONS)],
  ['in Redis', () => inRedis()],
] as const)('the line %s', (_name, open) => {
  const takeAll = async (line: Line, now = NOW): Promise<void> => {
    for (let turn = 0; turn < OPTIONS.requestsPerMinute; turn += 1) expect(await line.take(now)).toBe(0);
  };

  it('has as many turns as a minute brings, then they come one by one, and a minute is the longest wait', async () => {
    const line = open();
    await takeAll(line);
    expect(await line.take(NOW)).toBeCloseTo(1_000, 3);
    expect(await line.take(NOW)).toBeCloseTo(2_000, 3);
    expect(await line.take(NOW + 2_000)).toBeCloseTo(1_000, 3);
    for (let more = 0; more < 59; more += 1) expect(await line.take(NOW + 2_000)).not.toBeNull();
    expect(await line.take(NOW + 2_000)).toBeNull();
    expect(await line.take(NOW + 200_000)).toBe(0);
  });

  it('who leaves has taken no turn, and none is won by it', async () => {
    const line = open();
    await takeAll(line);
    await line.take(NOW);
    await line.giveBack(NOW);
    expect(await line.take(NOW)).toBeCloseTo(1_000, 3);
    const fresh = open();
    await fresh.giveBack(NOW);
    await takeAll(fresh);
    expect(await fresh.take(NOW)).toBeGreaterThan(0);
  });

  it('after failures in a row it is closed for a while; then one tries, and what becomes of it decides', async () => {
    const line = open();
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await line.enter(NOW)).toBe(true);
      expect(await line.isOpen(NOW)).toBe(false);
      await line.ended('failed', NOW);
    }
    expect([await line.isOpen(NOW), await line.enter(NOW + 999)]).toEqual([true, false]);
    expect(await line.enter(NOW + 1_000)).toBe(true);
    expect(await line.enter(NOW + 1_001)).toBe(false);
    await line.ended('failed', NOW + 1_100);
    expect(await line.enter(NOW + 2_000)).toBe(false);
    expect(await line.enter(NOW + 2_100)).toBe(true);
    await line.ended('succeeded', NOW + 2_200);
    expect([await line.isOpen(NOW + 2_200), await line.enter(NOW + 2_200)]).toEqual([false, true]);
    await line.ended('failed', NOW + 2_300);
    expect(await line.isOpen(NOW + 2_300)).toBe(false);
  });

  it('a trial that nobody ends, or that says nothing, makes room for the next', async () => {
    const line = open();
    for (let turn = 0; turn < 3; turn += 1) await line.ended('failed', NOW);
    expect(await line.enter(NOW + 1_000)).toBe(true);
    expect(await line.enter(NOW + 1_500)).toBe(true);
    await line.ended('neutral', NOW + 1_600);
    expect(await line.enter(NOW + 1_600)).toBe(true);
  });
});

describe('in Redis', () => {
  it('what one process sees holds for the others, endpoint by endpoint', async () => {
    const name = testIds.next('endpoint');
    const [one, two, elsewhere] = [inRedis(name), inRedis(name), inRedis()];
    for (let turn = 0; turn < 30; turn += 1) await Promise.all([one.take(NOW), two.take(NOW)]);
    expect(await two.take(NOW)).toBeCloseTo(1_000, 3);
    for (let turn = 0; turn < 3; turn += 1) await one.ended('failed', NOW);
    expect([await two.isOpen(NOW), await elsewhere.isOpen(NOW)]).toEqual([true, false]);
    expect(await elsewhere.take(NOW)).toBe(0);
  });

  it('while Redis is away each process has a line of its own, which knows what it saw, and does not ask every time', async () => {
    let asked = 0;
    const away: RunScript = async () => {
      asked += 1;
      throw new Error('away');
    };
    const line = sharedLine(away, 'endpoint', OPTIONS);
    for (let turn = 0; turn < 3; turn += 1) await line.ended('failed', NOW);
    expect(await line.isOpen(NOW)).toBe(true);
    expect(await line.take(NOW)).toBe(0);
    expect(asked).toBe(1);
    await line.take(NOW + 5_000);
    expect(asked).toBe(2);
  });

  it('keys hold no address and end by themselves', async () => {
    const keys: string[] = [];
    const line = sharedLine(
      (script, key, args) => {
        keys.push(key);
        return queue.runScript(script, key, args);
      },
      'http://x/v1',
      OPTIONS,
    );
    await line.take(NOW);
    await line.ended('failed', NOW);
    expect(keys.join()).not.toContain('http');
    const ttl = `return redis.call('PTTL', KEYS[1])`;
    for (const key of keys) expect(Number(await queue.runScript(ttl, key, []))).toBeGreaterThan(0);
  });
});
