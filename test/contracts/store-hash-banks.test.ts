/** Hash banks of pictures and of texts: the same answers from the store in memory and from the real one. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openImageBanks, openTextBanks } from '../../src/compose/hash-banks.js';
import type { PictureHash, TextHash } from '../../src/domain.js';
import type { HashBanksStore, NewBank } from '../../src/ports/banks.js';
import type { FullStore } from '../../src/ports/review.js';
import type { HashHit } from '../../src/ports.js';
import { allHashes } from '../../src/usecases/all-hashes.js';
import { BOTH_STORES } from '../support/both-stores.js';
import { must } from '../support/store.js';
import { storeMemory } from '../support/store-memory.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const SOON = '2026-11-21T12:00:00.000Z';
const LATER = '2026-12-21T12:00:00.000Z';
const ACTOR = { kind: 'system', id: 'cli' } as const;
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const bank = (change: Partial<NewBank> = {}): NewBank => ({
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

const opened: FullStore[] = [];
afterAll(async () => {
  for (const store of opened) await store.close();
});

interface Followed {
  isEmpty(): boolean;
  look(sourceId?: string): readonly HashHit[];
  follow(): Promise<void>;
  close(): Promise<void>;
}
interface Suite<H> {
  readonly holds: 'pictures' | 'texts';
  readonly A: H;
  readonly B: H;
  readonly table: string;
  of(store: FullStore): HashBanksStore<H>;
  other(store: FullStore): Pick<HashBanksStore<unknown>, 'create' | 'list' | 'version' | 'remove'>;
  /** What is found of A. */
  open(store: FullStore, now: () => number): Promise<Followed>;
}
const PICTURES: Suite<PictureHash> = {
  holds: 'pictures',
  A: { pdq: 'a5'.repeat(32) },
  B: { pdq: 'c3'.repeat(32) },
  table: 'image_bank_entries',
  of: (store) => store.imageBanks,
  other: (store) => store.textBanks,
  open: async (store, now) => {
    const banks = await openImageBanks(store, { clock: { now }, log, pollMs: 60_000 });
    return { ...banks, look: (sourceId) => banks.lookup({ ...PICTURES.A, quality: 90 }, 31, sourceId) };
  },
};
const TEXTS: Suite<TextHash> = {
  holds: 'texts',
  A: { exact: 'a5'.repeat(32), simhash: 'a5'.repeat(8) },
  B: { exact: 'c3'.repeat(32), simhash: 'c3'.repeat(8) },
  table: 'text_bank_entries',
  of: (store) => store.textBanks,
  other: (store) => store.imageBanks,
  open: async (store, now) => {
    const banks = await openTextBanks(store, { clock: { now }, log, pollMs: 60_000 });
    return { ...banks, look: (sourceId) => banks.lookup(TEXTS.A, 3, sourceId) };
  },
};

describe.each(BOTH_STORES)('hash banks %s', (_name, open) => {
  describe('of pictures', () => suite(PICTURES, open));
  describe('of texts', () => suite(TEXTS, open));
});

