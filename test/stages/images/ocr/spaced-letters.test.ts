import { describe, expect, it } from 'vitest';
import type { LineWord } from '../../../../src/stages/images/ocr/join.js';
import { firstLettersApart, lettersApart } from '../../../../src/stages/images/ocr/spaced-letters.js';

/** Strokes of 8 px with a gap between them, from x 10 on. */
function strokes(count: number, gapPx: number) {
  const [width, height] = [20 + count * (8 + gapPx), 44];
  const px = new Uint8Array(width * height).fill(255);
  for (let i = 0; i < count; i += 1) {
    const x = 10 + i * (8 + gapPx);
    for (let y = 8; y < 36; y += 1) px.fill(0, y * width + x, y * width + x + 8);
  }
  return { width, height, px };
}
const word = (text: string, x0: number, x1: number): LineWord => ({ text, confidence: 0.8, x0, x1, letters: 0.97 });
const said = (text: string, gapPx: number, off = 0): string => {
  const line = strokes([...text].length, gapPx);
  const apart = lettersApart([word(text, 10 + off, line.width - 10 - gapPx)], line, 36);
  return apart === null ? text : apart.map((one) => one.text).join(' ');
};

describe('lettersApart', () => {
  it('gives letters that stand apart one by one, each at its place', () => {
    const line = strokes(6, 14);
    const letters = lettersApart([word('wechat', 10, 128)], line, 36) ?? [];
    expect(letters.map(({ text }) => text).join(' ')).toBe('w e c h a t');
    expect(letters.map(({ x0 }) => x0)).toEqual([10, 32, 54, 76, 98, 120]);
    expect(letters.every(({ confidence }) => confidence === 0.8)).toBe(true);
  });
  it('does so where the edges of the engine are a letter off', () => {
    expect(said('wechat', 14, 20)).toBe('w e c h a t');
    expect(said('твойник', 12)).toBe('т в о й н и к');
  });
  it.each([
    ['letters of a word', 'wechat', 4],
    ['tracked letters', 'SUMMER', 8],
    ['two letters', 'ok', 14],
    ['figures, whose ones have wide gaps', '1110111', 12],
    ['scripts that have no spaces', '微信号', 14],
    ['scripts whose letters join', 'नमस्ते', 14],
  ])('leaves %s', (_, text, gapPx) => {
    expect(said(text, gapPx)).toBe(text);
  });
  it('leaves what it cannot count', () => {
    expect(lettersApart([word('wechat', 10, 150)], strokes(4, 20), 36)).toBeNull();
    const nothing = { width: 0, height: 0, px: new Uint8Array() };
    expect(lettersApart([word('wechat', 10, 150)], nothing, 36)).toBeNull();
  });
});

describe('firstLettersApart', () => {
  /** Strokes of 8 px with these gaps between them, from x 10 on. */
  const uneven = (gaps: readonly number[]) => {
    const line = { width: 30 + gaps.reduce((sum, gap) => sum + gap + 8, 8), height: 44, px: new Uint8Array() };
    const px = new Uint8Array(line.width * line.height).fill(255);
    let x = 10;
    for (const gap of [...gaps, 0]) {
      for (let y = 8; y < 36; y += 1) px.fill(0, y * line.width + x, y * line.width + x + 8);
      x += 8 + gap;
    }
    return { ...line, px, end: x };
  };
  const said = (text: string, gaps: readonly number[]): string => {
    const { end, ...line } = uneven(gaps);
    return firstLettersApart([word(text, 10, end)], line, 36)
      .map((one) => one.text)
      .join(' ');
  };
  it('gives back the space behind a word of one letter', () => {
    expect(said('Iknow', [13, 4, 4, 3])).toBe('I know');
    expect(said('Яугадал', [13, 4, 4, 3, 4, 4])).toBe('Я угадал');
  });
  it('leaves words as they are', () => {
    expect(said('Into', [5, 4, 4])).toBe('Into');
    expect(said('wechat', [14, 14, 14, 14, 14])).toBe('wechat');
    expect(said('1know', [13, 4, 4, 3])).toBe('1know');
    expect(said('knoIw', [4, 4, 4, 13])).toBe('knoIw');
    expect(said('hurts', [13, 4, 4, 3])).toBe('hurts');
  });
});
