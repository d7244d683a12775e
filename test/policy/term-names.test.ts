import { expect, test } from 'vitest';
import { termNames } from '../../src/policy/term-names.js';

const names = termNames(
  new Map([
    ['terms/en.yaml', 'language: en\nterms:\n  - id: en.scam.fee\n  - { id: "en.bully.mild", severity: 1 }\n'],
    ['regions/de.yaml', '  - id: rule.of.a-region\n'],
  ]),
);

test.each<[string, boolean, string | null]>([
  ['en.scam.fee', false, null],
  ['en.scam', true, null],
  ['en', true, null],
  ['en.scam.fees', false, 'there is no entry "en.scam.fees" in terms/; did you mean "en.scam.fee"?'],
  ['en.scam.fee', true, 'there is no bank or group of entries "en.scam.fee" in terms/'],
  ['rule.of', true, 'there is no bank or group of entries "rule.of" in terms/'],
  ['en.private.0a1b', false, null],
  ['en.private', true, null],
])('%s, group %s', (id, group, message) => {
  const fault = names.fault(id, group);
  if (message === null) expect(fault).toBeNull();
  else expect(fault).toContain(message);
});

test('entries written on one line are known too', () => {
  expect(names.fault('en.bully', true)).toBeNull();
});
