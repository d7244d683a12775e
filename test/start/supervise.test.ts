import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Supervised, supervise } from '../../src/start/supervise.js';
import { until } from '../support/until.js';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'polywarden-supervise-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function start(name: string, code: string, reports: unknown[] = [], ended: string[] = []): Promise<Supervised> {
  const script = path.join(dir, `${name}.mjs`);
  await writeFile(script, code);
  return supervise({
    script,
    count: 2,
    env: { PATH: '/usr/bin' },
    log: quiet,
    onReport: (_from, report) => void reports.push(report),
    onEnd: (from) => void ended.push(from),
  });
}
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const GOOD = `process.send({ kind: 'report' }); setInterval(() => {}, 1000); process.on('SIGTERM', () => process.exit(0));`;

describe('supervise', () => {
  it('counts the processes that have reported, passes reports on, and stops all', async () => {
    const reports: unknown[] = [];
    const workers = await start('good', GOOD, reports);
    await until(async () => (workers.ready() === 2 ? true : null));
    expect(reports).toEqual([{ kind: 'report' }, { kind: 'report' }]);
    const pids = workers.pids();
    expect(pids.every(isAlive)).toBe(true);
    await workers.stop(5_000);
    expect(pids.some(isAlive)).toBe(false);
    expect(workers.ready()).toBe(0);
  });

  it('starts the others once the first has reported, or has ended before it could', async () => {
    const workers = await start('one-first', GOOD);
    expect(workers.pids()).toHaveLength(1);
    await until(async () => (workers.ready() === 2 ? true : null));
    await workers.stop(5_000);
    const flag = path.join(dir, 'ended-once');
    const fails = `import { existsSync, writeFileSync } from 'node:fs';
      if (!existsSync('${flag}')) { writeFileSync('${flag}', ''); process.exit(1); }
      ${GOOD}`;
    const late = await start('first-fails', fails);
    await until(async () => (late.ready() === 2 ? true : null));
    await late.stop(5_000);
  });

  it('waits for what comes before, and starts nothing once it was stopped', async () => {
    const script = path.join(dir, 'later.mjs');
    await writeFile(script, GOOD);
    const options = { script, count: 1, env: { PATH: '/usr/bin' }, log: quiet, onReport: () => {}, onEnd: () => {} };
    const first = supervise(options);
    const second = supervise({ ...options, after: first.begun });
    expect(second.pids()).toEqual([]);
    await first.begun;
    await until(async () => (second.ready() === 1 ? true : null));
    await second.stop(5_000);
    let go = (): void => undefined;
    const never = supervise({
      ...options,
      after: new Promise<void>((resolve) => {
        go = resolve;
      }),
    });
    await never.stop(5_000);
    go();
    await first.stop(5_000);
    expect(never.pids()).toEqual([]);
  });

  it('starts a process anew that was killed, and says who ended', async () => {
    const ended: string[] = [];
    const workers = await start('killed', GOOD, [], ended);
    await until(async () => (workers.ready() === 2 ? true : null));
    const [victim] = workers.pids();
    if (victim === undefined) throw new Error('no process');
    process.kill(victim, 'SIGKILL');
    await until(async () => (workers.ready() === 2 && !workers.pids().includes(victim) ? true : null));
    expect(ended).toEqual([`worker-${victim}`]);
    await workers.stop(5_000);
  });

  it('tries again when a process cannot even be made', async () => {
    const ended: string[] = [];
    const script = path.join(dir, 'good.mjs');
    await writeFile(script, GOOD);
    const { execPath } = process;
    process.execPath = path.join(dir, 'no-such-program');
    const onEnd = (from: string) => {
      ended.push(from);
      process.execPath = execPath;
    };
    const env = { PATH: '/usr/bin' };
    const workers = supervise({ script, count: 1, env, log: quiet, onReport: () => {}, onEnd });
    await until(async () => (workers.ready() === 1 ? true : null));
    expect(ended).toEqual(['worker-undefined']);
    await workers.stop(5_000);
  });

  it('kills what does not stop in time', async () => {
    const deaf = GOOD.replace('process.exit(0)', 'undefined');
    const workers = await start('deaf', deaf);
    await until(async () => (workers.ready() === 2 ? true : null));
    const pids = workers.pids();
    const started = performance.now();
    await workers.stop(200);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(pids.some(isAlive)).toBe(false);
  });
});
