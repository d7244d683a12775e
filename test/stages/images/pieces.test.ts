import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pixels } from '../../../src/ports.js';
import { piecesOf, sizeToCut, sizeToShow } from '../../../src/stages/images/pieces.js';

/** White, with a dark checker on the rows (columns) that `isInk` names. */
function striped(width: number, height: number, isInk: (along: number) => boolean): Pixels {
  const rgb = new Uint8Array(width * height * 3).fill(255);
  const isTall = height >= width;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (isInk(isTall ? y : x) && (isTall ? x : y) % 2 === 0)
        rgb.fill(0, (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  }
  return { width, height, rgb, frame: 2, scale: 1.5 };
}

describe('the size at which a picture is cut', () => {
  it('is none for what is not long, as screens of phones and photographs', () => {
    for (const [width, height] of [
      [1_080, 2_400],
      [3_000, 4_000],
      [500, 1_900],
      [640, 2_300],
      [16_000, 9_000],
    ] as const) {
      expect(sizeToCut({ width, height }, 1)).toBeNull();
    }
  });
  it('keeps letters as they are where the picture is as wide as a phone', () => {
    expect(sizeToCut({ width: 1_080, height: 11_000 }, 1)).toEqual({ width: 1_080, height: 11_000 });
    expect(sizeToCut({ width: 11_000, height: 1_080 }, 1)).toEqual({ width: 11_000, height: 1_080 });
  });
  it('is bounded across, and over all frames together', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16_384 }),
        fc.integer({ min: 1, max: 16_384 }),
        fc.integer({ min: 1, max: 6 }),
        (width, height, frames) => {
          const size = sizeToCut({ width, height }, frames);
          if (size === null) return;
          expect(Math.min(size.width, size.height)).toBeLessThanOrEqual(1_250);
          expect(size.width * size.height * frames).toBeLessThan(12_000_000 * 1.01);
        },
      ),
    );
  });
});

describe('the pieces of a long picture', () => {
  it('are the picture again when laid in a row, whichever way it runs', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 2_001, max: 9_000 }),
        fc.boolean(),
        (across, along, isTall) => {
          const [width, height] = isTall ? [across, along] : [along, across];
          const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7_919) % 251);
          const laid = new Uint8Array(rgb.length);
          for (const piece of piecesOf({ width, height, rgb, frame: 0, scale: 1 })) {
            expect(Math.max(piece.width, piece.height)).toBeLessThanOrEqual(2_000);
            const [left, top] = [piece.at?.left ?? 0, piece.at?.top ?? 0];
            for (let y = 0; y < piece.height; y += 1) {
              const row = piece.rgb.subarray(y * piece.width * 3, (y + 1) * piece.width * 3);
              laid.set(row, ((top + y) * width + left) * 3);
            }
          }
          expect(Buffer.compare(laid, rgb)).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each([
    ['rows', 40, 5_000],
    ['columns', 5_000, 40],
  ])('are cut between the %s where something stands', (_name, width, height) => {
    // Lines of 60 with 20 between them.
    const isInk = (along: number): boolean => along % 80 < 60;
    const pieces = piecesOf(striped(width, height, isInk));
    const begins = pieces.map(({ at }) => Math.max(at?.left ?? 0, at?.top ?? 0) / 1.5);
    expect(begins).toHaveLength(3);
    for (const begin of begins.slice(1)) expect([isInk(begin - 1), isInk(begin)]).toEqual([false, false]);
    expect(pieces.every(({ frame, scale }) => frame === 2 && scale === 1.5)).toBe(true);
  });
});

describe('the size at which people see a picture', () => {
  it('has a longest side, but for long ones, whose words must be read', () => {
    expect(sizeToShow({ width: 4_000, height: 3_000 }, 1_024)).toEqual({ width: 1_024, height: 1_024 });
    expect(sizeToShow({ width: 1_080, height: 12_000 }, 1_024)).toEqual({ width: 512, height: 5_689 });
    expect(sizeToShow({ width: 16_384, height: 400 }, 1_024)).toEqual({ width: 16_383, height: 400 });
    expect(sizeToShow({ width: 100, height: 600 }, 1_024)).toEqual({ width: 100, height: 600 });
  });
});
