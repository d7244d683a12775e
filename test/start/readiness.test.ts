import { expect, it } from 'vitest';
import { UnavailableError } from '../../src/errors.js';
import { readiness } from '../../src/start/readiness.js';

const never = () => new Promise<never>(() => undefined);
const calm = {
  store: { ping: async () => undefined, work: { backlog: async () => ({ due: 1, oldestDueMs: 130_000 }) } },
  queue: { ping: async () => undefined, paused: async () => [] },
  images: { blobs: { get: async () => null } },
  clock: { now: () => 0 },
};

it('names what is late', async () => {
  expect(await readiness(calm, { ready: 1, wanted: 2 })).toEqual([
    { name: 'database', ok: true, detail: 'answers' },
    { name: 'queue', ok: true, detail: 'answers' },
    { name: 'pictures', ok: true, detail: 'answers' },
    { name: 'workers', ok: true, detail: '1 of 2 work' },
    { name: 'backlog', ok: false, detail: '1 due, oldest 130 s' },
  ]);
});

it('does not wait for a database that takes the question and never answers', async () => {
  const frozen = { ...calm, store: { ping: never, work: { backlog: never } } };
  expect(await readiness(frozen, { ready: 0, wanted: 1 }, 20)).toEqual([
    { name: 'database', ok: false, detail: 'deadline_exceeded' },
    { name: 'queue', ok: true, detail: 'answers' },
    { name: 'pictures', ok: true, detail: 'answers' },
    { name: 'workers', ok: false, detail: '0 of 1 work' },
    { name: 'backlog', ok: false, detail: 'deadline_exceeded' },
  ]);
});

it('says which queue somebody has paused: nothing else would', async () => {
  const paused = { ...calm, queue: { ...calm.queue, paused: async () => ['notes' as const] } };
  expect(await readiness(paused, { ready: 1, wanted: 1 })).toContainEqual({
    name: 'queue',
    ok: false,
    detail: 'paused on the queue board: notes',
  });
});

it('asks the store of pictures for one that nobody put', async () => {
  const get = async (): Promise<never> => {
    throw new UnavailableError('store_unavailable', 'The bucket of pictures cannot be used');
  };
  const parts = await readiness({ ...calm, images: { blobs: { get } } }, { ready: 1, wanted: 1 });
  expect(parts).toContainEqual({ name: 'pictures', ok: false, detail: 'store_unavailable' });
});
