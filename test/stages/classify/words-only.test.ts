import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeTexts } from '../../../src/stages/classify/judge.js';
import { hasWords, withoutPeople } from '../../../src/stages/classify/words-only.js';
import { fakeModel, textOf } from './fake-model.js';

const forever = new AbortController().signal;

test.each([
  ['a family', 'We are 👨‍👩‍👧‍👦 now', 'We are  now'],
  ['a couple', 'My wife 👩‍❤️‍👩 and me', 'My wife  and me'],
  ['a profession with a skin tone', '👩🏽‍🍳 new recipe', ' new recipe'],
  ['a flag', 'Proud 🏳️‍🌈 of you', 'Proud  of you'],
  ['a skin tone alone, not the sign that it colours', 'well done 👍🏿', 'well done 👍'],
  ['a gender, not what is done', 'again 🤦‍♀️', 'again 🤦'],
])('%s is no evidence', (_name, text, left) => {
  const given = withoutPeople(text);
  expect(given).toHaveLength(text.length);
  expect(given.replace(/ +/g, ' ').trim()).toBe(left.replace(/ +/g, ' ').trim());
});

test('what is not of people stays, and so does a tone that colours nothing', () => {
  for (const text of ['Cake 🎂🔥', '🖕 off', '🐒🏿', 'plain words, 12 €', '🇯🇵 trip', 'e\u200dé']) {
    expect(withoutPeople(text)).toBe(text);
  }
});

test('no letter is ever lost, and no place moves', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const given = withoutPeople(text);
      expect(given).toHaveLength(text.length);
      expect(given.match(/[\p{L}\p{N}]/gu)).toEqual(text.match(/[\p{L}\p{N}]/gu));
    }),
  );
});

test('signs alone are not read, letters in disguise are', async () => {
  expect(['👨‍👩‍👧', '...!', '❤️❤️'].map((raw) => hasWords(textOf(raw)))).toEqual([false, false, false]);
  const links = ['https://www.youtube.com/watch?v=abc', 'www.example.org/a?b=1 \n http://example.org'];
  expect([...links, 'x'.repeat(40), 'A a a! aaa', '1'].filter((raw) => hasWords(textOf(raw)))).toEqual([]);
  const words = ['look https://example.org/x', 'https://b23.tv/abc看这个', '死死死', 'xo', 'haha'];
  expect(words.filter((raw) => !hasWords(textOf(raw)))).toEqual([]);
  expect(['ok', '好', '12', '🅵🅾🅾', 'Ⓡⓤⓓⓔ'].every((raw) => hasWords(textOf(raw)))).toBe(true);
  const model = fakeModel();
  const read = await judgeTexts(model, [textOf('👨‍👩‍👧‍👦')], 'und', forever);
  expect([read.windows, model.runs(), read.scores.toxicity.calibrated]).toEqual([0, 0, 0]);
});

test('the model is given no joined emoji, and places still point at the original', async () => {
  const raw = 'you 👩🏽‍🍳 are rude 👍🏿';
  const { evidence } = await judgeTexts(fakeModel(), [textOf(raw)], 'en', forever);
  expect(evidence[0]?.spans.map(({ start, end }) => raw.slice(start, end))).toEqual(['rude']);
});
