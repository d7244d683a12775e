import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_CHARS, segmentText } from '../../../src/usecases/translate/segment-text.js';

const pieces = (text: string, language = 'en'): readonly string[] =>
  segmentText(text, language).map(({ start, end }) => text.slice(start, end));

describe('segments', () => {
  it('are sentences and lines, in any script', () => {
    expect(pieces('Hello there. How are you?\n\n  Fine! ')).toEqual(['Hello there.', 'How are you?', 'Fine!']);
    expect(pieces('今天很好。明天见！', 'zh-Hans')).toEqual(['今天很好。', '明天见！']);
    expect(pieces('مرحبا. كيف حالك؟', 'ar')).toEqual(['مرحبا.', 'كيف حالك؟']);
    expect(pieces(' \n\t ')).toEqual([]);
  });

  it('take any language tag', () => {
    expect(pieces('One. Two.', 'und')).toEqual(['One.', 'Two.']);
    expect(pieces('One. Two.', 'not a tag!')).toEqual(['One.', 'Two.']);
  });

  it('of a long sentence are cut between words, of a long word between graphemes', () => {
    const long = pieces('word '.repeat(400).trim());
    expect(long.length).toBeGreaterThan(2);
    expect(long.every((piece) => /^(?:word ?)+$/u.test(piece) && piece.length <= MOST_CHARS)).toBe(true);
    const family = '👨‍👩‍👧‍👦';
    expect(pieces(family.repeat(200)).every((piece) => piece.length % family.length === 0)).toBe(true);
  });

  it('cover everything but white space, in order, inside the text, never inside a grapheme', () => {
    const unit = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom('. ', '\n', '。', ' ', '👩‍🚒', 'e\u0301'),
    );
    const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
    fc.assert(
      fc.property(
        fc.array(unit, { maxLength: 60 }).map((all) => all.join('')),
        (text) => {
          const spans = segmentText(text, 'und');
          const edges = new Set([...graphemes.segment(text)].map(({ index }) => index).concat(text.length));
          let at = 0;
          for (const { start, end } of spans) {
            expect(text.slice(at, start).trim()).toBe('');
            expect(end).toBeGreaterThan(start);
            expect(end - start).toBeLessThanOrEqual(MOST_CHARS);
            expect(edges.has(start) || /\s/u.test(text.charAt(start - 1))).toBe(true);
            at = end;
          }
          expect(text.slice(at).trim()).toBe('');
        },
      ),
    );
  });
});
