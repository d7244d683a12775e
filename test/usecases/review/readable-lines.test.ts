import { expect, it } from 'vitest';
import { normaliseText } from '../../../src/stages/normalise/text.js';
import { readableLines } from '../../../src/usecases/review/readable-lines.js';

const linesOf = (raw: string) =>
  Object.fromEntries(readableLines(normaliseText(raw)).map(({ view, text }) => [view, text]));

it.each([
  ['plain text of a Latin script', 'Se dónde vives\ny te voy a escribir.', {}],
  ['German, whose ß is no disguise', 'Ich weiß nicht, mit wem.', {}],
  ['Japanese, whose Han no line may spell as Chinese', '本日のおすすめ', {}],
  ['Chinese as it sounds', '我不想走了，你好。', { pinyin: 'wǒ bù xiǎng zǒu le， nǐ hǎo。' }],
  ['kana alone', 'カフェ', { translit: 'kafue' }],
])('%s', (_name, raw, expected) => {
  expect(linesOf(raw)).toEqual(expected);
});

it('another script has its Latin letters', () => {
  expect(linesOf('Привет, мир')).toEqual({ translit: 'privet, mir' });
});

it('a disguise is undone', () => {
  expect(linesOf('fr\u0435\u0435 m\u043eney')['skeleton']).toBe('free money');
  // Wide letters are read as they stand.
  expect(linesOf('ｆｒｅｅ ｍｏｎｅｙ')).toEqual({});
});

it('a long text has short lines', () => {
  for (const { text } of readableLines(normaliseText('Привет '.repeat(10_000))))
    expect(text.length).toBeLessThan(5_000);
});
