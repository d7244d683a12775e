import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openQueue, startWorkers } from '../../src/adapters/queue-bullmq.js';
import { UnavailableError } from '../../src/errors.js';
import type { NoteView } from '../../src/ports/store.js';
import { HOT_WORD } from '../support/classifier.js';
import { type Cut, cuttable } from '../support/cut.js';
import { noteBody, type System, startSystem } from '../support/running.js';
import { freshRedis } from '../support/services.js';
import { until } from '../support/until.js';
import { bundleWorker, startWorkerProcess } from '../support/worker-process.js';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const send = async (system: System, externalId: string, change: Record<string, unknown> = {}): Promise<string> => {
  const answer = await system.post('/v1/notes', noteBody(externalId, change));
  expect(answer.status).toBe(202);
  const { id }: { id: string } = answer.json();
  return id;
};
/** One decision for each region and revision. */
const expectOnce = (view: NoteView) => {
  const regions = view.decisions.flatMap((decision) => decision.regions);
  expect(regions.sort()).toEqual(['de', 'us']);
};

describe('Redis is wiped', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  });
  afterAll(() => system.close());

  it('loses no note', async () => {
    const ids = await Promise.all([1, 2, 3, 4, 5].map((n) => send(system, `wiped-${n}`)));
    const redis = new Redis(system.redisUrl);
    await until(async () => ((await system.app.queue.waiting('notes')) === 5 ? true : null));
    await redis.flushdb();
    await redis.quit();
    expect(await system.app.queue.waiting('notes')).toBe(0);
    system.startWorker();
    for (const id of ids) expectOnce(await system.decided(id));
  });
});

