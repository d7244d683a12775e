/** People with their rights, saved views and settings. */
import type { PeopleStore, PersonRow, Rights } from '../../ports/review.js';
import { NO_PASSWORD, type Role } from '../../ports/store.js';
import type { Ids } from '../../ports.js';
import { isTaken } from '../postgres.js';
import type { Database } from './database.js';

interface PersonSql {
  readonly id: string;
  readonly login: string;
  readonly role: Role;
  readonly disabled: boolean;
  readonly rights: Rights | null;
  readonly subject: string | null;
  readonly created_at: Date;
}
const COLUMNS = 'id, login, role, disabled, rights, subject, created_at';
/** Rights that nobody has set. */
const EVERYTHING: Rights = { languages: null, regions: null, categories: null, desks: ['general'] };

const personOf = (row: PersonSql): PersonRow => ({
  userId: row.id,
  login: row.login,
  role: row.role,
  disabled: row.disabled,
  rights: row.rights ?? EVERYTHING,
  signInBy: row.subject === null ? 'password' : 'openid',
  createdAt: row.created_at.toISOString(),
});

/** Two admins who disable each other at once: the lock lets one see what the other has done. */
const CHANGE = `WITH admins AS (SELECT id FROM users WHERE role = 'admin' AND NOT disabled ORDER BY id FOR UPDATE),
    allowed AS (SELECT u.id FROM users u WHERE u.id = $1 AND (
      (coalesce($2, u.role) = 'admin' AND NOT coalesce($3, u.disabled)) OR EXISTS (SELECT 1 FROM admins WHERE id <> u.id)
      OR NOT EXISTS (SELECT 1 FROM admins WHERE id = u.id))),
    changed AS (UPDATE users u SET role = coalesce($2, u.role), disabled = coalesce($3, u.disabled), rights = coalesce($4::jsonb, u.rights)
      FROM allowed, users old WHERE u.id = allowed.id AND old.id = u.id
      RETURNING u.*, old.role <> u.role OR u.disabled AS ends),
    ended AS (DELETE FROM sessions s USING changed WHERE s.user_id = changed.id AND changed.ends),
    freed AS (UPDATE cases c SET lease_by = NULLIF(c.lease_by, changed.id), claimed_at = CASE WHEN c.lease_by <> changed.id THEN c.claimed_at END,
        lease_until = CASE WHEN c.lease_by <> changed.id THEN c.lease_until END, assigned_to = NULLIF(c.assigned_to, changed.id),
        assigned_until = CASE WHEN c.assigned_to <> changed.id THEN c.assigned_until END, changed_at = $8
      FROM changed WHERE changed.disabled AND c.state = 'open' AND (c.lease_by = changed.id OR c.assigned_to = changed.id)),
    noted AS (SELECT audit_once($5, $6, 'user.changed', id, $7, $8) FROM changed)
  SELECT changed.id, login, role, disabled, rights, subject, created_at FROM changed, noted`;

export function peopleWith(database: Database, ids: Ids): PeopleStore {
  return {
    async person(userId) {
      const [row] = await database.repeatable<PersonSql>(`SELECT ${COLUMNS} FROM users WHERE id = $1`, [userId]);
      return row === undefined ? null : personOf(row);
    },
    async people() {
      const rows = await database.repeatable<PersonSql>(`SELECT ${COLUMNS} FROM users ORDER BY login LIMIT 5000`, []);
      return rows.map(personOf);
    },
    async change(userId, change, actor, now) {
      const detail = JSON.stringify({ role: change.role, disabled: change.disabled, rights: change.rights });
      const rights = change.rights === undefined ? null : JSON.stringify(change.rights);
      const values = [
        userId,
        change.role ?? null,
        change.disabled ?? null,
        rights,
        actor.kind,
        actor.id,
        detail,
        new Date(now),
      ];
      const [row] = await database.repeatable<PersonSql>(CHANGE, values);
      if (row !== undefined) return personOf(row);
      const known = await database.repeatable('SELECT id FROM users WHERE id = $1', [userId]);
      return known.length === 0 ? null : 'last_admin';
    },
    async setPasswordOf(userId, passwordHash, actor, now) {
      const rows = await database.repeatable(
        `WITH person AS (UPDATE users SET password_hash = $2 WHERE id = $1 AND subject IS NULL RETURNING id),
           ended AS (DELETE FROM sessions s USING person WHERE s.user_id = person.id)
         SELECT audit_once($3, $4, 'user.password_set', id, '{}', $5) FROM person`,
        [userId, passwordHash, actor.kind, actor.id, new Date(now)],
      );
      return rows.length > 0;
    },
    async upsertOpenId({ subject, login, role }, now) {
      try {
        const [row] = await database.repeatable<PersonSql & { fresh: boolean }>(
          `WITH person AS (INSERT INTO users AS u (id, login, password_hash, role, disabled, created_at, subject)
             VALUES ($1, $2, '${NO_PASSWORD}', $3, false, $4, $5)
             ON CONFLICT (subject) DO UPDATE SET login = excluded.login, role = excluded.role
             RETURNING u.*, (xmax = 0) AS fresh),
           noted AS (SELECT audit_append('system', 'openid', 'user.created', id, json_build_object('role', role)::text, $4)
             FROM person WHERE fresh)
           SELECT ${COLUMNS}, (SELECT count(*) FROM noted) AS told FROM person`,
          [ids.next('usr'), login, role, new Date(now), subject],
        );
        return row === undefined || row.disabled ? null : personOf(row);
      } catch (error) {
        // The login belongs to somebody who signs in otherwise: names must not be taken over.
        if (isTaken(error)) return null;
        throw error;
      }
    },
    ...ownThings(database, ids),
  };
}

type OwnThings = Pick<PeopleStore, 'savedFilters' | 'saveFilter' | 'removeFilter' | 'preferences' | 'setPreferences'>;

function ownThings(database: Database, ids: Ids): OwnThings {
  return {
    async savedFilters(userId) {
      const rows = await database.models((client) =>
        client.savedFilter.findMany({ where: { userId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], take: 200 }),
      );
      return rows.map(({ id, name, query, createdAt }) => ({ id, name, query, createdAt: createdAt.toISOString() }));
    },
    async saveFilter(userId, { name, query }, now) {
      const [id, createdAt] = [ids.next('flt'), new Date(now)];
      const rows = await database.rows(
        `INSERT INTO saved_filters (id, user_id, name, query, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id, name) DO NOTHING RETURNING id`,
        [id, userId, name, query, createdAt],
      );
      return rows.length === 0 ? null : { id, name, query, createdAt: createdAt.toISOString() };
    },
    async removeFilter(userId, id) {
      const { count } = await database.models((client) => client.savedFilter.deleteMany({ where: { id, userId } }));
      return count > 0;
    },
    async preferences(userId) {
      const row = await database.models((client) =>
        client.user.findUnique({ where: { id: userId }, select: { preferences: true } }),
      );
      return (row?.preferences ?? {}) as Readonly<Record<string, string | number | boolean>>;
    },
    async setPreferences(userId, preferences) {
      await database.models((client) => client.user.updateMany({ where: { id: userId }, data: { preferences } }));
    },
  };
}
