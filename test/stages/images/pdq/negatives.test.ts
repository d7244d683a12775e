import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { distanceOf } from '../../../../src/stages/images/pdq/distance.js';
import { negativeOf, withNegatives } from '../../../../src/stages/images/pdq/negatives.js';
import { pdqOf } from '../../../../src/stages/images/pdq/pdq.js';

const hashOf = async (image: Sharp) => {
  const { data, info } = await image.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return pdqOf({ width: info.width, height: info.height, rgb: data });
};

describe('negatives', () => {
  it.each(['menu-en.png', 'threat-de.jpg', 'cafe-ja.webp'])(
    '%s is near to its negative, and far as it is',
    async (file) => {
      const picture = () => sharp(path.resolve('fixtures/images', file));
      const [plain, negative] = [await hashOf(picture()), await hashOf(picture().negate({ alpha: false }))];
      expect(distanceOf(plain.pdq, negative.pdq)).toBeGreaterThan(128);
      expect(distanceOf(plain.pdq, negativeOf(negative.pdq))).toBeLessThanOrEqual(16);
    },
  );
  it('of all forms and frames are looked up too', () => {
    const [a, b, c] = ['0'.repeat(64), `${'0'.repeat(63)}7`, 'a5'.repeat(32)];
    expect(negativeOf(negativeOf(c))).toBe(c);
    expect(withNegatives({ pdq: a, quality: 90, turned: [b], frames: [c] })).toEqual({
      pdq: a,
      quality: 90,
      turned: [b, 'f'.repeat(64), `${'f'.repeat(63)}8`, '5a'.repeat(32)],
      frames: [c],
    });
  });
});