describe('a worker for pictures alone', () => {
  it('is not stuck because texts wait for others', async () => {
    let ahead = 0;
    const clock = { now: () => Date.now() + ahead };
    const system = await startSystem({ env: { WORKER_QUEUES: 'images', SWEEP_MS: '200' }, overrides: { clock } });
    await send(system, 'late');
    ahead = 90_000;
    system.startWorker();
    await pause(1_000);
    ahead = 180_000;
    await pause(1_000);
    await system.close();
    expect(system.logs.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('the database is away', () => {
  it('is said once of the jobs of a queue, and what is a defect of each', async () => {
    const redisUrl = await freshRedis();
    const said: (readonly [string, unknown])[] = [];
    const log = { ...quiet, warn: (message: string, fields?: object) => void said.push([message, fields]) };
    let ended = 0;
    const workers = startWorkers({
      redisUrl,
      handlers: {
        notes: async ({ subjectId }) => {
          if (subjectId.startsWith('rev_odd')) throw new Error('a defect');
          throw new UnavailableError('store_unavailable', 'away');
        },
      },
      concurrency: 4,
      log,
      metrics: {
        count: () => {
          ended += 1;
        },
        observe: () => undefined,
        set: () => undefined,
        render: async () => '',
      },
    });
    const queue = openQueue(redisUrl, quiet);
    const subjects = ['rev_a', 'rev_b', 'rev_c', 'rev_d', 'rev_odd1', 'rev_odd2'];
    await queue.nudge(subjects.map((subjectId) => ({ queue: 'notes', jobId: `${subjectId}-0`, subjectId })));
    await until(async () => (ended >= subjects.length ? true : null));
    await workers.close(2_000);
    await queue.close();
    const codes = said.filter(([message]) => message === 'job failed').map(([, fields]) => Object(fields).code);
    expect(codes.filter((code) => code === 'store_unavailable')).toHaveLength(1);
    expect(codes.filter((code) => code === 'internal').length).toBeGreaterThanOrEqual(2);
  });
});

describe('Redis is away', () => {
  let redis: Cut;
  let system: System;
  beforeAll(async () => {
    redis = await cuttable(inject('redisUrl'));
    const url = new URL(redis.url);
    url.pathname = '/15';
    system = await startSystem({ redisUrl: url.href });
    system.startWorker();
  });
  afterAll(async () => {
    await system.close();
    await redis.close();
  });

  it('takes notes all the same, without waiting for it, and decides them when it is back', async () => {
    await redis.cut();
    const started = performance.now();
    const ids = await Promise.all([1, 2, 3].map((n) => send(system, `away-${n}`)));
    expect(performance.now() - started).toBeLessThan(2_000);
    await expect(system.app.queue.ping()).rejects.toMatchObject({ code: 'queue_unavailable' });
    await redis.mend();
    for (const id of ids) expectOnce(await system.decided(id));
  });

  it('refuses a nudge within a second, also on a queue that was made while it was down', async () => {
    await redis.cut();
    const queue = openQueue(system.redisUrl, quiet);
    const started = performance.now();
    const nudge = { queue: 'notes', jobId: 'rev_x-0', subjectId: 'rev_x' } as const;
    await expect(queue.nudge([nudge])).rejects.toMatchObject({ code: 'queue_unavailable' });
    expect(performance.now() - started).toBeLessThan(1_100);
    await redis.mend();
    await until(() =>
      queue.ping().then(
        () => true,
        () => null,
      ),
    );
    await queue.close();
  });
});

describe('a queue', () => {
  it('that is opened by a process busy with itself calls no Redis away', async () => {
    const queue = openQueue(await freshRedis(), quiet);
    const asked = queue.ping();
    await pause(0);
    for (const until = Date.now() + 1_500; Date.now() < until; );
    await asked;
    const again = queue.ping();
    for (const until = Date.now() + 1_500; Date.now() < until; );
    await again;
    await queue.close();
  });

  it('refuses a database that Redis does not have, instead of taking database 0', async () => {
    const url = new URL(await freshRedis());
    url.pathname = '/999';
    const queue = openQueue(url.href, quiet);
    await expect(queue.ping()).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('REDIS_URL'),
    });
    await queue.close();
    await expect(startSystem({ redisUrl: url.href })).rejects.toMatchObject({ code: 'config_invalid' });
  });
});

describe('a worker is killed in the middle of a note', { timeout: 90_000 }, () => {
  let system: System;
  let bundle: Awaited<ReturnType<typeof bundleWorker>>;
  beforeAll(async () => {
    [system, bundle] = await Promise.all([startSystem(), bundleWorker()]);
  });
  afterAll(async () => {
    await system.close();
    await bundle.remove();
  });

  it('decides the note once, by another worker, when the lease has run out', async () => {
    const env = { SWEEP_MS: '300', LEASE_MS: '3000', LOG_LEVEL: 'error' };
    const worker = startWorkerProcess(bundle.script, [
      env,
      { databaseUrl: system.databaseUrl, redisUrl: system.redisUrl },
    ]);
    await worker.said('ready');
    const id = await send(system, 'killed-1', { body: `A ${HOT_WORD} by the lake.` });
    await worker.said('busy');
    await worker.kill();
    expect((await system.view(id)).decisions).toEqual([]);
    system.startWorker();
    const view = await system.decided(id, 20_000);
    expect(view.decisions.flatMap((decision) => decision.regions).sort()).toEqual(['de', 'us']);
  });
});

describe('a stale worker', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  });
  afterAll(() => system.close());

  it('cannot write over the one that took the note from it', async () => {
    const id = await send(system, 'stale-1');
    const [revision] = (await system.view(id)).revisions;
    const { work } = system.app.store;
    const old = await work.claim(revision?.revisionId ?? '', 1, Date.now());
    if (old === null) throw new Error('not claimed');
    system.startWorker();
    const view = await system.decided(id);
    const record = {
      evidence: revision?.evidence ?? view.revisions[0]?.evidence,
      evidenceVersion: 'x',
      bundleHash: view.decisions[0]?.bundleHash ?? '',
      decisions: [],
      pending: false,
      language: null,
      trace: null,
    };
    if (record.evidence === null || record.evidence === undefined) throw new Error('no evidence');
    expect(await work.complete(old, { ...record, evidence: record.evidence }, Date.now())).not.toBe('saved');
    expectOnce(await system.view(id));
  });
});
