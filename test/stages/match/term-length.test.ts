import { describe, expect, it } from 'vitest';
import { type Boundary, tooShort } from '../../../src/stages/match/term-length.js';

describe('how long a wording must be', () => {
  it.each<[string, Boundary, boolean]>([
    ['usd', 'none', true],
    ['usdt', 'none', false],
    ['ki', 'prefix', true],
    ['kil', 'prefix', false],
    ['x', 'word', true],
    ['vx', 'word', false],
    ['微', 'word', true],
    ['微信', 'none', false],
    ['微', 'segment', false],
    ['か', 'none', true],
    ['욕', 'none', true],
    ['욕', 'word', false],
    ['กข', 'word', true],
    ['กข', 'segment', false],
    ['กิน', 'word', true],
    ['ครีม', 'none', false],
    ['नमस', 'none', true],
    ['नमस्ते', 'none', false],
    ['🍑', 'none', false],
    ['  ', 'word', true],
  ])('%s with boundary %s: too short %s', (wording, boundary, short) => {
    expect(tooShort(wording, boundary) !== null).toBe(short);
  });
  it('says how many letters it has and what it needs', () => {
    expect(tooShort('usd', 'none')).toBe(
      '"usd" has 3 letters; a wording without a boundary needs at least 4, or it hides inside other words',
    );
  });
});
