import { expect, test } from 'vitest';
import { writtenFor } from '../../src/dashboard/pages/policy/written-for.js';

const regions = [
  { id: 'global', extends: null },
  { id: 'eu', extends: 'global' },
  { id: 'de', extends: 'eu' },
  { id: 'es', extends: 'eu' },
];
const written = [
  { region: 'es', yaml: 'ground: { law: rd.958 }' },
  { region: 'global', yaml: 'the whole rule' },
];

test('the own file comes first', () => {
  expect(writtenFor(written, 'es', regions)?.region).toBe('es');
});
test('what another region says of the rule is never taken', () => {
  expect(writtenFor(written, 'de', regions)?.region).toBe('global');
  expect(writtenFor(written, 'eu', regions)?.region).toBe('global');
});
test('a rule that the region does not have is found nowhere, in circles too', () => {
  expect(writtenFor([{ region: 'es' }], 'de', regions)).toBeUndefined();
  expect(writtenFor([{ region: 'es' }], 'a', [{ id: 'a', extends: 'a' }])).toBeUndefined();
});
