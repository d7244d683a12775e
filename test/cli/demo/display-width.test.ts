import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cell, clip, displayWidth } from '../../../src/cli/demo/display-width.js';

const isolates = /[\u2068\u2069]/g;

describe('displayWidth', () => {
  test.each([
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['微信', 4],
    ['ｗｘ', 4],
    ['ﾊﾟﾝ', 3],
    ['パン', 4],
    ['한강', 4],
    ['\u1112\u1161\u11ab', 2],
    ['👩‍👧‍👦', 2],
    ['🇩🇪', 2],
    ['❤️', 2],
    ['✓', 1],
    ['שבת', 3],
    ['नमस्ते', 3],
    ['a\u200bb', 2],
    ['、。「」', 8],
  ])('%s takes %i columns', (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });
});

describe('clip and cell', () => {
  test('a wide character that would be cut in half is left off', () => {
    expect(clip('微信号', 4)).toBe('微…');
  });
  test('right-to-left text is isolated, other text is not', () => {
    expect(cell('שבת', 5)).toBe('\u2068שבת\u2069  ');
    expect(cell('abc', 5, 'right')).toBe('  abc');
  });
  test('line breaks and control characters cannot leave the cell', () => {
    expect(cell('a\nb\u001b[31m', 8)).toBe('a b [31m');
  });
  test('a cell has its width whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 40 }), (text, columns) => {
        const shown = cell(text, columns).replace(isolates, '');
        expect(displayWidth(shown)).toBeLessThanOrEqual(columns);
        expect(displayWidth(shown)).toBeGreaterThanOrEqual(columns - 1);
      }),
    );
  });
});
