import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { SHIPPED_POLICIES_DIR } from '../../../src/paths.js';
import { wordsIn } from '../../../src/usecases/review/notice-words.js';

const languages = readdirSync(path.join(SHIPPED_POLICIES_DIR, 'notices')).map((name) => name.replace('.yaml', ''));

it.each(languages)('%s fills its blanks with words of its own', (language) => {
  const english = wordsIn('en');
  const words = Object.entries(wordsIn(language)) as [keyof typeof english, string][];
  expect(words.filter(([key, word]) => language !== 'en' && word === english[key])).toEqual([]);
  expect(words.map(([key]) => key).toSorted()).toEqual(Object.keys(english).toSorted());
});

it('a language without any reads English ones', () => {
  expect(wordsIn('xx')).toBe(wordsIn('en'));
});
