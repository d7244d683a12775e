import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findQuote } from '../../../src/stages/deliberate/find-quote.js';

const found = (text: string, quote: string): string | null => {
  const span = findQuote(text, quote);
  return span === null ? null : text.slice(span.start, span.end);
};

describe('a quote is found', () => {
  it.each([
    ['as it stands', 'one two three', 'two', 'two'],
    ['with other white space', 'one\n two\u3000three', 'one two three', 'one\n two\u3000three'],
    ['in other case', 'Go HOME now', 'go home', 'Go HOME'],
    ['with other quotation marks', "it's “fine”", 'it’s "fine"', "it's “fine”"],
    ['in Chinese quotation marks', '他说「走开」吧', '"走开"', '「走开」'],
    ['with quotation marks of the model', 'walk by the river', '"by the river"', 'by the river'],
    ['with an ellipsis of the model', 'walk by the river', 'by the river…', 'by the river'],
    ['composed where the text is not', 'un cafe\u0301 noir', 'caf\u00e9', 'cafe\u0301'],
    ['decomposed where the text is not', 'un caf\u00e9 noir', 'cafe\u0301', 'caf\u00e9'],
    ['in other width', '价格ＡＢＣ１２３', 'abc123', 'ＡＢＣ１２３'],
    ['past invisible signs', 'so\u200bme wo\u00adrds', 'some words', 'so\u200bme wo\u00adrds'],
    ['with other dashes', 'well—known', 'well-known', 'well—known'],
    ['behind letters that change their length in lower case', 'İİİ then WORDS', 'words', 'WORDS'],
    ['with signs of patterns', 'a (b) [c] $1.00?', '[C] $1.00?', '[c] $1.00?'],
  ])('%s', (_name, text, quote, wanted) => {
    expect(found(text, quote)).toBe(wanted);
  });

  it('whatever the text, at the place where it was copied', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(texts, fc.nat(), (words, pick) => {
        const text = words.join(' ');
        const quote = words[pick % words.length] ?? '';
        const span = findQuote(text, quote);
        if (quote.trim() === '') return;
        expect(span).not.toBeNull();
        expect(text.slice(span?.start, span?.end)).toBe(quote.trim());
      }),
    );
  });
});

it.each([
  ['that are not there', 'a walk by the river', 'a walk by the sea'],
  ['of nothing', 'a walk', '  '],
  ['of added signs alone', 'a walk', '"…"'],
  ['in another order', 'one two', 'two one'],
])('words %s are not found', (_name, text, quote) => {
  expect(findQuote(text, quote)).toBeNull();
});
