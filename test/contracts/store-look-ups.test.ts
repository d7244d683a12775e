/** Stored pictures that are looked up again: the same answers from the store in memory and from the real one. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Finding, ImageReading, Outcome } from '../../src/domain.js';
import type { FullStore } from '../../src/ports/review.js';
import type { AcceptNote } from '../../src/ports/store.js';
import { lookAgain, lookAgainWhenGrown } from '../../src/usecases/look-again.js';
import { BOTH_STORES } from '../support/both-stores.js';
import { acceptInput, decision, evidenceOf, must, noteOf, record, sourceOf } from '../support/store.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const DAY_MS = 86_400_000;
const ACTOR = { kind: 'system', id: 'test' } as const;
const A = 'a5'.repeat(32);
const B = 'c3'.repeat(32);
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const clock = { now: () => NOW };
const never = new AbortController().signal;
const found = <T>(value: T): Outcome<T> => ({ status: 'found', value, ms: 1, version: '1' });
const none = { status: 'skipped', why: 'not_configured' } as const;
const readingOf = (index: number, pdq: string): ImageReading => ({
  index,
  facts: found({ format: 'png', width: 9, height: 9, frames: 1, framesRead: [0], bytes: 9, sha256: 'ab' }),
  ocr: none,
  codes: none,
  hash: found({ pdq, quality: 90 }),
  model: none,
});

const opened: FullStore[] = [];
afterAll(async () => {
  for (const store of opened) await store.close();
});

describe.each(BOTH_STORES)('look-ups %s', (_name, open) => {
  let store: FullStore;
  let sourceId = '';
  beforeEach(async () => {
    store = await open();
    opened.push(store);
    sourceId = await sourceOf(store);
  });

  /** A note whose pictures have these hashes, judged with these findings of banks. */
  async function judged(
    pdqs: readonly string[],
    detectors: readonly string[] = [],
    at = NOW,
    change: Partial<AcceptNote> = {},
  ) {
    const images = pdqs.map((_, index) => ({ index, url: `https://pictures.example/${index}` }));
    const accepted = await store.notes.accept(acceptInput(sourceId, { note: noteOf({ images }), now: at, ...change }));
    if (!('revisionId' in accepted)) throw new Error('not accepted');
    const { revisionId, noteId } = accepted;
    for (const [index, pdq] of pdqs.entries()) {
      const claim = must(await store.images.claim(revisionId, index, 1_000, at));
      await store.images.complete(claim, { reading: readingOf(index, pdq), blobKey: null, sha256: null }, at);
    }
    await settle(revisionId, detectors, at);
    return { revisionId, noteId };
  }
  async function settle(revisionId: string, detectors: readonly string[], at = NOW) {
    const claim = must(await store.work.claim(revisionId, 1_000, at));
    const findings = detectors.map(
      (detector): Finding => ({
        category: 'fraud.scam',
        score: 1,
        calibrated: 0.85,
        severity: 3,
        source: 'image_hash',
        detector,
        part: 'image:0',
        spans: [],
        view: 'raw',
      }),
    );
    const evidence = evidenceOf({ images: found({ readings: [], findings }) });
    const action = detectors.length > 0 ? 'hold' : 'allow';
    return store.work.complete(claim, record({ evidence, decisions: [decision({ action })] }), at);
  }
  async function grow(pdq: string): Promise<void> {
    const order = { name: 'b', sourceId: null, kind: 'block', category: 'fraud.scam', severity: 3 } as const;
    await store.imageBanks.create({ ...order, owner: 'ana', source: 'test', expiresAt: null }, ACTOR, NOW);
    await store.imageBanks.add({ name: 'b', hashes: [{ pdq, note: '' }], expiresAt: null }, ACTOR, NOW);
  }
  const statusOf = async (noteId: string) => must(await store.notes.get(sourceId, noteId)).revisions[0]?.status;

  it('pages through pictures that stand as they were judged', async () => {
    const first = await judged([A, B], ['b/hash_1']);
    const second = await judged([B]);
    await judged([A], [], NOW - 40 * DAY_MS);
    const since = NOW - 30 * DAY_MS;
    const all = await store.lookUps.hashed(since, null, 10);
    expect(all.map(({ revisionId, index, sourceId: whose, known }) => [revisionId, index, whose, known])).toEqual([
      [first.revisionId, 0, sourceId, ['b/hash_1']],
      [first.revisionId, 1, sourceId, []],
      [second.revisionId, 0, sourceId, []],
    ]);
    expect(all[0]?.hash).toEqual({ pdq: A, quality: 90 });
    const { revisionId, index } = must(all[0]);
    expect(await store.lookUps.hashed(since, { revisionId, index }, 1)).toEqual([all[1]]);
    await store.notes.erase(null, second.noteId, ACTOR, NOW);
    expect(await store.lookUps.hashed(since, null, 10)).toHaveLength(2);
  });

  it('judges again what a new hash knows, once, and nothing else', async () => {
    const [hit, miss] = [await judged([A]), await judged([B])];
    await grow(A);
    const deps = { imageBanks: store.imageBanks, lookUps: store.lookUps, clock, log };
    expect(await lookAgainWhenGrown(deps, 30, never)).toBe(1);
    expect([await statusOf(hit.noteId), await statusOf(miss.noteId)]).toEqual(['pending', 'decided']);
    // While it is due nobody asks for it a second time, and the banks have not changed.
    expect(await lookAgainWhenGrown(deps, 30, never)).toBe(0);
    const entry = must((await store.imageBanks.entries('b', null, 1))[0]);
    expect(await settle(hit.revisionId, [`b/${entry.entryId}`])).toBe('saved');
    const view = must(await store.notes.get(sourceId, hit.noteId));
    expect(view.status).toBe('held');
    expect(view.decisions.map(({ action, supersededBy }) => [action, supersededBy !== null])).toEqual([
      ['allow', true],
      ['hold', false],
    ]);
    const order = { since: 0, after: null, mostPages: 9, actor: ACTOR };
    expect(await lookAgain(deps, order, never)).toEqual({ pictures: 2, notes: 0, place: null });
    const { items } = await store.audit.list(null, 50);
    expect(items.filter(({ verb }) => verb === 'note.looked_up_again')).toMatchObject([
      { subject: hit.noteId, actor: { id: 'upkeep' }, detail: { revisionId: hit.revisionId } },
    ]);
  });

  it('leaves alone what was erased or replaced meanwhile', async () => {
    const gone = await judged([A]);
    await store.notes.erase(null, gone.noteId, ACTOR, NOW);
    const times = { now: NOW, dueAt: NOW };
    expect(await store.lookUps.again([gone.revisionId, 'rev_unknown'], ACTOR, times)).toBe(0);
    const old = await judged([A], [], NOW, { externalId: 'edited', contentHash: 'first' });
    const edited = await judged([B], [], NOW, { externalId: 'edited', contentHash: 'second' });
    expect(edited.noteId).toBe(old.noteId);
    const shown = await store.lookUps.hashed(0, null, 10);
    expect(shown.map(({ revisionId }) => revisionId)).toEqual([edited.revisionId]);
    expect(await store.lookUps.again([old.revisionId], ACTOR, times)).toBe(0);
    expect(await store.work.claim(old.revisionId, 1_000, NOW)).toBeNull();
  });

  it('goes on where a run ended, and starts over after a change meanwhile', async () => {
    expect(await store.lookUps.progress()).toEqual({ version: 0, lookedUp: 0, target: null, place: null });
    await grow(A);
    const { version } = await store.lookUps.progress();
    const place = { revisionId: 'rev_9', index: 2 };
    await store.lookUps.keep({ lookedUp: 0, target: version, place });
    expect(await store.lookUps.progress()).toEqual({ version, lookedUp: 0, target: version, place });
    await store.imageBanks.add({ name: 'b', hashes: [{ pdq: B, note: '' }], expiresAt: null }, ACTOR, NOW);
    const deps = { imageBanks: store.imageBanks, lookUps: store.lookUps, clock, log };
    await lookAgainWhenGrown(deps, 30, never);
    expect(await store.lookUps.progress()).toMatchObject({ lookedUp: version, target: null, place: null });
    await lookAgainWhenGrown(deps, 30, never);
    expect(await store.lookUps.progress()).toMatchObject({ lookedUp: version + 1, version: version + 1 });
  });
});
