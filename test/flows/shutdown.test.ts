import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOT_WORD } from '../support/classifier.js';
import { noteBody, type System, startSystem } from '../support/running.js';
import { bundleWorker, startWorkerProcess } from '../support/worker-process.js';

/** A lease far longer than the test: only a hand-back lets another worker go on at once. */
const ENV = { SWEEP_MS: '300', LEASE_MS: '600000', SHUTDOWN_MS: '4000', LOG_LEVEL: 'error' };

let system: System;
let bundle: Awaited<ReturnType<typeof bundleWorker>>;
beforeAll(async () => {
  [system, bundle] = await Promise.all([startSystem(), bundleWorker()]);
});
afterAll(async () => {
  await system.close();
  await bundle.remove();
});

const start = () =>
  startWorkerProcess(bundle.script, [ENV, { databaseUrl: system.databaseUrl, redisUrl: system.redisUrl }]);
async function busyWorker(externalId: string) {
  const worker = start();
  await worker.said('ready');
  const answer = await system.post('/v1/notes', noteBody(externalId, { body: `A ${HOT_WORD} by the lake.` }));
  const { id }: { id: string } = answer.json();
  await worker.said('busy');
  return { worker, id };
}

describe('a worker that is told to stop', { timeout: 90_000 }, () => {
  it('leaves at once when it has nothing to do', async () => {
    const worker = start();
    await worker.said('ready');
    const ended = once(worker.child, 'exit');
    const started = performance.now();
    worker.child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(performance.now() - started).toBeLessThan(4_000);
  });

  it('leaves at once at the second signal', async () => {
    const { worker } = await busyWorker('stop-2');
    const ended = once(worker.child, 'exit');
    worker.child.kill('SIGTERM');
    await worker.said('stopping');
    const started = performance.now();
    worker.child.kill('SIGTERM');
    expect(await ended).toEqual([130, null]);
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  it('hands its note back within the deadline, so that another goes on without waiting for the lease', async () => {
    const { worker, id } = await busyWorker('stop-1');
    const ended = once(worker.child, 'exit');
    worker.child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    const [revision] = (await system.view(id)).revisions;
    const claim = await system.app.store.work.claim(revision?.revisionId ?? '', 1_000, Date.now());
    expect(claim).toMatchObject({ crashes: 0 });
    if (claim !== null) await system.app.store.work.handBack(claim, Date.now());
    system.startWorker();
    await system.decided(id);
  });
});

describe('a worker that loses its parent while it starts', { timeout: 90_000 }, () => {
  it('ends instead of working on for nobody', async () => {
    const silent = createServer();
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const { port } = silent.address() as AddressInfo;
    const entry = await bundleWorker(path.resolve(import.meta.dirname, '../../workers/main.ts'));
    const databaseUrl = `postgresql://nobody@127.0.0.1:${port}/none`;
    const env = { PATH: process.env['PATH'], DATABASE_URL: databaseUrl, REDIS_URL: system.redisUrl };
    const child = fork(entry.script, { env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    // It waits for an answer that never comes.
    const [socket] = (await once(silent, 'connection')) as [Socket];
    const ended = once(child, 'exit');
    const since = performance.now();
    child.disconnect();
    expect(await ended).toEqual([1, null]);
    expect(performance.now() - since).toBeLessThan(3_000);
    socket.destroy();
    silent.close();
    await entry.remove();
  });
});
