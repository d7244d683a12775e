import { expect, it } from 'vitest';
import { readPromptFiles } from '../../src/adapters/prompt-files.js';
import type { App } from '../../src/compose.js';
import { InvalidInputError } from '../../src/errors.js';
import { loadBundle } from '../../src/policy/load.js';
import type { ChatModel } from '../../src/ports/llm.js';
import type { OpinionClaim } from '../../src/ports/opinions.js';
import { opinionsHandler } from '../../workers/opinions.js';
import { evidenceOf, noteOf, testIds } from '../support/store.js';
import { storeMemory } from '../support/store-memory.js';

it('shows a model the pictures of the revision that it is asked about, not those of a newer one', async () => {
  const claim: OpinionClaim = {
    revisionId: 'rev_1',
    revision: 1,
    noteId: 'note_1',
    sourceId: 'src_1',
    note: noteOf({ regions: ['us'], images: [{ index: 0, url: 'https://pictures.example/0' }] }),
    evidence: evidenceOf(),
    askedBy: 'usr_1',
    epoch: 1,
    crashes: 0,
  };
  const asked: unknown[] = [];
  const place = async (...of: unknown[]) => {
    asked.push(of);
    return null;
  };
  const store = storeMemory();
  const bundle = await loadBundle('policies');
  const clock = { now: () => 0 };
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const chat: ChatModel = {
    purpose: 'opinion',
    model: 'm',
    region: 'us',
    seesImages: true,
    complete: () => Promise.reject(new InvalidInputError('llm_refused', 'no')),
  };
  const app = {
    config: { LEASE_MS: 60_000, MAX_CRASHES: 3 },
    opinions: { chat, moderation: null, prompts: readPromptFiles('prompts/opinion'), ids: testIds, clock },
    store: { opinions: { ...store.opinions, claim: async () => claim }, images: { ...store.images, place } },
    bundle: () => bundle,
    log: quiet,
    metrics: { count: () => {} },
    clock,
  } as unknown as App;
  const run = { jobId: 'j', subjectId: 'rev_1', lastAttempt: true };
  await opinionsHandler(app)(run, new AbortController().signal);
  expect(asked).toEqual([['src_1', 'note_1', 0, 1]]);
});
