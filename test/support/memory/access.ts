import type { PeopleStore, PersonRow, Rights, SavedFilter } from '../../../src/ports/review.js';
import { type AccessStore, type ApiKey, type Session, SIGN_IN_WINDOW_MS, type User } from '../../../src/ports/store.js';
import { iso } from './rows.js';

type KeyRow = { -readonly [K in keyof ApiKey]: ApiKey[K] } & { secretHash: string };
type UserRow = { -readonly [K in keyof User]: User[K] } & {
  passwordHash: string;
  rights?: Rights | undefined;
  subject?: string;
  createdAt?: number;
};
interface SessionRow {
  readonly userId: string;
  readonly csrfToken: string;
  readonly endsAt: number;
  lastSeenAt: number;
}

export interface MemoryAccess extends AccessStore {
  readonly people: PeopleStore;
  login(userId: string): string;
}

export function memoryAccess(check: () => Promise<void>): MemoryAccess {
  const keys = new Map<string, KeyRow>();
  const users = new Map<string, UserRow>();
  const sessions = new Map<string, SessionRow>();
  const failures = new Map<string, number[]>();
  let counter = 0;
  const newId = (prefix: string): string => {
    counter += 1;
    return `${prefix}_${String(counter).padStart(8, '0')}`;
  };
  const sourceOf = (name: string): string =>
    [...keys.values()].find((key) => key.sourceName === name)?.sourceId ?? newId('src');
  const keyOf = ({ secretHash: _, ...key }: KeyRow): ApiKey => ({ ...key });
  const userOf = ({ userId, login, role, disabled }: UserRow): User => ({ userId, login, role, disabled });
  const byId = (userId: string): UserRow | undefined => [...users.values()].find((row) => row.userId === userId);
  const endSessionsOf = (userId: string): void => {
    for (const [token, row] of sessions) if (row.userId === userId) sessions.delete(token);
  };
  const sessionOf = (row: SessionRow): Session | null => {
    const user = [...users.values()].find((candidate) => candidate.userId === row.userId);
    if (user === undefined) return null;
    const { csrfToken, endsAt } = row;
    return { csrfToken, user: userOf(user), expiresAt: iso(endsAt) };
  };
  return {
    people: memoryPeople({ check, users, byId, endSessionsOf, newId }),
    login: (userId) => byId(userId)?.login ?? userId,
    createKey: async (input, now) => {
      await check();
      const row: KeyRow = {
        keyId: newId('key'),
        sourceId: sourceOf(input.sourceName),
        ...input,
        createdAt: iso(now),
        revokedAt: null,
      };
      keys.set(row.keyId, row);
      return keyOf(row);
    },
    findKey: async (keyId) => {
      await check();
      const row = keys.get(keyId);
      return row === undefined ? null : { ...row };
    },
    listKeys: async () => {
      await check();
      return [...keys.values()].map(keyOf);
    },
    revokeKey: async (keyId, _actor, now) => {
      await check();
      const row = keys.get(keyId);
      if (row === undefined || row.revokedAt !== null) return false;
      row.revokedAt = iso(now);
      return true;
    },
    createUser: async (input, now) => {
      await check();
      if (users.has(input.login)) throw new Error('login taken');
      const row: UserRow = { userId: newId('usr'), disabled: false, createdAt: now, ...input };
      users.set(input.login, row);
      return userOf(row);
    },
    findUser: async (login) => {
      await check();
      const row = users.get(login);
      return row === undefined ? null : { ...userOf(row), passwordHash: row.passwordHash };
    },
    listUsers: async () => {
      await check();
      return [...users.values()].map(userOf);
    },
    setPassword: async (login, passwordHash) => {
      await check();
      const row = users.get(login);
      if (row === undefined) return false;
      row.passwordHash = passwordHash;
      endSessionsOf(row.userId);
      return true;
    },
    createSession: async (input, now) => {
      await check();
      const { userId, csrfToken } = input;
      const row = {
        userId,
        csrfToken,
        endsAt: now + input.absoluteMs,
        lastSeenAt: now,
      };
      sessions.set(input.tokenHash, row);
      const session = sessionOf(row);
      if (session === null) throw new Error('a session for a user who does not exist');
      return session;
    },
    findSession: async (tokenHash, idleMs, now) => {
      await check();
      const row = sessions.get(tokenHash);
      if (row === undefined || row.endsAt <= now || row.lastSeenAt + idleMs <= now) return null;
      row.lastSeenAt = now;
      return sessionOf(row);
    },
    endSession: async (tokenHash) => {
      await check();
      sessions.delete(tokenHash);
    },
    recordSignIn: async (login, ok, now) => {
      await check();
      const recent = (failures.get(login) ?? []).filter((at) => at > now - SIGN_IN_WINDOW_MS);
      const next = ok ? [] : [...recent, now];
      failures.set(login, next);
      return { recentFailures: next.length };
    },
  };
}

