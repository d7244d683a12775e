/** Banks of picture hashes: the same answers from the store in memory and from the real one. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openImageBanks } from '../../src/compose/image-banks.js';
import type { ImageBanksPart, NewImageBank } from '../../src/ports/banks.js';
import type { Store } from '../../src/ports/store.js';
import { allHashes } from '../../src/usecases/all-hashes.js';
import { BOTH_STORES } from '../support/both-stores.js';
import { must } from '../support/store.js';
import { storeMemory } from '../support/store-memory.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const SOON = '2026-11-21T12:00:00.000Z';
const LATER = '2026-12-21T12:00:00.000Z';
const ACTOR = { kind: 'system', id: 'cli' } as const;
const A = 'a5'.repeat(32);
const B = 'c3'.repeat(32);
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const bank = (change: Partial<NewImageBank> = {}): NewImageBank => ({
  name: 'spam-banners',
  sourceId: null,
  kind: 'block',
  category: 'fraud.scam',
  severity: 3,
  owner: 'trust-and-safety',
  source: 'own reviews',
  expiresAt: null,
  ...change,
});

const opened: Store[] = [];
afterAll(async () => {
  for (const store of opened) await store.close();
});

describe.each(BOTH_STORES)('hash banks %s', (_name, open) => {
  let store: Store & ImageBanksPart;
  beforeEach(async () => {
    store = await open();
    opened.push(store);
  });
  const add = (name: string, pdqs: readonly string[], expiresAt: string | null = null) =>
    store.imageBanks.add({ name, hashes: pdqs.map((pdq) => ({ pdq, note: 'seen twice' })), expiresAt }, ACTOR, NOW);
  const create = (change: Partial<NewImageBank> = {}) => store.imageBanks.create(bank(change), ACTOR, NOW);

  it('are created once, counted and listed with whose they are', async () => {
    expect(await create()).toBe(true);
    expect(await create({ owner: 'somebody else' })).toBe(false);
    expect(await add('spam-banners', [A, B, A])).toBe(2);
    expect(await add('spam-banners', [B])).toBe(0);
    expect(await add('no-such-bank', [A])).toBeNull();
    expect(await store.imageBanks.list()).toMatchObject([
      { ...bank(), createdAt: new Date(NOW).toISOString(), entries: 2 },
    ]);
    const entries = await store.imageBanks.entries('spam-banners', null, 10);
    expect(entries.map(({ pdq, note, addedBy }) => [pdq, note, addedBy])).toEqual([
      [A, 'seen twice', 'cli'],
      [B, 'seen twice', 'cli'],
    ]);
    expect(await store.imageBanks.entries('spam-banners', must(entries[0]).entryId, 10)).toEqual([entries[1]]);
  });

  it('leave a line in the audit with every change, which holds no note', async () => {
    await create();
    await add('spam-banners', [A, B]);
    const [first] = await store.imageBanks.entries('spam-banners', null, 1);
    expect(await store.imageBanks.remove('spam-banners', must(first).entryId, ACTOR, NOW)).toBe(1);
    expect(await store.imageBanks.remove('spam-banners', must(first).entryId, ACTOR, NOW)).toBeNull();
    expect(await store.imageBanks.remove('spam-banners', null, ACTOR, NOW)).toBe(1);
    expect(await store.imageBanks.remove('spam-banners', null, ACTOR, NOW)).toBeNull();
    const events = (await store.audit.list(null, 50)).items.filter(({ verb }) => verb.startsWith('bank.'));
    expect(events.map(({ verb }) => verb).toSorted()).toEqual([
      'bank.created',
      'bank.hash_removed',
      'bank.hashes_added',
      'bank.removed',
    ]);
    expect(JSON.stringify(events)).not.toContain('seen twice');
    expect(await store.audit.verify()).toMatchObject({ broken: [] });
    expect(await store.imageBanks.list()).toEqual([]);
  });

  it('say in pages what has not run out, the earlier of two ends', async () => {
    await create({ expiresAt: SOON });
    await create({ name: 'look-alikes', kind: 'benign' });
    await add('spam-banners', [A], LATER);
    await add('look-alikes', [B], LATER);
    const found = async (now: number) =>
      (await store.imageBanks.hashes(null, 10, now)).map((one) => [one.bank, one.kind, one.expiresAt]);
    expect(await found(NOW)).toEqual([
      ['spam-banners', 'block', SOON],
      ['look-alikes', 'benign', LATER],
    ]);
    expect(await found(Date.parse(SOON))).toEqual([['look-alikes', 'benign', LATER]]);
    const [first] = await store.imageBanks.hashes(null, 1, NOW);
    expect(await store.imageBanks.hashes(must(first).entryId, 10, NOW)).toHaveLength(1);
    expect(await allHashes(store.imageBanks, NOW)).toHaveLength(2);
  });

  it('are followed: what is added is found, what is removed or has run out is not, others see only their own', async () => {
    await create({ expiresAt: SOON });
    let now = NOW;
    const clock = { now: () => now };
    const banks = await openImageBanks({ store: store.imageBanks, clock, log, pollMs: 60_000 });
    const names = (sourceId?: string) =>
      banks.lookup({ pdq: A, quality: 90 }, 31, sourceId).map((hit) => [hit.bank, hit.distance]);
    expect(names()).toEqual([]);
    await add('spam-banners', [A]);
    await create({ name: 'their-own', sourceId: 'source_1' });
    await add('their-own', [A]);
    await banks.follow();
    expect(names()).toEqual([['spam-banners', 0]]);
    expect(names('source_2')).toEqual([['spam-banners', 0]]);
    expect(names('source_1').toSorted()).toEqual([
      ['spam-banners', 0],
      ['their-own', 0],
    ]);
    now = Date.parse(SOON);
    expect(names('source_1')).toEqual([['their-own', 0]]);
    await store.imageBanks.remove('their-own', null, ACTOR, NOW);
    await banks.follow();
    expect(names('source_1')).toEqual([]);
    await banks.close();
  });

  it('that ran out are purged', async () => {
    await create({ expiresAt: SOON });
    await add('spam-banners', [A, B]);
    const after = Date.parse(SOON) + 1;
    const gone = await store.upkeep.purge(after, 100);
    await store.upkeep.purge(after, 100);
    // The store in memory keeps everything for the length of a test.
    expect([undefined, 2]).toContain(gone['image_bank_entries']);
    expect(await allHashes(store.imageBanks, after)).toEqual([]);
  });
});

it('that cannot be read open nothing', async () => {
  const store = storeMemory();
  store.away = true;
  const options = { store: store.imageBanks, clock: { now: () => NOW }, log, pollMs: 60_000 };
  await expect(openImageBanks(options)).rejects.toThrow('cannot be reached');
});

it('that miss one answer say nothing; from the second on they do', async () => {
  const store = storeMemory();
  let asked = 0;
  const said: number[] = [];
  const version = async (): Promise<number> => {
    asked += 1;
    if (asked === 2 || asked === 4 || asked > 5) throw new Error('no answer');
    return 1;
  };
  const banks = await openImageBanks({
    store: { ...store.imageBanks, version },
    clock: { now: () => NOW },
    log: { ...log, warn: () => void said.push(asked) },
    pollMs: 5,
  });
  await expect.poll(() => said).toEqual([7]);
  await banks.close();
});
