import { describe, expect, it } from 'vitest';
import { openPasswordHasher } from '../../src/adapters/password-argon2.js';

describe('the password hasher', () => {
  it('makes salted argon2id hashes that only their password opens', async () => {
    const hasher = openPasswordHasher();
    const [first, second] = await Promise.all([hasher.hash('a long password'), hasher.hash('a long password')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(first).not.toBe(second);
    expect(await hasher.verify(first, 'a long password')).toBe(true);
    expect(await hasher.verify(first, 'a long passwore')).toBe(false);
  });

  it('works off a burst in turn, failures included', async () => {
    const hasher = openPasswordHasher();
    const hash = await hasher.hash('x');
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => hasher.verify(index % 2 === 0 ? hash : 'not a hash', 'x')),
    );
    expect(results.map((result) => result.status)).toEqual(
      Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? 'fulfilled' : 'rejected')),
    );
    expect(await hasher.verify(hash, 'x')).toBe(true);
  });
});
