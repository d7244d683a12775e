import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  cutPassages,
  cutWindows,
  OVERLAP_PIECES,
  PASSAGE,
  piecesOf,
  splitWords,
  WINDOW_PIECES,
  wordsIn,
} from '../../../src/stages/classify/windows.js';

const perCharacter = (word: string): number[] => Array.from(word, () => 1);

test('words and signs are pieces of their own, with their places', () => {
  const words = splitWords("don't stop!", perCharacter);
  expect(words.map(({ start, end }) => [start, end])).toEqual([
    [0, 3],
    [3, 4],
    [4, 5],
    [6, 10],
    [10, 11],
  ]);
});

test('a run without spaces is cut between graphemes and nothing is lost', () => {
  const text = 'ก็ได้นะจ๊ะ'.repeat(40);
  const words = splitWords(text, perCharacter);
  expect(words.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
  const marks = words.filter(({ start }) => /^\p{M}/u.test(text.slice(start)));
  expect(marks).toEqual([]);
});

test('a long run is cut as fast as a short one, and its marks stay with their letters', () => {
  const text = 'กำ'.repeat(30_000);
  const began = performance.now();
  const words = splitWords(text, () => [7]);
  const ms = performance.now() - began;
  expect(words.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
  expect(words.every(({ start, end }) => end - start <= 34)).toBe(true);
  expect(ms).toBeLessThan(1_000);
});

test('the words of a span are those that lie in it', () => {
  const text = 'one two three four, five';
  const words = splitWords(text, perCharacter);
  for (let start = 0; start <= text.length; start += 1) {
    for (let end = start; end <= text.length; end += 1) {
      const wanted = words.filter((word) => word.start >= start && word.end <= end);
      expect(wordsIn(words, { start, end })).toEqual(wanted);
    }
  }
});

test('windows cover every word, overlap, and none is longer than the encoder reads', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 300 }), (lengths) => {
      const text = lengths.map((n) => 'x'.repeat(n)).join(' ');
      const words = splitWords(text, perCharacter);
      const windows = cutWindows(words);
      const covered = new Set(windows.flatMap(({ start, end }) => words.slice(start, end)));
      expect(covered.size).toBe(words.length);
      for (const { start, end } of windows) {
        const pieces = words.slice(start, end).reduce((sum, { ids }) => sum + ids.length, 0);
        expect(pieces).toBeLessThanOrEqual(WINDOW_PIECES);
        expect(end).toBeGreaterThan(start);
      }
    }),
    { numRuns: 50 },
  );
});

test('neighbouring windows share some pieces', () => {
  const windows = cutWindows(splitWords('ab '.repeat(300), perCharacter));
  expect(windows.length).toBeGreaterThan(3);
  const [first, second] = windows;
  expect(((first?.end ?? 0) - (second?.start ?? 0)) * 2).toBe(OVERLAP_PIECES);
});

test('no text, no windows', () => {
  expect(cutWindows(splitWords(' \n\t ', perCharacter))).toEqual([]);
});

test('passages are sentences: short ones go with the next, long ones are cut, and every word is in one', () => {
  const cut = (text: string) => {
    const words = splitWords(text, () => [1]);
    return cutPassages(text, words).map(({ start, end }) =>
      text.slice(words[start]?.start ?? 0, words[end - 1]?.end ?? 0),
    );
  };
  expect(cut('No. We walked all the way to the old harbour. Then it rained and we had tea at home.\nYes')).toEqual([
    'No. We walked all the way to the old harbour.',
    'Then it rained and we had tea at home.',
    'Yes',
  ]);
  expect(cut('我们一起去海边散步吃饭。')).toHaveLength(1);
  expect(cut(' \n ')).toEqual([]);
  fc.assert(
    fc.property(fc.array(fc.constantFrom('word', 'two words', 'stop.', 'Why?', '好。', '\n', '।')), (parts) => {
      const text = parts.join(' ');
      const words = splitWords(text, perCharacter);
      const passages = cutPassages(text, words);
      expect(new Set(passages.flatMap(({ start, end }) => words.slice(start, end))).size).toBe(words.length);
      for (const { start, end } of passages) {
        expect(piecesOf(words.slice(start, end))).toBeLessThanOrEqual(PASSAGE.pieces);
      }
    }),
  );
});
