import { describe, expect, test } from 'vitest';
import { maskNeutral } from '../../../src/stages/language/mask.js';
import { foldWord, tokenise } from '../../../src/stages/language/tokens.js';
import { clauses, scriptRuns } from '../../../src/stages/language/units.js';

const words = (raw: string) => tokenise(raw).map(({ start, end }) => raw.slice(start, end));

describe('tokens', () => {
  test('marks, joiners and emoji modifiers stay with their letter', () => {
    expect(words('cafe\u0301 का\u200Dम a\u{1F3FD}b')).toEqual(['cafe\u0301', 'का\u200Dम', 'a\u{1F3FD}b']);
  });

  test('digits are letters in Arabizi and nothing elsewhere', () => {
    expect(words('7abibi 3la 2024 ok')).toEqual(['7abibi', '3la', 'ok']);
  });

  test('a change of script ends a token; kana and Han are one', () => {
    expect(words('東京タワーへgoします')).toEqual(['東京タワーへ', 'go', 'します']);
  });

  test('fold undoes width, case, invisible characters and vowel signs', () => {
    expect(foldWord('Ｈｅ\u200Bｌｌｏ')).toBe('hello');
    expect(foldWord('كِتَابـــ')).toBe('كتاب');
  });
});

describe('mask', () => {
  test.each([
    ['see https://example.org/a?b=c now', 'see                           now'],
    ['mail me.too@example.org ok', 'mail                    ok'],
    ['hi @some_one!', 'hi          !'],
    ['visit example.com/path please', 'visit                  please'],
    ['end.Next sentence', 'end.Next sentence'],
    ['`code here` text', '            text'],
  ])('%j', (raw, masked) => {
    expect(maskNeutral(raw)).toBe(masked);
  });

  test('length never changes', () => {
    const raw = 'a@b.co '.repeat(500) + 'www.x '.repeat(500) + '`'.repeat(999);
    expect(maskNeutral(raw)).toHaveLength(raw.length);
  });
});

describe('units', () => {
  const cut = (raw: string) =>
    scriptRuns(tokenise(raw)).flatMap((run) =>
      clauses(raw, run).map(({ tokens }) => raw.slice(tokens[0]?.start, tokens.at(-1)?.end)),
    );

  test('sentences always cut, commas only after three words', () => {
    expect(cut('one two. three, four five six, seven')).toEqual(['one two', 'three, four five six', 'seven']);
  });

  test('a short aside in another script is dropped, a longer one is a run', () => {
    expect(cut('这个iPhone真的非常好用')).toHaveLength(1);
    expect(cut('这个真的非常好用 and everyone in the family agrees')).toHaveLength(2);
  });
});
