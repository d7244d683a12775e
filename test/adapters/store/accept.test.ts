import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAway, isRetryable } from '../../../src/adapters/postgres.js';
import { storable } from '../../../src/adapters/store/accept.js';
import { cursorOf, positionOf } from '../../../src/adapters/store/cursor.js';

/** Any UTF-16 string, whole or broken, with many of the characters that matter here. */
const anyText = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.array(fc.constantFrom('\\', 'u0000', 'ud800', '\0', '\ud83d', '\ude00', 'a', '"')).map((parts) => parts.join('')),
);
const isWhole = (text: string): boolean => !text.includes('\0') && !/\p{Surrogate}/u.test(text);

describe('storable', () => {
  it('refuses exactly what PostgreSQL cannot keep', () => {
    fc.assert(
      fc.property(anyText, anyText, (key, value) => {
        const json = JSON.stringify({ [key]: [value] });
        if (isWhole(key) && isWhole(value)) expect(storable(json)).toBe(json);
        else expect(() => storable(json)).toThrow(expect.objectContaining({ code: 'text_unstorable' }));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('cursors', () => {
  it('come back as they went, and only to their own list', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), noInvalidDate: true }), fc.string(), (at, id) => {
        expect(positionOf('notes', cursorOf('notes', at, id))).toEqual({ at, id });
        expect(() => positionOf('audit', cursorOf('notes', at, id))).toThrow();
      }),
    );
  });

  it('refuse anything else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => positionOf('notes', text)).toThrow(expect.objectContaining({ code: 'cursor_invalid' }));
      }),
    );
  });
});

describe('failures of the driver', () => {
  it.each([
    ['08006', true, false],
    ['57P01', true, false],
    ['57P03', true, false],
    ['ECONNREFUSED', true, false],
    ['53300', true, false],
    ['40001', false, true],
    ['P2034', false, true],
    ['23505', false, false],
    ['42P01', false, false],
  ])('%s: away %s, worth another try %s', (code, away, retry) => {
    const error = Object.assign(new Error('from the driver'), { code });
    expect([isAway(error), isRetryable(error)]).toEqual([away, retry]);
    const raw = Object.assign(new Error('from Prisma'), { code: 'P2010', cause: error });
    const inner = Object.assign(new Error('postgres'), { cause: { kind: 'postgres', originalCode: code, code } });
    const typed = Object.assign(new Error('from Prisma'), { code: 'P2039', meta: { driverAdapterError: inner } });
    for (const wrapped of [raw, typed]) expect([isAway(wrapped), isRetryable(wrapped)]).toEqual([away, retry]);
  });
});
