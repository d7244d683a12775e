/** Sessions of people. Failures are counted before the password is looked at, so parallel guesses all count. */
import { timingSafeEqual } from 'node:crypto';
import { sha256Hex } from '../domain/sha256.js';
import { InvalidInputError } from '../errors.js';
import { openOnce } from '../open-once.js';
import { type AccessStore, NO_PASSWORD, type Session, SIGN_IN_WINDOW_MS } from '../ports/store.js';
import type { Clock, Ids, PasswordHasher } from '../ports.js';

export interface SignInPorts {
  readonly access: AccessStore;
  readonly hasher: PasswordHasher;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly absoluteMs: number;
}

/** Failures of one login within `SIGN_IN_WINDOW_MS` after which no password is tried. */
export const MAX_RECENT_FAILURES = 10;
const TOKEN_BYTES = 32;

export const hashToken = (token: string): string => sha256Hex(token);

export function sameSecret(given: string, expected: string): boolean {
  const a = Buffer.from(hashToken(given), 'hex');
  const b = Buffer.from(hashToken(expected), 'hex');
  return timingSafeEqual(a, b);
}

export class TooManyFailuresError extends InvalidInputError {
  /** As long as the store looks back at failures. */
  readonly retryAfterS = SIGN_IN_WINDOW_MS / 1_000;

  constructor() {
    super('rate_limited', 'Too many failed attempts for this login; wait some minutes.');
  }
}

export interface SignedIn {
  readonly token: string;
  readonly session: Session;
}
export type SignIn = (login: string, password: string, oldToken: string | null) => Promise<SignedIn>;

/** A login that does not exist costs the same work as one that does. */
export function signInWith(ports: SignInPorts): SignIn {
  const decoyHash = openOnce(() => ports.hasher.hash(ports.ids.secret(TOKEN_BYTES)));
  return async (login, password, oldToken) => {
    const now = ports.clock.now();
    const user = await ports.access.findUser(login);
    const { recentFailures } = await ports.access.recordSignIn(login, false, now);
    if (recentFailures > MAX_RECENT_FAILURES) throw new TooManyFailuresError();
    // Who signs in elsewhere has no hash here; guessing at them costs and says as much as at nobody.
    const stored = user?.passwordHash.startsWith(NO_PASSWORD) === false ? user.passwordHash : await decoyHash();
    const passed = await ports.hasher.verify(stored, password);
    if (user === null || !passed || user.disabled) {
      throw new InvalidInputError('unauthenticated', 'Login or password is wrong.');
    }
    await ports.access.recordSignIn(login, true, now);
    return openSession(ports, user.userId, oldToken);
  };
}

/** A new token for every sign-in; the former session of the same browser ends. */
export async function openSession(
  ports: Omit<SignInPorts, 'hasher'>,
  userId: string,
  oldToken: string | null,
): Promise<SignedIn> {
  if (oldToken !== null) await ports.access.endSession(hashToken(oldToken));
  const token = ports.ids.secret(TOKEN_BYTES);
  const session = await ports.access.createSession(
    {
      userId,
      tokenHash: hashToken(token),
      csrfToken: ports.ids.secret(TOKEN_BYTES),
      absoluteMs: ports.absoluteMs,
    },
    ports.clock.now(),
  );
  return { token, session };
}
