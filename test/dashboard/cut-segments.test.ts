import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NoteFinding } from '../../src/dashboard/api/types.js';
import { cutHidden, cutSegments } from '../../src/dashboard/cut-segments.js';

const finding = (part: string, ...spans: readonly (readonly [number, number])[]): NoteFinding => ({
  category: 'commerce.divert',
  score: 1,
  calibrated: 1,
  severity: 1,
  source: 'term',
  detector: 'wechat',
  part,
  spans: spans.map(([start, end]) => ({ start, end })),
  view: 'raw',
});

describe('cutSegments', () => {
  test('overlapping findings share their common piece', () => {
    const segments = cutSegments('add my v信 now', 'body', [finding('body', [4, 9]), finding('body', [7, 13])]);
    expect(segments.map(({ text, findings }) => [text, findings])).toEqual([
      ['add ', []],
      ['my ', [0]],
      ['v信', [0, 1]],
      [' now', [1]],
    ]);
  });
  test('findings of another part do not mark', () => {
    expect(cutSegments('title', 'title', [finding('body', [0, 3])])).toEqual([
      { text: 'title', start: 0, findings: [] },
    ]);
  });
  test('an empty text has no segment', () => {
    expect(cutSegments('', 'body', [finding('body', [0, 3])])).toEqual([]);
  });
  test('the pieces together are the text, whatever the spans', () => {
    const spans = fc.array(fc.tuple(fc.integer({ min: -5, max: 40 }), fc.integer({ min: -5, max: 40 })));
    fc.assert(
      fc.property(fc.string(), spans, (text, pairs) => {
        const segments = cutSegments(text, 'body', [finding('body', ...pairs)]);
        expect(segments.map((segment) => segment.text).join('')).toBe(text);
      }),
    );
  });
});

describe('cutHidden', () => {
  test('names a zero-width space and leaves joiners alone', () => {
    expect(cutHidden('W\u200bhats')).toEqual([
      { text: 'W', start: 0, hidden: null },
      { text: '\u200b', start: 1, hidden: 'U+200B' },
      { text: 'hats', start: 2, hidden: null },
    ]);
    expect(cutHidden('می\u200cخواهم')).toHaveLength(1);
  });
});
