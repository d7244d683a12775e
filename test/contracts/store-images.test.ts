/** Pictures as work: the same answers from the store in memory and from the real one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FullStore } from '../../src/ports/review.js';
import { BOTH_STORES } from '../support/both-stores.js';
import { acceptInput, must, noteOf, sourceOf } from '../support/store.js';

const LEASE_MS = 1_000;
const PATIENCE_MS = 30_000;
const skipped = { status: 'skipped', why: 'not_configured' } as const;

const opened: FullStore[] = [];
afterAll(async () => {
  for (const store of opened) await store.close();
});

describe.each(BOTH_STORES)('a picture that is due, %s', (_name, open) => {
  let store: FullStore;
  let sourceId = '';
  beforeAll(async () => {
    store = await open();
    opened.push(store);
    sourceId = await sourceOf(store);
  });

  async function accepted(): Promise<{ readonly revisionId: string; readonly now: number }> {
    const now = Date.now();
    const images = [{ index: 0, url: 'https://pictures.example/0' }];
    const made = await store.notes.accept(acceptInput(sourceId, { note: noteOf({ images }), now }));
    if (!('revisionId' in made)) throw new Error(made.kind);
    return { revisionId: made.revisionId, now };
  }
  const reading = { index: 0, facts: skipped, ocr: skipped, codes: skipped, hash: skipped, model: skipped };
  const nudged = async (revisionId: string, now: number): Promise<boolean> =>
    (await store.images.takeDue(100, now - PATIENCE_MS, now)).some((row) => row.revisionId === revisionId);

  it('goes to one reader, and is fenced against those whose lease ran out', async () => {
    const { revisionId, now } = await accepted();
    const first = must(await store.images.claim(revisionId, 0, LEASE_MS, now));
    expect(await store.images.claim(revisionId, 0, LEASE_MS, now)).toBeNull();
    expect(await store.images.extend(first, LEASE_MS, now)).toBe(true);
    const second = must(await store.images.claim(revisionId, 0, LEASE_MS, now + 2 * LEASE_MS));
    expect(second).toMatchObject({ crashes: 1, epoch: first.epoch + 1 });
    const result = { reading, blobKey: null, sha256: null };
    expect(await store.images.complete(first, result, now)).toEqual({ saved: false, wake: null });
    const saved = await store.images.complete(second, result, now);
    expect(saved).toMatchObject({ saved: true });
    expect(saved.wake).toBeGreaterThan(0);
  });

  it('that is handed back is due at once, or once its own job should have come back; neither is a crash', async () => {
    const { revisionId, now } = await accepted();
    const later = now + PATIENCE_MS + 1;
    await store.images.handBack(must(await store.images.claim(revisionId, 0, LEASE_MS, later)), null, later);
    expect(await nudged(revisionId, later)).toBe(true);
    const claim = must(await store.images.claim(revisionId, 0, LEASE_MS, later));
    expect(claim).toMatchObject({ crashes: 0 });
    const retryAt = later + 60_000;
    await store.images.handBack(claim, retryAt, later);
    expect(await nudged(revisionId, later + LEASE_MS)).toBe(false);
    expect(await nudged(revisionId, retryAt)).toBe(false);
    expect(await nudged(revisionId, retryAt + PATIENCE_MS + 1)).toBe(true);
    expect(await store.images.claim(revisionId, 0, LEASE_MS, retryAt)).toMatchObject({ crashes: 0 });
  });
});
