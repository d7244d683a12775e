/** Second opinions as work: the same from the store in memory and from the real one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpinionClaim, OpinionExchange } from '../../src/ports/opinions.js';
import type { Store } from '../../src/ports/store.js';
import { BOTH_STORES } from '../support/both-stores.js';
import { acceptInput, claimed, evidenceOf, must, record, sourceOf, testIds } from '../support/store.js';

const ACTOR = { kind: 'system', id: 'test' } as const;
const LEASE_MS = 60_000;
const DUE = { status: 'due', until: new Date(Date.now() + 600_000).toISOString() } as const;
const OUTCOME = {
  status: 'found',
  value: { opinions: [], findings: [], moderation: 'off', reasons: ['score_band'] },
  ms: 3,
  version: '1',
} as const;

const exchange = (change: Partial<OpinionExchange> = {}): OpinionExchange => ({
  exchangeId: testIds.next('xch'),
  at: Date.now(),
  model: 'small',
  answeredBy: 'small-2026',
  endpointRegion: 'local',
  promptVersion: '1',
  bundleHash: 'b1',
  cacheKey: 'key-1',
  cachedFrom: null,
  outcome: 'answered',
  system: 'Judge.',
  user: 'A note with \0 in it',
  pictures: ['ab'],
  answer: '{"findings":[]}',
  promptTokens: 10,
  completionTokens: 5,
  costMicros: 70,
  ms: 12,
  ...change,
});

const waits = () => record({ pending: true, decisions: [], evidence: evidenceOf({ deliberate: DUE }) });

describe.each(BOTH_STORES)('opinions %s', (_name, open) => {
  let store: Store;
  let source: string;
  beforeAll(async () => {
    store = await open();
    source = await sourceOf(store, testIds.next('opinions'));
  });
  afterAll(() => store.close());

  /** The first job left the question open. */
  async function waiting(externalId = testIds.next('ext')): Promise<{ revisionId: string; noteId: string }> {
    const claim = await claimed(store, source, { externalId });
    expect(await store.work.complete(claim, waits(), Date.now())).toBe('saved');
    return claim;
  }
  const claimOf = async (revisionId: string): Promise<OpinionClaim> =>
    must(await store.opinions.claim(revisionId, LEASE_MS, Date.now()));

  it('a result that waits makes the question due; the answer makes the note due', async () => {
    const { revisionId } = await waiting();
    expect(await store.opinions.state(revisionId)).toMatchObject({ status: 'due', askedBy: null, outcome: null });
    const claim = await claimOf(revisionId);
    expect(claim).toMatchObject({
      revisionId,
      revision: 1,
      askedBy: null,
      crashes: 0,
      note: { title: 'A quiet walk' },
    });
    expect(claim.evidence.deliberate.status).toBe('due');
    const { saved, wake } = await store.opinions.complete(claim, OUTCOME, Date.now());
    expect(saved).toBe(true);
    expect(wake).toEqual(expect.any(Number));
    expect(await store.opinions.state(revisionId)).toMatchObject({ status: 'done', outcome: OUTCOME });
  });

  it('an answer that comes while the note is judged once more is not slept through', async () => {
    const { revisionId } = await waiting();
    const opinion = await claimOf(revisionId);
    const judged = must(await store.work.claim(revisionId, LEASE_MS, Date.now()));
    await store.opinions.complete(opinion, OUTCOME, Date.now());
    const stillOpen = record({
      pending: true,
      decisions: [],
      evidence: evidenceOf({ deliberate: DUE }),
      bundleHash: 'b2',
    });
    expect(await store.work.complete(judged, stillOpen, Date.now())).toBe('saved');
    const due = await store.work.takeDue(100, Date.now() + 1, Date.now() + 1_000);
    expect(due.map((row) => row.revisionId)).toContain(revisionId);
  });

  it('one holder at a time, and the late one is refused', async () => {
    const { revisionId } = await waiting();
    const first = must(await store.opinions.claim(revisionId, 1_000, Date.now()));
    expect(await store.opinions.claim(revisionId, 1_000, Date.now())).toBeNull();
    const second = must(await store.opinions.claim(revisionId, 1_000, Date.now() + 2_000));
    expect(second).toMatchObject({ crashes: 1, epoch: first.epoch + 1 });
    expect(await store.opinions.extend(first, LEASE_MS, Date.now())).toBe(false);
    expect(await store.opinions.complete(first, OUTCOME, Date.now())).toEqual({ saved: false, wake: null });
    await store.opinions.record(first, exchange());
    expect(await store.opinions.exchanges(revisionId)).toEqual([]);
    expect(await store.opinions.extend(second, LEASE_MS, Date.now())).toBe(true);
  });

  it('what is handed back is due at once, and no crash', async () => {
    const { revisionId } = await waiting();
    const claim = await claimOf(revisionId);
    await store.opinions.handBack(claim, null, Date.now());
    const due = async () =>
      (await store.opinions.takeDue(100, Date.now() - 60_000, Date.now() + 10)).map((row) => row.revisionId);
    expect(await due()).toContain(revisionId);
    const again = await claimOf(revisionId);
    expect(again).toMatchObject({ crashes: 0 });
    // Its job comes back in a minute: until then, and as long again as the sweeper waits, nobody else asks.
    await store.opinions.handBack(again, Date.now() + 60_000, Date.now());
    expect(await due()).not.toContain(revisionId);
    const later = Date.now() + 90_000;
    expect((await store.opinions.takeDue(100, later - 60_000, later)).map((row) => row.revisionId)).not.toContain(
      revisionId,
    );
    const late = Date.now() + 130_000;
    expect((await store.opinions.takeDue(100, late - 60_000, late)).map((row) => row.revisionId)).toContain(revisionId);
    expect(await claimOf(revisionId)).toMatchObject({ crashes: 0 });
  });

  it('exchanges are kept with their versions, and answer the same question of the same source', async () => {
    const { revisionId } = await waiting();
    const claim = await claimOf(revisionId);
    const cacheKey = testIds.next('key');
    const failed = exchange({ cacheKey, outcome: 'llm_timeout', answer: null, answeredBy: null });
    const answered = exchange({ cacheKey, at: failed.at + 1 });
    await store.opinions.record(claim, failed);
    expect(await store.opinions.cached(source, cacheKey)).toBeNull();
    await store.opinions.record(claim, answered);
    const found = { exchangeId: answered.exchangeId, answer: answered.answer, answeredBy: 'small-2026' };
    expect(await store.opinions.cached(source, cacheKey)).toEqual(found);
    expect(await store.opinions.cached('src_other', cacheKey)).toBeNull();
    const kept = await store.opinions.exchanges(revisionId);
    expect(kept.map(({ outcome }) => outcome)).toEqual(['llm_timeout', 'answered']);
    expect(kept[1]).toMatchObject({ costMicros: 70, pictures: ['ab'], promptVersion: '1', bundleHash: 'b1' });
  });

  it('goes with the note: erased, nothing is left and nothing can be added', async () => {
    const { revisionId, noteId } = await waiting();
    const claim = await claimOf(revisionId);
    const cacheKey = testIds.next('key');
    await store.opinions.record(claim, exchange({ cacheKey }));
    await store.notes.erase(source, noteId, ACTOR, Date.now());
    expect(await store.opinions.exchanges(revisionId)).toEqual([]);
    expect(await store.opinions.cached(source, cacheKey)).toBeNull();
    await store.opinions.record(claim, exchange({ cacheKey }));
    expect(await store.opinions.cached(source, cacheKey)).toBeNull();
    expect(await store.opinions.complete(claim, OUTCOME, Date.now())).toEqual({ saved: false, wake: null });
    expect(await store.opinions.ask(revisionId, 'user-1', Date.now())).toBeNull();
  });

  it('a person may ask about what is decided, once at a time', async () => {
    const done = await claimed(store, source);
    await store.work.complete(done, record(), Date.now());
    expect(await store.opinions.state(done.revisionId)).toMatchObject({ status: 'none' });
    expect(await store.opinions.ask(done.revisionId, 'user-1', Date.now())).toBe(true);
    expect(await store.opinions.ask(done.revisionId, 'user-2', Date.now())).toBe(false);
    const claim = await claimOf(done.revisionId);
    expect(claim.askedBy).toBe('user-1');
    expect(await store.opinions.complete(claim, OUTCOME, Date.now())).toEqual({ saved: true, wake: null });
    expect(await store.opinions.ask(done.revisionId, 'user-2', Date.now())).toBe(true);
    expect(await store.opinions.ask('rev_unknown', 'user-1', Date.now())).toBeNull();
  });

  it('what a person is answered never takes the place of what the policy was answered', async () => {
    const { revisionId } = await waiting();
    expect(await store.opinions.complete(await claimOf(revisionId), OUTCOME, Date.now())).toMatchObject({
      saved: true,
    });
    expect(await store.opinions.ask(revisionId, 'user-1', Date.now())).toBe(true);
    expect(await store.opinions.state(revisionId)).toMatchObject({ outcome: null, policyOutcome: OUTCOME });
    const other = { status: 'skipped', why: 'not_needed' } as const;
    await store.opinions.complete(await claimOf(revisionId), other, Date.now());
    expect(await store.opinions.state(revisionId)).toMatchObject({ outcome: other, policyOutcome: OUTCOME });
  });

  it('the policy asks for itself where only a person has asked', async () => {
    const first = await claimed(store, source);
    await store.work.complete(first, record({ pending: true, decisions: [] }), Date.now());
    expect(await store.opinions.ask(first.revisionId, 'user-1', Date.now())).toBe(true);
    await store.opinions.complete(await claimOf(first.revisionId), OUTCOME, Date.now());
    const again = must(await store.work.claim(first.revisionId, LEASE_MS, Date.now() + LEASE_MS));
    expect(await store.work.complete(again, waits(), Date.now() + LEASE_MS)).toBe('saved');
    expect(await store.opinions.state(first.revisionId)).toMatchObject({
      status: 'due',
      askedBy: null,
      policyOutcome: null,
    });
    expect((await claimOf(first.revisionId)).askedBy).toBeNull();
  });

  it('a newer revision leaves nothing to ask', async () => {
    const externalId = testIds.next('ext');
    const { revisionId } = await waiting(externalId);
    const edited = acceptInput(source, { externalId, contentHash: 'content-2' });
    expect((await store.notes.accept(edited)).kind).toBe('revised');
    expect(await store.opinions.claim(revisionId, LEASE_MS, Date.now())).toBeNull();
  });

  it('a budget stops hard, by region and day', async () => {
    const region = testIds.next('r').replace('_', '');
    const limits = [{ region, tokens: 100, micros: 1_000 }];
    const day = '2026-11-20';
    expect(await store.opinions.reserve(limits, { tokens: 60, micros: 10 }, day)).toEqual([region]);
    expect(await store.opinions.reserve(limits, { tokens: 60, micros: 10 }, day)).toEqual([]);
    await store.opinions.settle([region], { tokens: -30, micros: 0 }, day);
    expect(await store.opinions.spent(region, day)).toEqual({ tokens: 30, micros: 10 });
    expect((await store.opinions.spentOn(day)).get(region)).toEqual({ tokens: 30, micros: 10 });
    expect((await store.opinions.spentOn('2026-11-19')).has(region)).toBe(false);
    expect(await store.opinions.reserve(limits, { tokens: 1, micros: 991 }, day)).toEqual([]);
    expect(
      await store.opinions.reserve([{ region, tokens: 100, micros: null }], { tokens: 1, micros: 9_000 }, day),
    ).toEqual([region]);
    expect(await store.opinions.reserve(limits, { tokens: 60, micros: 10 }, '2026-11-21')).toEqual([region]);
  });

  it('many at once never pass the limit together', async () => {
    const region = testIds.next('r').replace('_', '');
    const limits = [{ region, tokens: 100, micros: null }];
    const asks = Array.from({ length: 30 }, () =>
      store.opinions.reserve(limits, { tokens: 10, micros: 0 }, '2026-11-20'),
    );
    const granted = (await Promise.all(asks)).filter((regions) => regions.length > 0);
    expect(granted).toHaveLength(10);
  });
});
