/** Password hashes by argon2id. Only importer of @node-rs/argon2. */
import { hash, type Options, verify } from '@node-rs/argon2';
import type { PasswordHasher } from '../ports.js';
import { turns } from '../turns.js';

/** OWASP's password storage cheat sheet: argon2id (the package's default), 19 MiB, two passes, one lane. */
const COST: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Each hash holds 19 MiB and a thread: a burst of sign-ins waits instead of taking the machine. */
const MAX_AT_ONCE = 2;

export function openPasswordHasher(): PasswordHasher {
  const inTurn = turns(MAX_AT_ONCE);
  return {
    hash: (password) => inTurn(() => hash(password, COST)),
    verify: (stored, password) => inTurn(() => verify(stored, password)),
  };
}
