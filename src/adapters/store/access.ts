/** API keys and users. */
import { InvalidInputError } from '../../errors.js';
import type { AccessStore, Actor, ApiKey, Scope } from '../../ports/store.js';
import type { Ids } from '../../ports.js';
import { failureCode } from '../postgres.js';
import type { Database, PrismaClient } from './database.js';
import { sessionsWith, userOf } from './sessions.js';

interface KeyRow {
  readonly id: string;
  readonly sourceId: string;
  readonly label: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly source: { readonly name: string };
}

const WITH_SOURCE = { source: { select: { name: true } } } as const;

export function accessWith(database: Database, ids: Ids): AccessStore {
  return { ...keysWith(database, ids), ...usersWith(database, ids), ...sessionsWith(database, ids) };
}

const SETUP: Actor = { kind: 'system', id: 'setup' };

interface Entry {
  readonly verb: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
}
/** For the transaction of what it tells about. */
const audited = (client: PrismaClient, actor: Actor, { verb, subject, detail }: Entry, at: Date) =>
  client.$executeRaw`SELECT audit_append(${actor.kind}, ${actor.id}, ${verb}, ${subject}, ${JSON.stringify(detail)}, ${at})`;

type Keys = Pick<AccessStore, 'createKey' | 'findKey' | 'listKeys' | 'revokeKey'>;

function keysWith(database: Database, ids: Ids): Keys {
  return {
    async createKey(input, now, actor = SETUP) {
      const [source] = await database.repeatable<{ id: string }>(
        `WITH fresh AS (INSERT INTO sources (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING RETURNING id)
         SELECT id FROM fresh UNION ALL SELECT id FROM sources WHERE name = $2 LIMIT 1`,
        [ids.next('src'), input.sourceName, new Date(now)],
      );
      // Nothing comes back when another process is just making the same source.
      const sourceId =
        source?.id ??
        (await database.models((client) => client.source.findUniqueOrThrow({ where: { name: input.sourceName } }))).id;
      const data = {
        id: ids.next('key'),
        sourceId,
        label: input.label,
        scopes: [...input.scopes],
        secretHash: input.secretHash,
        createdAt: new Date(now),
        expiresAt: input.expiresAt === null ? null : new Date(input.expiresAt),
      };
      const entry = { verb: 'key.created', subject: data.id, detail: { sourceId, scopes: data.scopes } };
      const [row] = await database.models((client) =>
        client.$transaction([
          client.apiKey.create({ data, include: WITH_SOURCE }),
          audited(client, actor, entry, data.createdAt),
        ]),
      );
      return keyOf(row);
    },
    async findKey(keyId) {
      const row = await database.models((client) =>
        client.apiKey.findUnique({ where: { id: keyId }, include: WITH_SOURCE }),
      );
      return row === null ? null : { ...keyOf(row), secretHash: row.secretHash };
    },
    async listKeys() {
      const rows = await database.models((client) =>
        client.apiKey.findMany({ include: WITH_SOURCE, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }),
      );
      return rows.map(keyOf);
    },
    async revokeKey(keyId, actor, now) {
      const rows = await database.repeatable(
        `WITH key AS (UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND coalesce(revoked_at, $2) = $2 RETURNING id)
         SELECT audit_once($3, $4, 'key.revoked', id, '{}', $2) FROM key`,
        [keyId, new Date(now), actor.kind, actor.id],
      );
      return rows.length > 0;
    },
  };
}

type Users = Pick<AccessStore, 'createUser' | 'findUser' | 'listUsers' | 'setPassword'>;

function usersWith(database: Database, ids: Ids): Users {
  return {
    async createUser({ rights, ...input }, now, actor = SETUP) {
      const given = rights === undefined ? {} : { rights: { ...rights } };
      const data = { ...input, ...given, id: ids.next('usr'), createdAt: new Date(now) };
      try {
        const entry = { verb: 'user.created', subject: data.id, detail: { role: data.role, ...given } };
        const [row] = await database.models((client) =>
          client.$transaction([client.user.create({ data }), audited(client, actor, entry, data.createdAt)]),
        );
        return userOf(row);
      } catch (cause) {
        if (failureCode(cause) !== 'P2002') throw cause;
        throw new InvalidInputError('name_taken', 'There is a user of this login already', [], { cause });
      }
    },
    async findUser(login) {
      const row = await database.models((client) => client.user.findUnique({ where: { login } }));
      return row === null ? null : { ...userOf(row), passwordHash: row.passwordHash };
    },
    async listUsers() {
      const rows = await database.models((client) => client.user.findMany({ orderBy: { login: 'asc' } }));
      return rows.map(userOf);
    },
    async setPassword(login, passwordHash, now) {
      const rows = await database.repeatable(
        `WITH person AS (UPDATE users SET password_hash = $2 WHERE login = $1 RETURNING id),
           ended AS (DELETE FROM sessions s USING person WHERE s.user_id = person.id)
         SELECT audit_once('user', id, 'user.password_set', id, '{}', $3) FROM person`,
        [login, passwordHash, new Date(now)],
      );
      return rows.length > 0;
    },
  };
}

const keyOf = (row: KeyRow): ApiKey => ({
  keyId: row.id,
  sourceId: row.sourceId,
  sourceName: row.source.name,
  scopes: row.scopes as readonly Scope[],
  label: row.label,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt?.toISOString() ?? null,
  revokedAt: row.revokedAt?.toISOString() ?? null,
});
