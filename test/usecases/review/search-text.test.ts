import { expect, it } from 'vitest';
import { isSearchable } from '../../../src/usecases/review/search-text.js';

it.each([
  ['abc', true],
  ['ab', false],
  ['  ab  ', false],
  ['兼职', true],
  ['兼', false],
  ['カフ', true],
  ['카페', true],
  ['🍀🍀', false],
  ['', false],
])('%j: %s', (text, expected) => {
  expect(isSearchable(text)).toBe(expected);
});
