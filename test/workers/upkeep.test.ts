import { expect, it } from 'vitest';
import type { App } from '../../src/compose.js';
import { upkeepHandler } from '../../workers/upkeep.js';

it('deletes what is past its time even where a step before it fails, and fails all the same', async () => {
  const done: string[] = [];
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const app = {
    config: { IMAGE_LOOK_BACK_DAYS: 0, TRANSLATION_AHEAD: 'off' },
    store: {
      desk: { ranOut: () => Promise.reject(new Error('a defect')) },
      upkeep: {
        purge: async () => {
          done.push('purge');
          return {};
        },
      },
      images: {
        removable: async () => {
          done.push('blobs');
          return [];
        },
      },
    },
    images: { blobs: {} },
    translation: null,
    clock: { now: () => 0 },
    log: quiet,
  } as unknown as App;
  const run = { jobId: 'j', subjectId: 'upkeep', lastAttempt: true };
  await expect(upkeepHandler(app)(run, new AbortController().signal)).rejects.toThrow('a defect');
  expect(done).toEqual(['purge', 'blobs']);
});
