import { describe, expect, it } from 'vitest';
import { UnavailableError } from '../../src/errors.js';
import type { ImageClaim, ImageResult, ImagesStore } from '../../src/ports/store.js';
import { imageSubject, processImageWith } from '../../src/usecases/process-image.js';
import { blobsMemory, decoderFake } from '../support/images.js';
import { storeMemory } from '../support/store-memory.js';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const uncounted = { count: () => undefined, observe: () => undefined, set: () => undefined, render: async () => '' };
const CLAIM: ImageClaim = {
  revisionId: 'rev_1',
  index: 2,
  noteId: 'note_1',
  sourceId: 'src_1',
  url: 'https://x.test/a.png',
  blobKey: null,
  likely: [],
  epoch: 1,
  crashes: 0,
};

function bench(claim: Partial<ImageClaim>, fetch: () => Promise<Uint8Array>) {
  const results: ImageResult[] = [];
  const nudged: string[] = [];
  const told = { handedBack: [] as (number | null)[], reserved: [] as string[] };
  const images: ImagesStore = {
    ...storeMemory().images,
    claim: async () => ({ ...CLAIM, ...claim }),
    reserve: async (_source, keys) => {
      told.reserved.push(...keys);
    },
    handBack: async (_claim, retryAt) => void told.handedBack.push(retryAt),
    complete: async (_claim, result) => {
      results.push(result);
      return { saved: true, wake: 7 };
    },
  };
  const handler = processImageWith({
    images,
    blobs: blobsMemory(),
    fetcher: { get: fetch },
    readers: { decoder: decoderFake, text: null, codes: null, hash: null, model: null },
    queue: { nudge: async (nudges) => void nudged.push(...nudges.map(({ jobId }) => jobId)) },
    clock: { now: () => 1_000 },
    ids: { next: (prefix) => `${prefix}_0000000001`, secret: () => '' },
    log: quiet,
    metrics: uncounted,
    leaseMs: 60_000,
    maxCrashes: 3,
  });
  const run = (lastAttempt: boolean) =>
    handler({ jobId: 'j', subjectId: imageSubject('rev_1', 2), lastAttempt }, new AbortController().signal);
  return { run, results, nudged, told };
}
const away = async (): Promise<never> => {
  throw new UnavailableError('fetch_failed', 'away');
};

describe('one picture', () => {
  it('is sealed before it is read, and the last reading wakes the note', async () => {
    const one = bench({}, async () => Buffer.from('bytes'));
    expect(await one.run(false)).toBe('saved');
    expect(one.told.reserved).toEqual(['img_0000000001']);
    expect(one.results).toMatchObject([
      { blobKey: 'img_0000000001', reading: { index: 2, facts: { status: 'failed', code: 'image_unreadable' } } },
    ]);
    expect(one.nudged).toEqual(['rev_1-7']);
  });
  it('is handed back while attempts remain, and fails with the code on the last', async () => {
    const one = bench({}, away);
    await expect(one.run(false)).rejects.toThrow('away');
    expect(one.told.handedBack).toEqual([1_000 + 4_000]);
    expect(one.results).toEqual([]);
    expect(await one.run(true)).toBe('saved');
    expect(one.results).toMatchObject([{ blobKey: null, reading: { facts: { code: 'fetch_failed' } } }]);
  });
  it('is given up after three crashes, untouched', async () => {
    const one = bench({ crashes: 3 }, () => Promise.reject(new Error('must not be fetched')));
    expect(await one.run(false)).toBe('saved');
    expect(one.results).toMatchObject([
      { reading: { facts: { code: 'stage_failed' }, ocr: { code: 'stage_failed' } } },
    ]);
  });
});
