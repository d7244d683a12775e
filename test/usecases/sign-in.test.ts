import { expect, it } from 'vitest';
import { signInWith } from '../../src/usecases/sign-in.js';
import { testIds } from '../support/store.js';
import { storeMemory } from '../support/store-memory.js';

it('a hash that could not be made once does not spoil every later attempt at a login that does not exist', async () => {
  let made = 0;
  const hasher = {
    hash: async () => {
      made += 1;
      if (made === 1) throw new Error('no memory');
      return 'decoy';
    },
    verify: async () => false,
  };
  const { access } = storeMemory();
  const signIn = signInWith({ access, hasher, ids: testIds, clock: { now: () => 0 }, absoluteMs: 1 });
  await expect(signIn('nobody', 'x', null)).rejects.toThrow('no memory');
  await expect(signIn('nobody', 'x', null)).rejects.toMatchObject({ code: 'unauthenticated' });
});
