/** Hash banks of pictures and of texts; what must hold together is a function of the migration. */

import type { PictureHash, TextHash } from '../../domain.js';
import type { Bank, BankEntry, BankedHash, HashBanksStore, Holding } from '../../ports/banks.js';
import type { Actor } from '../../ports/store.js';
import type { Ids } from '../../ports.js';
import type { Database } from './database.js';

/** Where the hashes of a holding stand. The banks of both stand in one table, which is named after the first. */
interface Shelf<H> {
  readonly holds: Holding;
  /** Of the row that says how often they have changed. */
  readonly versionId: number;
  readonly table: string;
  readonly columns: readonly (keyof H & string)[];
}
export const PICTURE_BANKS: Shelf<PictureHash> = {
  holds: 'pictures',
  versionId: 1,
  table: 'image_bank_entries',
  columns: ['pdq'],
};
export const TEXT_BANKS: Shelf<TextHash> = {
  holds: 'texts',
  versionId: 2,
  table: 'text_bank_entries',
  columns: ['exact', 'simhash'],
};

const sqlOf = <H>({ holds, versionId, table, columns }: Shelf<H>) => {
  const hash = columns.map((column) => `e.${column}`).join(', ');
  return {
    version: {
      name: `${table}_version`,
      text: `SELECT version FROM image_banks_version WHERE id = ${versionId}`,
    },
    hashes: {
      name: `${table}_hashes`,
      text: `SELECT e.id AS "entryId", ${hash}, least(e.expires_at, b.expires_at) AS "expiresAt", b.name AS bank,
          b.source_id AS "sourceId", b.kind, b.category, b.severity
        FROM ${table} e JOIN image_banks b ON b.id = e.bank_id
        WHERE ($1::text IS NULL OR e.id > $1) AND coalesce(least(e.expires_at, b.expires_at) > $3, true)
        ORDER BY e.id LIMIT $2`,
    },
    list: `SELECT b.id AS "bankId", b.holds, b.name, b.source_id AS "sourceId", b.kind, b.category, b.severity, b.owner,
        b.origin AS source, b.created_at AS "createdAt", b.expires_at AS "expiresAt",
        (SELECT count(*)::int FROM ${table} e WHERE e.bank_id = b.id) AS entries
      FROM image_banks b WHERE b.holds = '${holds}' ORDER BY b.name`,
    entries: `SELECT e.id AS "entryId", ${hash}, e.note, e.added_by AS "addedBy", e.created_at AS "addedAt",
        e.expires_at AS "expiresAt"
      FROM ${table} e JOIN image_banks b ON b.id = e.bank_id
      WHERE b.name = $1 AND ($2::text IS NULL OR e.id > $2) ORDER BY e.id LIMIT $3`,
  };
};

type Dated<T, K extends keyof T> = T & { readonly [P in K]: T[P] extends string ? Date : Date | null };
const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

export function hashBanksWith<H>(database: Database, ids: Ids, shelf: Shelf<H>): HashBanksStore<H> {
  const sql = sqlOf(shelf);
  const call = async <T>(name: string, actor: Actor, now: number, order: object): Promise<T | null> => {
    const whole = { ...order, holds: shelf.holds, actorKind: actor.kind, actorId: actor.id, now };
    const values = [JSON.stringify(whole)];
    const [row] = await database.rows<{ answer: T | null }>(`SELECT ${name}($1::jsonb) AS answer`, values);
    return row?.answer ?? null;
  };
  return {
    async version() {
      const [row] = await database.repeatable<{ version: number }>(sql.version, []);
      return row?.version ?? 0;
    },
    async hashes(after, limit, now) {
      const rows = await database.repeatable<Dated<BankedHash<H>, 'expiresAt'>>(sql.hashes, [
        after,
        limit,
        new Date(now),
      ]);
      return rows.map((row) => ({ ...row, expiresAt: iso(row.expiresAt) }));
    },
    async list() {
      const rows = await database.repeatable<Dated<Bank, 'createdAt' | 'expiresAt'>>(sql.list, []);
      return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString(), expiresAt: iso(row.expiresAt) }));
    },
    async entries(name, after, limit) {
      const values = [name, after, limit];
      const rows = await database.repeatable<Dated<BankEntry<H>, 'addedAt' | 'expiresAt'>>(sql.entries, values);
      return rows.map((row) => ({ ...row, addedAt: row.addedAt.toISOString(), expiresAt: iso(row.expiresAt) }));
    },
    async create(bank, actor, now) {
      return (await call<boolean>('image_bank_create', actor, now, { ...bank, id: ids.next('bank') })) === true;
    },
    add: ({ hashes, ...rest }, actor, now) => {
      const named = hashes.map((hash) => ({ ...hash, id: ids.next('hash') }));
      return call<number>('image_bank_add', actor, now, { ...rest, hashes: named });
    },
    remove: (name, entryId, actor, now) => call<number>('image_bank_remove', actor, now, { name, entryId }),
  };
}
