import { describe, expect, it } from 'vitest';
import { compileBanks } from '../../../src/stages/match/matcher.js';
import { quotedSpans } from '../../../src/stages/match/quoted.js';
import { normaliseText } from '../../../src/stages/normalise/text.js';

const entry = (id: string, category: string) => ({
  id,
  patterns: ['i will find you'],
  category,
  severity: 3,
  weight: 0.85,
  boundary: 'word' as const,
  source: 'house',
});
const matcherOf = (category: string) =>
  compileBanks([{ file: 'terms/en.yaml', language: 'en', terms: [entry('en.test.find', category)] }]);
const scoreOf = (text: string, category = 'violence.threat') =>
  matcherOf(category).scan({ part: 'body', text: normaliseText(text) })[0]?.score;

describe('a wording between quotation marks', () => {
  it.each([
    'He wrote "I will find you" under my picture, the police have it.',
    'He wrote «I will find you» under my picture, the police have it.',
    'Er schrieb „I will find you“ unter mein Bild, die Polizei hat es.',
    '他发消息说「I will find you」之后我就去报警了，请大家也小心这个人好吗',
  ])('weighs less where the writer has words of their own: %s', (text) => {
    expect(scoreOf(text)).toBeCloseTo(0.553, 2);
  });

  it.each([
    'I will find you, I mean it, you know that I do.',
    'Listen: "I will find you"',
    '"I will find you" and then I will find you again, believe me',
    'The "last" warning: I will find you, whatever "friends" you have.',
  ])('and as much as ever elsewhere: %s', (text) => {
    expect(scoreOf(text)).toBe(0.85);
  });

  it('and where nobody says it to anybody', () => {
    expect(scoreOf('He wrote "I will find you" under my picture, the police have it.', 'fraud.scam')).toBe(0.85);
  });
});

it('takes time in proportion to the text', () => {
  const started = performance.now();
  quotedSpans('«„“"「'.repeat(13_000));
  expect(performance.now() - started).toBeLessThan(1_000);
});
