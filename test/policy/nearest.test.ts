import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../src/policy/nearest.js';

test.each([
  ['categry', 'category'],
  ['hate.atack', 'hate.attack'],
  ['MODE', 'mode'],
  ['xyzzy', null],
  ['', null],
])('%s -> %s', (word, expected) => {
  expect(nearest(word, ['category', 'hate.attack', 'mode', 'ground'])).toBe(expected);
});

test('a hint names the word, or nothing', () => {
  expect(didYouMean('mod', ['mode'])).toBe('; did you mean "mode"?');
  expect(didYouMean('completely', ['mode'])).toBe('');
});
