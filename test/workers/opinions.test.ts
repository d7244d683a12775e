import { expect, it } from 'vitest';
import { loadBundle } from '../../src/adapters/policy-folder.js';
import { readPromptFiles } from '../../src/adapters/prompt-files.js';
import type { App } from '../../src/compose.js';
import { InvalidInputError } from '../../src/errors.js';
import type { ChatAsk, ChatModel } from '../../src/ports/llm.js';
import type { OpinionClaim } from '../../src/ports/opinions.js';
import { opinionsHandler } from '../../workers/opinions.js';
import { evidenceOf, noteOf, testIds } from '../support/store.js';
import { storeMemory } from '../support/store-memory.js';

const picture = (index: number) => ({ index, url: `https://pictures.example/${index}` });

/** The opinion on the first revision of a note, up to what the model is asked. */
async function asked(
  images: OpinionClaim['note']['images'],
  place: (...of: readonly unknown[]) => Promise<{ blobKey: string } | null>,
): Promise<readonly ChatAsk[]> {
  const claim: OpinionClaim = {
    revisionId: 'rev_1',
    revision: 1,
    noteId: 'note_1',
    sourceId: 'src_1',
    note: noteOf({ regions: ['us'], images }),
    evidence: evidenceOf(),
    askedBy: 'usr_1',
    epoch: 1,
    crashes: 0,
  };
  const asks: ChatAsk[] = [];
  const store = storeMemory();
  const bundle = await loadBundle('policies');
  const clock = { now: () => 0 };
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const chat: ChatModel = {
    purpose: 'opinion',
    model: 'm',
    region: 'us',
    seesImages: true,
    complete: (ask) => {
      asks.push(ask);
      return Promise.reject(new InvalidInputError('llm_refused', 'no'));
    },
  };
  const view = async (bytes: Uint8Array) => {
    if (bytes.length === 0) throw new InvalidInputError('image_unreadable', 'no bytes');
    return bytes;
  };
  const app = {
    config: { LEASE_MS: 60_000, MAX_CRASHES: 3 },
    opinions: { chat, moderation: null, prompts: readPromptFiles('prompts/opinion'), ids: testIds, clock },
    store: { opinions: { ...store.opinions, claim: async () => claim }, images: { ...store.images, place } },
    images: { blobs: { get: async (key: string) => Buffer.from(key.slice(1)) }, readers: { decoder: { view } } },
    bundle: () => bundle,
    log: quiet,
    metrics: { count: () => {} },
    clock,
  } as unknown as App;
  await opinionsHandler(app)({ jobId: 'j', subjectId: 'rev_1', lastAttempt: true }, new AbortController().signal);
  return asks;
}

it('shows a model the pictures of the revision that it is asked about, not those of a newer one', async () => {
  const places: unknown[] = [];
  await asked([picture(0)], async (...of) => {
    places.push(of);
    return null;
  });
  expect(places).toEqual([['src_1', 'note_1', 0, 1]]);
});

it('asks about the pictures that can be read, whatever is wrong with another one', async () => {
  const places = [{ blobKey: '/' }, { blobKey: '/bytes' }];
  const [ask] = await asked([picture(0), picture(1)], async (_source, _note, index) => places[Number(index)] ?? null);
  const sent = ask?.user.filter((part) => part.kind === 'image');
  expect(sent).toHaveLength(1);
});
