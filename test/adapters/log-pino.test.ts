import { expect, it } from 'vitest';
import { plainFields } from '../../src/adapters/log-pino.js';
import { UnavailableError } from '../../src/errors.js';

const COLOUR = '\u009b31m';

it('an error becomes plain words, without what a terminal would obey and without what hangs on it', () => {
  const error = Object.assign(new Error(`red ${COLOUR} line\u2028end`), { code: 'E1', request: { secret: 's' } });
  const { error: plain, note } = plainFields({ error, note: `\u202eid${COLOUR}` });
  expect(plain).toMatchObject({ name: 'Error', code: 'E1', message: 'red ?31m line?end' });
  expect(Object.keys(plain as object).toSorted()).toEqual(['code', 'message', 'name', 'stack']);
  expect(note).toBe('?id?31m');
  expect(JSON.stringify({ plain, note })).not.toMatch(/[\u0080-\u009f\u2028\u202e]/u);
});

it('of what is away the reason is told, and no stack', () => {
  const cause = new Error(`Invalid call:\n\npassword authentication failed for user "pw"${COLOUR}\n`);
  const error = new UnavailableError('store_unavailable', 'The database cannot be reached', { cause });
  expect(plainFields({ error })['error']).toEqual({
    name: 'UnavailableError',
    code: 'store_unavailable',
    message: 'The database cannot be reached',
    why: 'password authentication failed for user "pw"?31m',
  });
  const defect = new UnavailableError('stage_failed', 'It did not answer');
  expect(plainFields({ error: defect })['error']).toHaveProperty('stack');
});
