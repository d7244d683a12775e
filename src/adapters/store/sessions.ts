/** Sessions of people and their attempts to sign in. */

import { sha256Hex } from '../../domain/sha256.js';
import { MINUTE_MS } from '../../domain.js';
import { type AccessStore, type Role, type Session, SIGN_IN_WINDOW_MS, type User } from '../../ports/store.js';
import type { Ids } from '../../ports.js';
import type { Database } from './database.js';

interface UserRow {
  readonly id: string;
  readonly login: string;
  readonly role: string;
  readonly disabled: boolean;
}

type Sessions = Pick<AccessStore, 'createSession' | 'findSession' | 'endSession' | 'recordSignIn'>;

export function sessionsWith(database: Database, ids: Ids): Sessions {
  return {
    async createSession(input, now) {
      const row = await database.models((client) =>
        client.session.create({
          data: {
            id: ids.next('ses'),
            userId: input.userId,
            tokenHash: input.tokenHash,
            csrfToken: input.csrfToken,
            createdAt: new Date(now),
            lastSeenAt: new Date(now),
            expiresAt: new Date(now + input.absoluteMs),
          },
          include: { user: true },
        }),
      );
      return sessionOf(row);
    },
    async findSession(tokenHash, idleMs, now) {
      const row = await database.models((client) =>
        client.session.findUnique({ where: { tokenHash }, include: { user: true } }),
      );
      if (row === null) return null;
      const ended = row.expiresAt.getTime() <= now || row.lastSeenAt.getTime() + idleMs <= now || row.user.disabled;
      if (ended) {
        await endSession(tokenHash);
        return null;
      }
      // Seen again: written at most once a minute, so that reading pages does not write rows.
      if (now - row.lastSeenAt.getTime() > Math.min(MINUTE_MS, idleMs / 10)) {
        await database.repeatable('UPDATE sessions SET last_seen_at = $2 WHERE token_hash = $1', [
          tokenHash,
          new Date(now),
        ]);
      }
      return sessionOf(row);
    },
    endSession,
    async recordSignIn(login, ok, now) {
      const [row] = await database.rows<{ failures: number }>(
        `WITH attempt AS (INSERT INTO sign_ins (login_hash, ok, at) VALUES ($1, $2, $3) RETURNING ok)
         SELECT (SELECT count(*) FROM sign_ins WHERE login_hash = $1 AND NOT ok AND at > $4 AND at > coalesce(
             (SELECT max(at) FROM sign_ins WHERE login_hash = $1 AND ok), '-infinity'))
           + (SELECT count(*) FROM attempt WHERE NOT ok) AS failures`,
        [sha256Hex(login), ok, new Date(now), new Date(now - SIGN_IN_WINDOW_MS)],
      );
      return { recentFailures: ok ? 0 : (row?.failures ?? 0) };
    },
  };

  async function endSession(tokenHash: string): Promise<void> {
    await database.repeatable('DELETE FROM sessions WHERE token_hash = $1', [tokenHash]);
  }
}

export const userOf = (row: UserRow): User => ({
  userId: row.id,
  login: row.login,
  role: row.role as Role,
  disabled: row.disabled,
});

const sessionOf = (row: { csrfToken: string; expiresAt: Date; user: UserRow }): Session => ({
  user: userOf(row.user),
  csrfToken: row.csrfToken,
  expiresAt: row.expiresAt.toISOString(),
});
