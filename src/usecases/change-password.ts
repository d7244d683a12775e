/** A new password for oneself. Guesses at the present one are counted as at the sign-in; every session ends with the change. */
import { InvalidInputError } from '../errors.js';
import type { PeopleStore } from '../ports/review.js';
import type { AccessStore, User } from '../ports/store.js';
import type { Clock, PasswordHasher } from '../ports.js';
import { MAX_RECENT_FAILURES, TooManyFailuresError } from './sign-in.js';

export interface ChangePasswordPorts {
  readonly access: Pick<AccessStore, 'findUser' | 'recordSignIn' | 'setPassword'>;
  readonly people: Pick<PeopleStore, 'person'>;
  readonly hasher: PasswordHasher;
  readonly clock: Clock;
}

export async function changePassword(
  { access, people, hasher, clock }: ChangePasswordPorts,
  { login, userId }: Pick<User, 'login' | 'userId'>,
  { current, password }: { readonly current: string; readonly password: string },
): Promise<void> {
  const stored = await access.findUser(login);
  const { recentFailures } = await access.recordSignIn(login, false, clock.now());
  if (recentFailures > MAX_RECENT_FAILURES) throw new TooManyFailuresError();
  const hasNone = (await people.person(userId))?.signInBy === 'openid';
  if (stored === null || hasNone || !(await hasher.verify(stored.passwordHash, current))) {
    throw new InvalidInputError('forbidden', 'The present password is wrong.');
  }
  await access.recordSignIn(login, true, clock.now());
  await access.setPassword(login, await hasher.hash(password), clock.now());
}
