/** Claims, fences, results and the sweep, on real PostgreSQL. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESKS, type FullStore } from '../../src/ports/review.js';
import { acceptInput, claimed, decision, evidenceOf, must, openTestStore, record, sourceOf } from '../support/store.js';

let store: FullStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(async () => {
  await store.close();
});

describe('claim', () => {
  it('gives a revision to one of many', async () => {
    const sourceId = await sourceOf(store);
    const accepted = await store.notes.accept(acceptInput(sourceId));
    if (!('revisionId' in accepted)) throw new Error('not accepted');
    const now = Date.now();
    const claims = await Promise.all(
      Array.from({ length: 20 }, () => store.work.claim(accepted.revisionId, 1_000, now)),
    );
    const held = claims.filter((claim) => claim !== null);
    expect(held).toHaveLength(1);
    expect(held[0]).toMatchObject({ epoch: 1, crashes: 0, note: { title: 'A quiet walk' } });
  });

  it('counts a lease that ran out as a crash, and a hand-back not', async () => {
    const first = await claimed(store, await sourceOf(store));
    const now = Date.now();
    await store.work.handBack(first, now);
    const second = must(await store.work.claim(first.revisionId, 1_000, now));
    expect(second).toMatchObject({ epoch: 2, crashes: 0 });
    const third = must(await store.work.claim(first.revisionId, 1_000, now + 2_000));
    expect(third).toMatchObject({ epoch: 3, crashes: 1 });
    expect(must(await store.work.claim(first.revisionId, 1_000, now + 4_000)).crashes).toBe(2);
    expect(await store.work.extend(third, 1_000, now)).toBe(false);
  });

  it('extends a lease that is still held', async () => {
    const claim = await claimed(store, await sourceOf(store));
    const now = Date.now();
    expect(await store.work.extend(claim, 90_000, now)).toBe(true);
    expect(await store.work.claim(claim.revisionId, 1_000, now + 80_000)).toBeNull();
  });
});

describe('complete', () => {
  it('saves once, and says so when asked again', async () => {
    const sourceId = await sourceOf(store);
    const claim = await claimed(store, sourceId);
    expect(await store.work.complete(claim, record(), Date.now())).toBe('saved');
    expect(await store.work.complete(claim, record(), Date.now())).toBe('unchanged');
    const view = must(await store.notes.get(sourceId, claim.noteId));
    expect(view).toMatchObject({ status: 'decided', revisions: [{ status: 'decided', evidence: evidenceOf() }] });
    expect(view.decisions).toHaveLength(1);
    expect(view.decisions[0]).toMatchObject({ ...decision(), sequence: 1, by: { kind: 'policy', id: 'global' } });
    expect(await store.work.claim(claim.revisionId, 1_000, Date.now())).toBeNull();
  });

  it('turns away a holder whose lease was taken over', async () => {
    const sourceId = await sourceOf(store);
    const slow = await claimed(store, sourceId);
    const quick = must(await store.work.claim(slow.revisionId, 60_000, Date.now() + 120_000));
    expect(await store.work.complete(slow, record(), Date.now())).toBe('stale');
    expect(await store.work.complete(quick, record({ decisions: [decision({ action: 'warn' })] }), Date.now())).toBe(
      'saved',
    );
    expect(await store.work.complete(slow, record(), Date.now())).toBe('stale');
    const view = must(await store.notes.get(sourceId, slow.noteId));
    expect(view.decisions.map(({ action }) => action)).toEqual(['warn']);
  });

  it('saves one of two equal results at once', async () => {
    const claim = await claimed(store, await sourceOf(store));
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => store.work.complete(claim, record(), Date.now())),
    );
    expect(answers.toSorted()).toEqual(['saved', ...Array.from({ length: 7 }, () => 'unchanged')].toSorted());
    expect(must(await store.notes.get(null, claim.noteId)).decisions).toHaveLength(1);
  });

  it('turns away the result of a revision that a newer one replaced', async () => {
    const sourceId = await sourceOf(store);
    const claim = await claimed(store, sourceId, { externalId: 'edit' });
    await store.notes.accept(acceptInput(sourceId, { externalId: 'edit', contentHash: 'content-2' }));
    expect(await store.work.complete(claim, record(), Date.now())).toBe('stale');
    expect(await store.work.extend(claim, 1_000, Date.now())).toBe(false);
    expect(must(await store.notes.get(sourceId, claim.noteId)).status).toBe('pending');
  });

  it('keeps the evidence of a pending one and asks again at its time', async () => {
    const sourceId = await sourceOf(store);
    const claim = await claimed(store, sourceId);
    const now = Date.now();
    const evidence = evidenceOf({ images: { status: 'due', until: new Date(now + 30_000).toISOString() } });
    expect(await store.work.complete(claim, record({ pending: true, evidence, decisions: [] }), now)).toBe('saved');
    const view = must(await store.notes.get(sourceId, claim.noteId));
    expect(view).toMatchObject({ status: 'pending', decisions: [], revisions: [{ evidence }] });
    const due = async (at: number) => (await store.work.takeDue(1_000, at, at)).map(({ revisionId }) => revisionId);
    expect(await due(now + 29_000)).not.toContain(claim.revisionId);
    expect(await due(now + 31_000)).toContain(claim.revisionId);
    const again = must(await store.work.claim(claim.revisionId, 1_000, now + 31_000));
    expect(again.crashes).toBe(0);
    expect(await store.work.complete(again, record(), now + 31_000)).toBe('saved');
  });

  it('opens a case for hold and review, and closes it when a newer revision is decided', async () => {
    const sourceId = await sourceOf(store);
    const first = await claimed(store, sourceId, { externalId: 'c' });
    const held = decision({ regions: ['de'], action: 'hold', severity: 3, category: 'fraud.scam' });
    const reviewed = decision({ regions: ['us'], action: 'review', severity: 2, category: 'fraud.scam' });
    await store.work.complete(first, record({ decisions: [held, reviewed], language: 'zz' }), Date.now());
    expect(must(await store.notes.get(sourceId, first.noteId)).status).toBe('held');
    const sight = {
      userId: 'usr_1',
      role: 'admin',
      languages: null,
      regions: null,
      categories: null,
      desks: DESKS,
    } as const;
    const open = async (region?: string) => {
      const filter = { language: ['zz'], region: region === undefined ? undefined : [region] };
      return store.desk.list(sight, filter, { cursor: null, limit: 10, now: Date.now() });
    };
    const cases = await open();
    expect(cases.items.map(({ reason, regions, revision }) => [reason, regions, revision])).toEqual([
      ['hold', ['de'], 1],
      ['review', ['us'], 1],
    ]);
    expect((await open('us')).items).toHaveLength(1);
    expect((await store.desk.counts(sight, {}, Date.now())).open).toBeGreaterThanOrEqual(2);
    const second = await claimed(store, sourceId, { externalId: 'c', contentHash: 'content-2' });
    await store.work.complete(second, record(), Date.now());
    expect((await open()).items).toEqual([]);
  });

  it('lets a newer revision supersede by region, and counts one sequence over all', async () => {
    const sourceId = await sourceOf(store);
    const first = await claimed(store, sourceId, { externalId: 's' });
    await store.work.complete(first, record(), Date.now());
    const second = await claimed(store, sourceId, { externalId: 's', contentHash: 'content-2' });
    const split = [
      decision({ regions: ['de'], action: 'remove', category: 'fraud.scam' }),
      decision({ regions: ['us'] }),
    ];
    await store.work.complete(second, record({ decisions: split }), Date.now());
    const { decisions } = must(await store.notes.get(sourceId, first.noteId));
    const [old, removed, allowed] = [must(decisions[0]), must(decisions[1]), must(decisions[2])];
    expect(decisions.map(({ sequence }) => sequence)).toEqual([1, 3, 3]);
    expect([removed.supersedes, allowed.supersedes]).toEqual([old.decisionId, old.decisionId]);
    expect([removed.decisionId, allowed.decisionId]).toContain(old.supersededBy);
  });
});

describe('takeDue', () => {
  it('gives each revision to one of eight takers', async () => {
    const own = await openTestStore();
    const sourceId = await sourceOf(own);
    await own.notes.acceptMany(Array.from({ length: 200 }, () => acceptInput(sourceId)));
    const now = Date.now() + 10;
    const takes = Array.from({ length: 8 }, async () => {
      const taken: string[] = [];
      for (;;) {
        const rows = await own.work.takeDue(7, now - 5, now);
        taken.push(...rows.map(({ revisionId }) => revisionId));
        if (rows.length === 0) return taken;
      }
    });
    const taken = (await Promise.all(takes)).flat();
    expect(taken).toHaveLength(200);
    expect(new Set(taken).size).toBe(200);
    expect(await own.work.backlog(now + 1_000)).toMatchObject({ due: 200 });
    const again = await own.work.takeDue(1, now, now + 1_000);
    expect(again.map(({ run }) => run)).toEqual([2]);
    await own.close();
  });

  it('leaves out what is leased, decided or nudged just now, and takes what was handed back', async () => {
    const own = await openTestStore();
    const sourceId = await sourceOf(own);
    const claim = await claimed(own, sourceId);
    const done = await claimed(own, sourceId);
    await own.work.complete(done, record(), Date.now());
    const now = Date.now() + 1;
    expect(await own.work.takeDue(10, now, now)).toEqual([]);
    await own.work.handBack(claim, now);
    expect(await own.work.takeDue(10, now - 60_000, now)).toEqual([{ revisionId: claim.revisionId, run: 1 }]);
    expect(await own.work.takeDue(10, now - 60_000, now + 1)).toEqual([]);
    await own.close();
  });
});
