import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../src/policy/nearest.js';

test.each([
  ['categry', 'category'],
  ['hate.atack', 'hate.attack'],
  ['MODE', 'mode'],
  ['grounds', 'ground'],
  ['hate.attakc', 'hate.attack'],
  ['xyzzy', null],
  ['', null],
])('%s -> %s', (word, expected) => {
  expect(nearest(word, ['category', 'hate.attack', 'mode', 'ground'])).toBe(expected);
});

test('a hint names the word, or nothing', () => {
  expect(didYouMean('mod', ['mode'])).toBe('; did you mean "mode"?');
  expect(didYouMean('completely', ['mode'])).toBe('');
});

test('a word within another is nearer than one with many other letters', () => {
  const words = ['order_received', 'valid_notice_received', 'age_days'];
  expect(nearest('notice_received', words)).toBe('valid_notice_received');
  expect(nearest('ordr_received', words)).toBe('order_received');
  expect(nearest('age', words)).toBe('age_days');
});

test('letters that changed places are nearer than letters that are others', () => {
  expect(nearest('dsa.41', ['dsa.16', 'dsa.14', 'dsa.17'])).toBe('dsa.14');
});
