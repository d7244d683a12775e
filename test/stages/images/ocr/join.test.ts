import { describe, expect, it } from 'vitest';
import { joinLines, type LineWord, type ReadLine } from '../../../../src/stages/images/ocr/join.js';

const place = { u0: 100, v0: 50, step: 2, slant: 0, marginPx: 8, width: 300, height: 40 };
const word = (text: string, x0: number, x1: number, confidence = 0.9): LineWord => ({ text, x0, x1, confidence });
const line = (words: readonly LineWord[], change: Partial<ReadLine> = {}): ReadLine => ({
  place,
  words,
  set: 'latin',
  scale: 1,
  ...change,
});

describe('joinLines', () => {
  it('puts a space between words, a line feed between lines, and the span on the word', () => {
    const { text, words, languages } = joinLines([
      line([word('Lunch', 10, 60), word('menu', 70, 120)]),
      line([]),
      line([word('Суп', 10, 60)], { set: 'cyrillic' }),
    ]);
    expect(text).toBe('Lunch menu\nСуп');
    expect(words.map(({ span }) => text.slice(span.start, span.end))).toEqual(['Lunch', 'menu', 'Суп']);
    expect(languages).toEqual(['latin', 'cyrillic']);
  });

  it.each([
    ['Han', ['图', '书馆', '明天'], '图书馆明天'],
    ['Japanese', ['私', 'たち', 'は', 'パン', 'ー', '。'], '私たちはパンー。'],
    ['Thai with its marks', ['เด', 'ิ', 'น'], 'เดิน'],
    ['a word beside Han', ['加', 'wechat', '领'], '加 wechat 领'],
  ])('knows what has spaces: %s', (_, texts, joined) => {
    expect(joinLines([line(texts.map((text, i) => word(text, i * 20, i * 20 + 18)))]).text).toBe(joined);
  });

  it('puts a space into Korean where the gap is that of a space', () => {
    const words = [word('너', 0, 28), word('진', 36, 64), word('짜', 66, 94)];
    expect(joinLines([line(words)]).text).toBe('너 진짜');
  });

  it('keeps a wide gap between Han characters', () => {
    expect(joinLines([line([word('上海', 0, 40), word('北京', 90, 130)])]).text).toBe('上海 北京');
  });

  it('weighs confidence by length', () => {
    expect(joinLines([line([word('abc', 0, 9, 1), word('d', 12, 14, 0.2)])]).confidence).toBeCloseTo(0.8);
    expect(joinLines([])).toEqual({ text: '', words: [], confidence: 0, languages: [] });
  });

  it('gives boxes in pixels of the original, so that a span leads to them', () => {
    const reading = joinLines([line([word('Lunch', 10, 60), word('menu', 70, 120)], { scale: 1.5 })]);
    expect(reading.words.at(-1)).toMatchObject({
      span: { start: 6, end: 10 },
      box: { left: 360, top: 87, width: 150, height: 96 },
    });
  });

  it('stands a slanted word up in a box that holds it', () => {
    const slant = Math.PI / 36;
    const [only] = joinLines([line([word('Lunch', 0, 100)], { place: { ...place, slant } })]).words;
    expect(only?.box.height).toBeGreaterThan(70);
    expect(only?.box.height).toBeLessThan(95);
    expect(only?.box.width).toBeGreaterThan(200);
  });
});
