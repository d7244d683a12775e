import { describe, expect, it } from 'vitest';
import { type GuardOptions, openGuard } from '../../../src/adapters/llm/guard.js';
import { type LineOptions, localLine } from '../../../src/adapters/llm/line.js';
import { InvalidInputError, UnavailableError } from '../../../src/errors.js';
import { LlmPauseError } from '../../../src/ports/llm.js';

const OPTIONS: GuardOptions & LineOptions = {
  attempts: 3,
  retryBaseMs: 2,
  retryMaxMs: 20,
  requestsPerMinute: 1_000,
  breakerFailures: 4,
  breakerRestMs: 1_000,
  trialMs: 500,
};
const away = new UnavailableError('llm_unavailable', 'away');
const signal = new AbortController().signal;

function guardOf(change: Partial<GuardOptions & LineOptions> = {}) {
  const time = { now: 1_000_000 };
  const options = { ...OPTIONS, ...change };
  const line = localLine(options);
  const guard = openGuard(options, { clock: { now: () => time.now }, chance: () => 0.5, line });
  return { guard, time, isOpen: () => line.isOpen(time.now) };
}
function failing(times: number, error: Error = away) {
  const asked = { count: 0 };
  return {
    asked,
    ask: async () => {
      asked.count += 1;
      if (asked.count <= times) throw error;
      return 'answer';
    },
  };
}

describe('openGuard', () => {
  it('tries again what may pass, and only so often', async () => {
    const { guard } = guardOf();
    const twice = failing(2);
    expect(await guard.run(twice.ask, signal)).toBe('answer');
    expect(twice.asked.count).toBe(3);
    const always = failing(9);
    await expect(guardOf().guard.run(always.ask, signal)).rejects.toBe(away);
    expect(always.asked.count).toBe(3);
  });

  it('does not repeat what a repetition cannot mend', async () => {
    const refused = failing(9, new InvalidInputError('llm_refused', 'no'));
    await expect(guardOf().guard.run(refused.ask, signal)).rejects.toMatchObject({ code: 'llm_refused' });
    expect(refused.asked.count).toBe(1);
  });

  it('waits as long as it is asked to, and gives up where that is too long', async () => {
    const short = failing(1, new LlmPauseError('llm_rate_limited', 'wait', 15));
    const started = performance.now();
    await guardOf().guard.run(short.ask, signal);
    expect(performance.now() - started).toBeGreaterThan(13);
    const long = failing(1, new LlmPauseError('llm_rate_limited', 'wait', 60_000));
    await expect(guardOf().guard.run(long.ask, signal)).rejects.toMatchObject({ code: 'llm_rate_limited' });
    expect(long.asked.count).toBe(1);
  });

  it('leaves the endpoint alone after failures in a row, then lets one request try', async () => {
    const { guard, time, isOpen } = guardOf({ attempts: 1 });
    const asked = failing(5);
    for (let turn = 0; turn < 6; turn += 1)
      await expect(guard.run(asked.ask, signal)).rejects.toMatchObject({ code: 'llm_unavailable' });
    expect(asked.asked.count).toBe(4);
    expect(await isOpen()).toBe(true);
    time.now += 1_000;
    let answer: (text: string) => void = () => undefined;
    const slow = new Promise<string>((resolve) => {
      answer = resolve;
    });
    const trial = guard.run(() => slow, signal);
    await expect(guard.run(asked.ask, signal)).rejects.toThrow('left alone');
    answer('well');
    expect(await trial).toBe('well');
    expect(await isOpen()).toBe(false);
  });

  it('a trial that fails starts the rest anew', async () => {
    const { guard, time, isOpen } = guardOf({ attempts: 1, breakerFailures: 1 });
    const asked = failing(9);
    await expect(guard.run(asked.ask, signal)).rejects.toBe(away);
    time.now += 1_000;
    await expect(guard.run(asked.ask, signal)).rejects.toBe(away);
    expect(await isOpen()).toBe(true);
  });

  it('refusals do not open the breaker', async () => {
    const { guard, isOpen } = guardOf({ attempts: 1, breakerFailures: 1 });
    const refused = failing(9, new InvalidInputError('llm_bad_answer', 'no'));
    for (let turn = 0; turn < 3; turn += 1)
      await expect(guard.run(refused.ask, signal)).rejects.toMatchObject({ code: 'llm_bad_answer' });
    expect(await isOpen()).toBe(false);
  });

  it('keeps to the requests of a minute: whoever comes too early waits, and blames nobody', async () => {
    const { guard, isOpen } = guardOf({ attempts: 1, requestsPerMinute: 1_200, breakerFailures: 1 });
    const well = failing(0);
    for (let turn = 0; turn < 1_200; turn += 1) await guard.run(well.ask, signal);
    const started = performance.now();
    // A minute for 1,200 requests is 50 ms for one, 100 for the second in line.
    await Promise.all([guard.run(well.ask, signal), guard.run(well.ask, signal)]);
    expect(performance.now() - started).toBeGreaterThan(95);
    expect(await isOpen()).toBe(false);
  });

  it('a line of more than a minute is not stood in, nor one after its job', async () => {
    const { guard, time } = guardOf({ attempts: 1, requestsPerMinute: 1 });
    const well = failing(0);
    await guard.run(well.ask, signal);
    const stop = new AbortController();
    const first = guard.run(well.ask, stop.signal);
    await expect(guard.run(well.ask, signal)).rejects.toMatchObject({ code: 'llm_rate_limited' });
    stop.abort(new Error('stopped'));
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    time.now += 60_000;
    // Who left the line has taken no turn.
    expect(await guard.run(well.ask, signal)).toBe('answer');
    expect(well.asked.count).toBe(2);
  });

  it('tells of every further attempt, and one that may not be made ends the question', async () => {
    const twice = failing(2);
    const told: unknown[] = [];
    await guardOf().guard.run(twice.ask, signal, async (error) => void told.push(error));
    expect(told).toEqual([away, away]);
    const broke = failing(2);
    const over = new InvalidInputError('llm_over_budget', 'no');
    const refuse = async () => {
      throw over;
    };
    await expect(guardOf().guard.run(broke.ask, signal, refuse)).rejects.toBe(over);
    expect(broke.asked.count).toBe(1);
  });

  it('a job that lost its lease says nothing of the endpoint', async () => {
    const { guard, isOpen } = guardOf({ attempts: 1, breakerFailures: 1 });
    const stop = new AbortController();
    const lost = new UnavailableError('lease_lost', 'another worker');
    const ask = async () => {
      stop.abort(lost);
      throw lost;
    };
    await expect(guard.run(ask, stop.signal)).rejects.toBe(lost);
    expect(await isOpen()).toBe(false);
  });

  it('a pause ends with its job', async () => {
    const stop = new AbortController();
    const { guard } = guardOf({ retryBaseMs: 5_000, retryMaxMs: 5_000 });
    const run = guard.run(failing(9).ask, stop.signal);
    setTimeout(() => stop.abort(new Error('stopped')), 5);
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  });
});
