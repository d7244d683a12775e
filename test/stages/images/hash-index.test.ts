import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexHashes, MOST_DISTANCE, type PictureEntry } from '../../../src/stages/images/hash-index.js';
import { distanceOf } from '../../../src/stages/images/pdq/distance.js';

const hash = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });
const entryOf = (pdq: string, at: number, benign = false): PictureEntry => ({
  entryId: `e${at}`,
  pdq,
  category: 'sexual.explicit',
  severity: 3,
  benign,
});
/** The hash with these bits the other way. */
const flipped = (pdq: string, bits: readonly number[]): string => {
  const nibbles = [...pdq].map((digit) => Number.parseInt(digit, 16));
  for (const bit of new Set(bits)) nibbles[bit >> 2] = (nibbles[bit >> 2] ?? 0) ^ (1 << (bit & 3));
  return nibbles.map((nibble) => nibble.toString(16)).join('');
};
const bitList = fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { maxLength: 60 });

describe('indexHashes', () => {
  it('finds exactly what comparing with all finds', () => {
    fc.assert(
      fc.property(
        hash,
        fc.array(bitList, { maxLength: 20 }),
        fc.integer({ min: 0, max: MOST_DISTANCE }),
        (pdq, flips, distance) => {
          const entries = flips.map((bits, at) => entryOf(flipped(pdq, bits), at));
          const wanted = entries
            .filter((entry) => distanceOf(entry.pdq, pdq) <= distance)
            .map(({ entryId }) => entryId);
          const found = indexHashes(entries).lookup({ pdq, quality: 100 }, distance);
          expect(found.map(({ entryId }) => entryId).sort()).toEqual(wanted.sort());
          expect(found.every((hit, at) => at === 0 || (found[at - 1]?.distance ?? 0) <= hit.distance)).toBe(true);
        },
      ),
    );
  });

  it('looks for the turned picture as well, and keeps the nearest', () => {
    const [bank, turned] = ['ab'.repeat(32), 'cd'.repeat(32)];
    const index = indexHashes([entryOf(bank, 1), entryOf(flipped(turned, [1, 2]), 2, true)]);
    expect(index.lookup({ pdq: turned, quality: 90, turned: [bank] }, 31)).toMatchObject([
      { entryId: 'e1', distance: 0 },
      { entryId: 'e2', distance: 2, benign: true },
    ]);
  });

  it('promises no more than it can keep', () => {
    expect(() => indexHashes([]).lookup({ pdq: '0'.repeat(64), quality: 1 }, 32)).toThrow(RangeError);
  });
});