function suite<H extends object>(
  { holds, A, B, table, of, other, open: openBanks }: Suite<H>,
  open: () => Promise<FullStore>,
): void {
  let store: FullStore;
  let banks: HashBanksStore<H>;
  beforeEach(async () => {
    store = await open();
    banks = of(store);
    opened.push(store);
  });
  const add = (name: string, hashes: readonly H[], expiresAt: string | null = null) =>
    banks.add({ name, hashes: hashes.map((hash) => ({ ...hash, note: 'seen twice' })), expiresAt }, ACTOR, NOW);
  const create = (change: Partial<NewBank> = {}) => banks.create(bank(change), ACTOR, NOW);

  it('are created once, counted and listed with whose they are', async () => {
    expect(await create()).toBe(true);
    expect(await create({ owner: 'somebody else' })).toBe(false);
    expect(await add('spam-banners', [A, B, A])).toBe(2);
    expect(await add('spam-banners', [B])).toBe(0);
    expect(await add('no-such-bank', [A])).toBeNull();
    expect(await banks.list()).toMatchObject([
      { ...bank(), holds, createdAt: new Date(NOW).toISOString(), entries: 2 },
    ]);
    const entries = await banks.entries('spam-banners', null, 10);
    expect(entries).toMatchObject([
      { ...A, note: 'seen twice', addedBy: 'cli' },
      { ...B, note: 'seen twice', addedBy: 'cli' },
    ]);
    expect(await banks.entries('spam-banners', must(entries[0]).entryId, 10)).toEqual([entries[1]]);
  });

  it('leave a line in the audit with every change, which holds no note', async () => {
    await create();
    await add('spam-banners', [A, B]);
    const [first] = await banks.entries('spam-banners', null, 1);
    expect(await banks.remove('spam-banners', must(first).entryId, ACTOR, NOW)).toBe(1);
    expect(await banks.remove('spam-banners', must(first).entryId, ACTOR, NOW)).toBeNull();
    expect(await banks.remove('spam-banners', null, ACTOR, NOW)).toBe(1);
    expect(await banks.remove('spam-banners', null, ACTOR, NOW)).toBeNull();
    const events = (await store.audit.list(null, 50)).items.filter(({ verb }) => verb.startsWith('bank.'));
    expect(events.map(({ verb }) => verb).toSorted()).toEqual([
      'bank.created',
      'bank.hash_removed',
      'bank.hashes_added',
      'bank.removed',
    ]);
    expect(JSON.stringify(events)).not.toContain('seen twice');
    expect(await store.audit.verify()).toMatchObject({ broken: [] });
    expect(await banks.list()).toEqual([]);
  });

  it('say in pages what has not run out, the earlier of two ends', async () => {
    await create({ expiresAt: SOON });
    await create({ name: 'look-alikes', kind: 'benign' });
    await add('spam-banners', [A], LATER);
    await add('look-alikes', [B], LATER);
    const found = async (now: number) =>
      (await banks.hashes(null, 10, now)).map((one) => [one.bank, one.kind, one.expiresAt]);
    expect(await found(NOW)).toEqual([
      ['spam-banners', 'block', SOON],
      ['look-alikes', 'benign', LATER],
    ]);
    expect(await found(Date.parse(SOON))).toEqual([['look-alikes', 'benign', LATER]]);
    const [first] = await banks.hashes(null, 1, NOW);
    expect(await banks.hashes(must(first).entryId, 10, NOW)).toHaveLength(1);
    expect(await allHashes(banks, NOW)).toHaveLength(2);
  });

  it('are followed: what is added is found, what is removed or has run out is not, others see only their own', async () => {
    await create({ expiresAt: SOON });
    let now = NOW;
    const followed = await openBanks(store, () => now);
    const names = (sourceId?: string) => followed.look(sourceId).map((hit) => [hit.bank, hit.distance]);
    expect([names(), followed.isEmpty()]).toEqual([[], true]);
    await add('spam-banners', [A]);
    await create({ name: 'their-own', sourceId: 'source_1' });
    await add('their-own', [A]);
    await followed.follow();
    expect(followed.isEmpty()).toBe(false);
    expect(names()).toEqual([['spam-banners', 0]]);
    expect(names('source_2')).toEqual([['spam-banners', 0]]);
    expect(names('source_1').toSorted()).toEqual([
      ['spam-banners', 0],
      ['their-own', 0],
    ]);
    now = Date.parse(SOON);
    expect(names('source_1')).toEqual([['their-own', 0]]);
    await banks.remove('their-own', null, ACTOR, NOW);
    await followed.follow();
    expect(names('source_1')).toEqual([]);
    await followed.close();
  });

  it('that ran out are purged', async () => {
    await create({ expiresAt: SOON });
    await add('spam-banners', [A, B]);
    const after = Date.parse(SOON) + 1;
    const gone = await store.upkeep.purge(after, 100);
    await store.upkeep.purge(after, 100);
    // The store in memory keeps everything for the length of a test.
    expect([undefined, 2]).toContain(gone[table]);
    expect(await allHashes(banks, after)).toEqual([]);
    expect([1, 0]).toContain((await banks.list()).length);
  });

  it('have a name that no bank of the other holding has, and no say in it', async () => {
    expect(await create()).toBe(true);
    expect(await other(store).create(bank(), ACTOR, NOW)).toBe(false);
    expect(await other(store).list()).toEqual([]);
    expect(await other(store).remove('spam-banners', null, ACTOR, NOW)).toBeNull();
    expect([await banks.version(), await other(store).version()]).toEqual([1, 0]);
  });
}

it('that cannot be read open nothing', async () => {
  const store = storeMemory();
  store.away = true;
  const options = { clock: { now: () => NOW }, log, pollMs: 60_000 };
  await expect(openImageBanks(store, options)).rejects.toThrow('cannot be reached');
  await expect(openTextBanks(store, options)).rejects.toThrow('cannot be reached');
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
  const banks = await openTextBanks(
    { textBanks: { ...store.textBanks, version } },
    { clock: { now: () => NOW }, log: { ...log, warn: () => void said.push(asked) }, pollMs: 5 },
  );
  await expect.poll(() => said).toEqual([7]);
  await banks.close();
});
