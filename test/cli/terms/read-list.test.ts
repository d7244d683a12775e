import { describe, expect, test } from 'vitest';
import { type Defaults, readList } from '../../../src/cli/terms/read-list.js';

const DEFAULTS: Defaults = { category: 'profanity.mild', severity: 0, boundary: 'word' };

describe('one term a line', () => {
  test('blank lines and remarks are left out, places are kept', () => {
    const { terms, refused } = readList('\uFEFFda\u202Ern\r\n\n# a remark\n silly goose \n', 'ldnoobw', DEFAULTS);
    expect(terms.map(({ line, wording }) => [line, wording])).toEqual([
      [1, 'darn'],
      [4, 'silly goose'],
    ]);
    expect(refused).toEqual([]);
  });
});

describe('csv', () => {
  test('columns in any order, quotes, commas and line ends inside cells', () => {
    const text = 'severity,term,category,boundary\r\n2,"easy, ""quick"" money",fraud.scam,prefix\n,"two\nlines",,\n';
    expect(readList(text, 'csv', DEFAULTS).terms).toEqual([
      { line: 2, wording: 'easy, "quick" money', category: 'fraud.scam', severity: 2, boundary: 'prefix' },
      { line: 3, wording: 'two\nlines', ...DEFAULTS },
    ]);
  });
  test('each bad line is told, with the nearest right word', () => {
    const text = 'term,category,severity,boundary\nx,fraud.scan,,\ny,,9,\nz,,,wrod\n,,,\n';
    const { terms, refused } = readList(text, 'csv', DEFAULTS);
    expect(terms).toEqual([]);
    expect(refused).toEqual([
      { line: 2, why: 'unknown category "fraud.scan"; did you mean "fraud.scam"?' },
      { line: 3, why: 'severity is 0 to 4' },
      { line: 4, why: 'boundary is one of word, prefix, none, segment' },
      { line: 5, why: 'no term' },
    ]);
  });
  test('without a line of columns nothing is guessed', () => {
    expect(readList('darn,profanity.mild\n', 'csv', DEFAULTS)).toEqual({
      terms: [],
      refused: [{ line: 1, why: 'the first line names the columns: term, category, severity, boundary' }],
    });
  });
});