interface PeopleParts {
  readonly check: () => Promise<void>;
  readonly users: Map<string, UserRow>;
  readonly byId: (userId: string) => UserRow | undefined;
  readonly endSessionsOf: (userId: string) => void;
  readonly newId: (prefix: string) => string;
}
const EVERYTHING: Rights = { languages: null, regions: null, categories: null, desks: ['general'] };

const personOf = (row: UserRow): PersonRow => ({
  userId: row.userId,
  login: row.login,
  role: row.role,
  disabled: row.disabled,
  rights: row.rights ?? EVERYTHING,
  signInBy: row.subject === undefined ? 'password' : 'openid',
  createdAt: iso(row.createdAt ?? 0),
});

function memoryPeople({ check, users, byId, endSessionsOf, newId }: PeopleParts): PeopleStore {
  const filters: (SavedFilter & { readonly userId: string })[] = [];
  const preferences = new Map<string, Readonly<Record<string, string | number | boolean>>>();
  const isAdmin = ({ role, disabled }: Pick<UserRow, 'role' | 'disabled'>): boolean => role === 'admin' && !disabled;
  return {
    person: async (userId) => {
      await check();
      const row = byId(userId);
      return row === undefined ? null : personOf(row);
    },
    people: async () => {
      await check();
      return [...users.values()].map(personOf).toSorted((a, b) => (a.login < b.login ? -1 : 1));
    },
    change: async (userId, change) => {
      await check();
      const row = byId(userId);
      if (row === undefined) return null;
      const next = { role: change.role ?? row.role, disabled: change.disabled ?? row.disabled };
      const others = [...users.values()].some((one) => one !== row && isAdmin(one));
      if (isAdmin(row) && !isAdmin(next) && !others) return 'last_admin';
      if (next.disabled || next.role !== row.role) endSessionsOf(userId);
      Object.assign(row, next, change.rights === undefined ? {} : { rights: change.rights });
      return personOf(row);
    },
    setPasswordOf: async (userId, passwordHash) => {
      await check();
      const row = byId(userId);
      if (row === undefined || row.subject !== undefined) return false;
      row.passwordHash = passwordHash;
      endSessionsOf(userId);
      return true;
    },
    upsertOpenId: async ({ subject, login, role }, now) => {
      await check();
      const row = [...users.values()].find((one) => one.subject === subject);
      if (users.get(login) !== undefined && users.get(login) !== row) return null;
      if (row !== undefined) users.delete(row.login);
      const kept = row ?? { userId: newId('usr'), disabled: false, passwordHash: '-', subject, createdAt: now };
      const next: UserRow = Object.assign(kept, { login, role });
      users.set(login, next);
      return next.disabled ? null : personOf(next);
    },
    savedFilters: async (userId) => {
      await check();
      return filters.filter((one) => one.userId === userId).map(({ userId: _, ...rest }) => rest);
    },
    saveFilter: async (userId, input, now) => {
      await check();
      if (filters.some((one) => one.userId === userId && one.name === input.name)) return null;
      const row = { id: newId('flt'), ...input, createdAt: iso(now) };
      filters.push({ ...row, userId });
      return row;
    },
    removeFilter: async (userId, id) => {
      await check();
      const index = filters.findIndex((one) => one.id === id && one.userId === userId);
      if (index >= 0) filters.splice(index, 1);
      return index >= 0;
    },
    preferences: async (userId) => {
      await check();
      return preferences.get(userId) ?? {};
    },
    setPreferences: async (userId, given) => {
      await check();
      preferences.set(userId, given);
    },
  };
}
