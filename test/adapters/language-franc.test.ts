import { expect, test } from 'vitest';
import { withLongTail } from '../../src/adapters/language-franc.js';

const doubtful = {
  guess: () => [
    { tag: 'id', confidence: 0.5 },
    { tag: 'tl', confidence: 0.2 },
  ],
};
const malagasy =
  'Teraka afaka sy mitovy zo sy fahamendrehana ny olombelona rehetra. Samy manan-tsaina sy fieritreretana ka tokony hifampitondra am-pirahalahiana.';

test('a long text that the model doubts goes to franc, when franc names a language new to the model', () => {
  const guesses = withLongTail(doubtful).guess(malagasy);
  expect(guesses[0]).toEqual({ tag: 'mg', confidence: 0.6 });
  expect(guesses.map((guess) => guess.tag)).toEqual(['mg', 'id', 'tl']);
  expect(guesses.reduce((sum, guess) => sum + guess.confidence, 0)).toBeLessThanOrEqual(1);
});

test('a short text and a sure model are left alone', () => {
  expect(withLongTail(doubtful).guess('olombelona rehetra')).toEqual(doubtful.guess());
  const sure = { guess: () => [{ tag: 'id', confidence: 0.9 }] };
  expect(withLongTail(sure).guess(malagasy)).toEqual(sure.guess());
});

test('franc is not believed about languages that the model knows', () => {
  const english =
    'All human beings are born free and equal in dignity and rights, and should act towards one another so.';
  expect(withLongTail(doubtful).guess(english)).toEqual(doubtful.guess());
});
