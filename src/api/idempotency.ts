/** The header `Idempotency-Key` and what becomes of a key that is in use. */
import type { FastifyRequest } from 'fastify';
import { InvalidInputError } from '../errors.js';
import type { KeyTaken } from '../ports/store.js';

/** Printable ASCII, as the IETF draft's string; a batch adds its index. */
const SHAPE = /^[\x21-\x7e]{1,200}$/;

export const DOCUMENTED_KEY = {
  'idempotency-key': { type: 'string', description: '1 to 200 printable characters; same key and body, same answer' },
} as const;

export function idempotencyKeyOf(request: FastifyRequest): string | null {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return null;
  const quoted = typeof header === 'string' ? /^"(.*)"$/.exec(header)?.[1] : undefined;
  const key = quoted ?? header;
  if (typeof key === 'string' && SHAPE.test(key)) return key;
  throw new InvalidInputError('query_invalid', 'Idempotency-Key takes 1 to 200 printable ASCII characters.');
}

/** The answer of the first request with the key, or of this one. */
export function answeredOrThrow<T extends { readonly kind: string }>(answer: T): Exclude<T, KeyTaken> {
  switch (answer.kind) {
    case 'key_reused':
      throw new InvalidInputError('idempotency_key_reused', 'This idempotency key came with another request before.');
    case 'key_in_progress':
      throw new InvalidInputError('idempotency_in_progress', 'A request with this idempotency key is still running.');
    default:
      return answer as Exclude<T, KeyTaken>;
  }
}
