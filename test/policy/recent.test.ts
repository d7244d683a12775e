import { describe, expect, it } from 'vitest';
import { recent } from '../../src/policy/recent.js';

describe('what was made lately', () => {
  it('is made once, and again after it was crowded out by others', () => {
    let made = 0;
    const make = () => {
      made += 1;
      return made;
    };
    const known = recent<number>(2);
    expect([known('a', make), known('a', make), known('b', make)]).toEqual([1, 1, 2]);
    // Asking for `a` makes `b` the oldest.
    expect([known('a', make), known('c', make), known('a', make), known('b', make)]).toEqual([1, 3, 1, 4]);
  });

  it('keeps a value that is undefined', () => {
    let made = 0;
    const known = recent<undefined>(2);
    const make = () => {
      made += 1;
      return undefined;
    };
    known('a', make);
    known('a', make);
    expect(made).toBe(1);
  });
});
