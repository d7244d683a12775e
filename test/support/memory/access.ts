import type { AccessStore, ApiKey, Session, User } from '../../../src/ports-store.js';
import { iso } from './rows.js';

type KeyRow = { -readonly [K in keyof ApiKey]: ApiKey[K] } & { secretHash: string };
type UserRow = { -readonly [K in keyof User]: User[K] } & { passwordHash: string };
interface SessionRow {
  readonly sessionId: string;
  readonly userId: string;
  readonly csrfToken: string;
  readonly endsAt: number;
  idleUntil: number;
}

const FAILURE_WINDOW_MS = 15 * 60_000;

export function memoryAccess(check: () => Promise<void>): AccessStore {
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
  const userOf = ({ passwordHash: _, ...user }: UserRow): User => ({ ...user });
  const endSessionsOf = (userId: string): void => {
    for (const [token, row] of sessions) if (row.userId === userId) sessions.delete(token);
  };
  const sessionOf = (row: SessionRow): Session | null => {
    const user = [...users.values()].find((candidate) => candidate.userId === row.userId);
    if (user === undefined) return null;
    const { sessionId, csrfToken, endsAt, idleUntil } = row;
    return { sessionId, csrfToken, user: userOf(user), expiresAt: iso(Math.min(endsAt, idleUntil)) };
  };
  return {
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
    createUser: async (input) => {
      await check();
      if (users.has(input.login)) throw new Error('login taken');
      const row: UserRow = { userId: newId('usr'), disabled: false, ...input };
      users.set(input.login, row);
      return userOf(row);
    },
    findUser: async (login) => {
      await check();
      const row = users.get(login);
      return row === undefined ? null : { ...row };
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
        sessionId: newId('ses'),
        userId,
        csrfToken,
        endsAt: now + input.absoluteMs,
        idleUntil: now + input.idleMs,
      };
      sessions.set(input.tokenHash, row);
      const session = sessionOf(row);
      if (session === null) throw new Error('a session for a user who does not exist');
      return session;
    },
    findSession: async (tokenHash, idleMs, now) => {
      await check();
      const row = sessions.get(tokenHash);
      if (row === undefined || row.endsAt <= now || row.idleUntil <= now) return null;
      row.idleUntil = now + idleMs;
      return sessionOf(row);
    },
    endSession: async (tokenHash) => {
      await check();
      sessions.delete(tokenHash);
    },
    recordSignIn: async (login, ok, now) => {
      await check();
      const recent = (failures.get(login) ?? []).filter((at) => at > now - FAILURE_WINDOW_MS);
      const next = ok ? [] : [...recent, now];
      failures.set(login, next);
      return { recentFailures: next.length };
    },
  };
}
