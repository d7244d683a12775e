import { expect, it } from 'vitest';
import { saysMore } from '../../src/dashboard/says-more.js';

it('a sentence that repeats its title says nothing more', () => {
  expect(saysMore('Login or password is wrong.', 'Login or password is wrong')).toBe(false);
  expect(saysMore('The API key is not valid.', 'Login or password is wrong')).toBe(true);
});
