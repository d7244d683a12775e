/** Banks of picture hashes in memory: the same answers as PostgreSQL gives, which the contract suite holds. */
import type { BankedHash, ImageBank, ImageBankEntry, ImageBanksStore } from '../../../src/ports/banks.js';
import type { Actor, Store } from '../../../src/ports/store.js';
import { iso, newId, type Tables } from './rows.js';

interface World {
  readonly tables: Tables;
  readonly check: () => Promise<void>;
  readonly audit: Store['audit'];
}
interface BankRecord {
  readonly bank: Omit<ImageBank, 'entries'>;
  entries: readonly ImageBankEntry[];
}

const earlier = (a: string | null, b: string | null): string | null =>
  a === null || b === null ? (a ?? b) : a < b ? a : b;

export function memoryImageBanks({ tables, check, audit }: World): ImageBanksStore {
  const banks = new Map<string, BankRecord>();
  let version = 0;
  const change = async (actor: Actor, verb: string, bankId: string, detail: object, now: number): Promise<void> => {
    version += 1;
    await audit.append({ actor, verb, subject: bankId, detail: { ...detail } }, now);
  };
  const sorted = (): readonly BankRecord[] =>
    [...banks.values()].toSorted((a, b) => (a.bank.name < b.bank.name ? -1 : 1));
  return {
    version: async () => {
      await check();
      return version;
    },
    hashes: async (after, limit, now) => {
      await check();
      const all = sorted().flatMap(({ bank, entries }) =>
        entries.map(({ entryId, pdq, expiresAt }): BankedHash => {
          const { name, sourceId, kind, category, severity } = bank;
          const until = earlier(expiresAt, bank.expiresAt);
          return { entryId, pdq, bank: name, sourceId, kind, category, severity, expiresAt: until };
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
      if (banks.has(bank.name)) return false;
      const bankId = newId(tables, 'bank');
      banks.set(bank.name, { bank: { ...bank, bankId, createdAt: iso(now) }, entries: [] });
      await change(actor, 'bank.created', bankId, bank, now);
      return true;
    },
    add: async ({ name, hashes, expiresAt }, actor, now) => {
      await check();
      const record = banks.get(name);
      if (record === undefined) return null;
      const known = new Set(record.entries.map(({ pdq }) => pdq));
      const fresh = hashes.filter(({ pdq }) => !known.has(pdq) && known.add(pdq));
      if (fresh.length === 0) return 0;
      const made = fresh.map(({ pdq, note }) => {
        const entryId = newId(tables, 'hash');
        return { entryId, pdq, note, addedBy: actor.id, addedAt: iso(now), expiresAt };
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
