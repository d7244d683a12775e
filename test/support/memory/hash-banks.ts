/** Hash banks of pictures and of texts in memory: the same answers as PostgreSQL gives, which the contract suite holds. */
import type { Bank, BankEntry, HashBanksStore, Holding } from '../../../src/ports/banks.js';
import type { Actor, Store } from '../../../src/ports/store.js';
import { iso, newId, type Tables } from './rows.js';

interface World {
  readonly tables: Tables;
  readonly check: () => Promise<void>;
  readonly audit: Store['audit'];
  /** Of the banks of every holding. */
  readonly names: Set<string>;
}
interface Shelf<H> {
  readonly holds: Holding;
  hashOf(given: H): H;
  /** What two entries of a bank may not share. */
  keyOf(hash: H): string;
}
interface BankRecord<H> {
  readonly bank: Omit<Bank, 'entries'>;
  entries: readonly BankEntry<H>[];
}

const earlier = (a: string | null, b: string | null): string | null =>
  a === null || b === null ? (a ?? b) : a < b ? a : b;

export function memoryHashBanks<H>(world: World, { holds, hashOf, keyOf }: Shelf<H>): HashBanksStore<H> {
  const { tables, check, audit, names } = world;
  const banks = new Map<string, BankRecord<H>>();
  let version = 0;
  const change = async (actor: Actor, verb: string, bankId: string, detail: object, now: number): Promise<void> => {
    version += 1;
    await audit.append({ actor, verb, subject: bankId, detail: { ...detail } }, now);
  };
  const sorted = (): readonly BankRecord<H>[] =>
    [...banks.values()].toSorted((a, b) => (a.bank.name < b.bank.name ? -1 : 1));
  return {
    version: async () => {
      await check();
      return version;
    },
    hashes: async (after, limit, now) => {
      await check();
      const all = sorted().flatMap(({ bank, entries }) =>
        entries.map((entry) => {
          const { name, sourceId, kind, category, severity } = bank;
          const { entryId } = entry;
          const expiresAt = earlier(entry.expiresAt, bank.expiresAt);
          return { ...hashOf(entry), entryId, bank: name, sourceId, kind, category, severity, expiresAt };
        }),
      );
      return all
        .filter(({ entryId }) => after === null || entryId > after)
        .filter(({ expiresAt }) => expiresAt === null || Date.parse(expiresAt) > now)
        .toSorted((a, b) => (a.entryId < b.entryId ? -1 : 1))
        .slice(0, limit);
    },
    list: async () => {
      await check();
      return sorted().map(({ bank, entries }) => ({ ...bank, entries: entries.length }));
    },
    entries: async (name, after, limit) => {
      await check();
      const all = banks.get(name)?.entries ?? [];
      return all.filter(({ entryId }) => after === null || entryId > after).slice(0, limit);
    },
    create: async (bank, actor, now) => {
      await check();
      if (names.has(bank.name)) return false;
      names.add(bank.name);
      const bankId = newId(tables, 'bank');
      banks.set(bank.name, { bank: { ...bank, bankId, holds, createdAt: iso(now) }, entries: [] });
      await change(actor, 'bank.created', bankId, { ...bank, holds }, now);
      return true;
    },
    add: async ({ name, hashes, expiresAt }, actor, now) => {
      await check();
      const record = banks.get(name);
      if (record === undefined) return null;
      const known = new Set(record.entries.map(keyOf));
      const fresh = hashes.filter((hash) => !known.has(keyOf(hash)) && known.add(keyOf(hash)));
      if (fresh.length === 0) return 0;
      const made = fresh.map((hash) => {
        const entryId = newId(tables, 'hash');
        return { ...hashOf(hash), entryId, note: hash.note, addedBy: actor.id, addedAt: iso(now), expiresAt };
      });
      record.entries = [...record.entries, ...made];
      await change(actor, 'bank.hashes_added', record.bank.bankId, { added: made.length }, now);
      return made.length;
    },
    remove: async (name, entryId, actor, now) => {
      await check();
      const record = banks.get(name);
      if (record === undefined) return null;
      const kept = record.entries.filter((entry) => entryId !== null && entry.entryId !== entryId);
      const removed = record.entries.length - kept.length;
      if (entryId === null) {
        banks.delete(name);
        names.delete(name);
        await change(actor, 'bank.removed', record.bank.bankId, { removed }, now);
      } else {
        if (removed === 0) return null;
        record.entries = kept;
        await change(actor, 'bank.hash_removed', record.bank.bankId, { entry: entryId }, now);
      }
      return removed;
    },
  };
}
