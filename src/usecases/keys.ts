/** API keys: `pw_<key id>_<secret>`. Only the SHA-256 of the secret is stored; 192 random bits need no slow hash. */
import { timingSafeEqual } from 'node:crypto';
import { sha256Hex } from '../domain/sha256.js';
import type { AccessStore, Actor, ApiKey, Scope } from '../ports/store.js';
import type { Clock, Ids } from '../ports.js';

const SECRET_BYTES = 24;
/** The secret is hex, so that the last underscore always parts it from the id. */
const SHAPE = /^pw_([A-Za-z0-9_]{1,64})_([0-9a-f]{48})$/;
/** Compared when no key of that id exists, so that both answers take the same work. */
const NO_HASH = '0'.repeat(64);

const hashSecret = (secret: string): string => sha256Hex(secret);
const formatKey = (keyId: string, secret: string): string => `pw_${keyId}_${secret}`;

export function parseKey(text: string): { readonly keyId: string; readonly secret: string } | null {
  const match = SHAPE.exec(text);
  return match?.[1] !== undefined && match[2] !== undefined ? { keyId: match[1], secret: match[2] } : null;
}

export interface KeyOrder {
  readonly sourceName: string;
  readonly label: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: string | null;
}
export interface KeyPorts {
  readonly access: AccessStore;
  readonly ids: Ids;
  readonly clock: Clock;
}

/** The only moment at which the whole key is known. */
export async function createKey(
  ports: KeyPorts,
  order: KeyOrder,
  actor?: Actor,
): Promise<{ readonly key: ApiKey; readonly text: string }> {
  const secret = Buffer.from(ports.ids.secret(SECRET_BYTES), 'base64url').toString('hex');
  const key = await ports.access.createKey({ ...order, secretHash: hashSecret(secret) }, ports.clock.now(), actor);
  return { key, text: formatKey(key.keyId, secret) };
}

export const revokeKey = (ports: KeyPorts, keyId: string, actor: Actor): Promise<boolean> =>
  ports.access.revokeKey(keyId, actor, ports.clock.now());

export type StoredKey = NonNullable<Awaited<ReturnType<AccessStore['findKey']>>>;
export type KeyVerdict =
  | { readonly kind: 'valid'; readonly key: ApiKey }
  | { readonly kind: 'ended' }
  | { readonly kind: 'wrong' };

export function judgeKey(stored: StoredKey | null, secret: string, now: number): KeyVerdict {
  const expected = Buffer.from(stored?.secretHash ?? NO_HASH, 'hex');
  const given = Buffer.from(hashSecret(secret), 'hex');
  const same = expected.length === given.length && timingSafeEqual(expected, given);
  if (stored === null || !same) return { kind: 'wrong' };
  const expired = stored.expiresAt !== null && Date.parse(stored.expiresAt) <= now;
  if (expired || stored.revokedAt !== null) return { kind: 'ended' };
  const { secretHash: _, ...key } = stored;
  return { kind: 'valid', key };
}
