/** Banks of picture hashes; what must hold together is a function of the migration. */

import type { BankedHash, ImageBank, ImageBankEntry, ImageBanksStore } from '../../ports/banks.js';
import type { Actor } from '../../ports/store.js';
import type { Ids } from '../../ports.js';
import type { Database } from './database.js';

const VERSION = { name: 'image_banks_version', text: 'SELECT version FROM image_banks_version WHERE id = 1' };
const HASHES = {
  name: 'image_banks_hashes',
  text: `SELECT e.id AS "entryId", e.pdq, least(e.expires_at, b.expires_at) AS "expiresAt", b.name AS bank,
      b.source_id AS "sourceId", b.kind, b.category, b.severity
    FROM image_bank_entries e JOIN image_banks b ON b.id = e.bank_id
    WHERE ($1::text IS NULL OR e.id > $1) AND coalesce(least(e.expires_at, b.expires_at) > $3, true)
    ORDER BY e.id LIMIT $2`,
};
const LIST = `SELECT b.id AS "bankId", b.name, b.source_id AS "sourceId", b.kind, b.category, b.severity, b.owner,
    b.origin AS source, b.created_at AS "createdAt", b.expires_at AS "expiresAt",
    (SELECT count(*)::int FROM image_bank_entries e WHERE e.bank_id = b.id) AS entries
  FROM image_banks b ORDER BY b.name`;
const ENTRIES = `SELECT e.id AS "entryId", e.pdq, e.note, e.added_by AS "addedBy", e.created_at AS "addedAt",
    e.expires_at AS "expiresAt"
  FROM image_bank_entries e JOIN image_banks b ON b.id = e.bank_id
  WHERE b.name = $1 AND ($2::text IS NULL OR e.id > $2) ORDER BY e.id LIMIT $3`;

type Dated<T, K extends keyof T> = Omit<T, K> & { readonly [P in K]: T[P] extends string ? Date : Date | null };
const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

const orderOf = (actor: Actor, now: number, order: object): readonly unknown[] => [
  JSON.stringify({ ...order, actorKind: actor.kind, actorId: actor.id, now }),
];

export function imageBanksWith(database: Database, ids: Ids): ImageBanksStore {
  const call = async <T>(name: string, values: readonly unknown[]): Promise<T | null> => {
    const [row] = await database.rows<{ answer: T | null }>(`SELECT ${name}($1::jsonb) AS answer`, values);
    return row?.answer ?? null;
  };
  return {
    async version() {
      const [row] = await database.repeatable<{ version: number }>(VERSION, []);
      return row?.version ?? 0;
    },
    async hashes(after, limit, now) {
      const rows = await database.repeatable<Dated<BankedHash, 'expiresAt'>>(HASHES, [after, limit, new Date(now)]);
      return rows.map((row) => ({ ...row, expiresAt: iso(row.expiresAt) }));
    },
    async list() {
      const rows = await database.repeatable<Dated<ImageBank, 'createdAt' | 'expiresAt'>>(LIST, []);
      return rows.map((row) => ({
        ...row,
        createdAt: row.createdAt.toISOString(),
        expiresAt: iso(row.expiresAt),
      }));
    },
    async entries(name, after, limit) {
      const values = [name, after, limit];
      const rows = await database.repeatable<Dated<ImageBankEntry, 'addedAt' | 'expiresAt'>>(ENTRIES, values);
      return rows.map((row) => ({ ...row, addedAt: row.addedAt.toISOString(), expiresAt: iso(row.expiresAt) }));
    },
    async create(bank, actor, now) {
      const order = orderOf(actor, now, { ...bank, id: ids.next('bank') });
      return (await call<boolean>('image_bank_create', order)) === true;
    },
    add: ({ hashes, ...rest }, actor, now) => {
      const named = hashes.map((hash) => ({ ...hash, id: ids.next('hash') }));
      return call<number>('image_bank_add', orderOf(actor, now, { ...rest, hashes: named }));
    },
    remove: (name, entryId, actor, now) => call<number>('image_bank_remove', orderOf(actor, now, { name, entryId })),
  };
}
