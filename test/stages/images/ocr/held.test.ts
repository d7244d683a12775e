import { describe, expect, it } from 'vitest';
import type { Pixels } from '../../../../src/ports.js';
import { cropLine, type LineCrop } from '../../../../src/stages/images/ocr/crop.js';
import { findSideways, inMirror, stacked, unstruck, upsideDown } from '../../../../src/stages/images/ocr/held.js';
import { joinLines, type LineWord } from '../../../../src/stages/images/ocr/join.js';
import { findLines } from '../../../../src/stages/images/ocr/lines.js';

type Sheet = Pick<Pixels, 'width' | 'height' | 'rgb'>;
/** Bars with a foot in one line from x 40 to 322, y 30 to 50. */
function line(): Sheet {
  const [width, height] = [400, 160];
  const rgb = new Uint8Array(width * height * 3).fill(250);
  const put = (x: number, y: number): void => void rgb.set([20, 20, 20], (y * width + x) * 3);
  for (let letter = 0; letter < 18; letter += 1) {
    const x = 40 + letter * 16;
    for (let dy = 0; dy < 20; dy += 1) for (let dx = 0; dx < 3; dx += 1) put(x + dx, 30 + dy);
    for (let dx = 0; dx < 10; dx += 1) for (let dy = 17; dy < 20; dy += 1) put(x + dx, 30 + dy);
  }
  return { width, height, rgb };
}
/** Turned to the right by quarters. */
function turned(sheet: Sheet, quarters: number): Sheet {
  if (quarters === 0) return sheet;
  const { width, height, rgb } = sheet;
  const out = new Uint8Array(rgb.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * 3;
      out.set(rgb.subarray(from, from + 3), (x * height + height - 1 - y) * 3);
    }
  }
  return turned({ width: height, height: width, rgb: out }, quarters - 1);
}
const SIZE = { tallPx: 36, marginPx: 4 };
const upright = (): LineCrop => {
  const sheet = line();
  const { lines, slant } = findLines(sheet);
  const [first] = lines;
  if (first === undefined) throw new Error('no line');
  return cropLine(sheet, first, slant, SIZE);
};
const differs = (a: Uint8Array, b: Uint8Array): number => {
  let sum = 0;
  for (const [i, value] of a.entries()) sum += Math.abs(value - (b[i] ?? 0));
  return sum / a.length;
};
const wordAt = (x0: number, x1: number): LineWord => ({ text: 'soup', confidence: 0.9, x0, x1 });
const boxOf = (place: LineCrop, word: LineWord) =>
  joinLines([{ place, words: [word], set: 'latin', scale: 1 }]).words[0]?.box ?? {
    left: 0,
    top: 0,
    width: 0,
    height: 0,
  };

describe('lines along the sides', () => {
  it.each([
    [1, false],
    [3, true],
  ])('are cut out as if they were upright, turned by %i quarters', (quarters, isUp) => {
    const sheet = turned(line(), quarters);
    const { lines, slant } = findSideways(sheet);
    expect(lines).toHaveLength(1);
    const [first] = lines;
    if (first === undefined) throw new Error('no line');
    const crop = cropLine(sheet, first, slant, SIZE);
    const seen = isUp ? upsideDown(crop)?.seen : crop;
    const truth = upright();
    expect(Math.abs((seen?.width ?? 0) - truth.width)).toBeLessThan(truth.width * 0.08);
    // The first letter stands left with its foot below.
    const { width, height, px } = seen ?? truth;
    const inkOf = (from: number, to: number): number => {
      let sum = 0;
      for (let y = from; y < to; y += 1) for (let x = 0; x < width; x += 1) sum += 255 - (px[y * width + x] as number);
      return sum;
    };
    expect(inkOf(height >> 1, height)).toBeGreaterThan(inkOf(0, height >> 1) * 1.3);
    // The first fifth of the line: above for what runs down, below for what runs up.
    const box = boxOf(seen ?? truth, wordAt(4, 60));
    expect(isUp ? box.top : sheet.height - box.top - box.height).toBeGreaterThan(250);
    expect(box.height).toBeGreaterThan(box.width);
  });

  it('are none on even paper', () => {
    const rgb = new Uint8Array(60 * 40 * 3).fill(200);
    expect(findSideways({ width: 60, height: 40, rgb }).lines).toEqual([]);
    expect(findLines({ width: 60, height: 40, rgb }).letters).toEqual([]);
  });
});

describe('ways to hold a line', () => {
  it('upside down twice is the line itself, at its place', () => {
    const crop = upright();
    const once = upsideDown(crop);
    const twice = once && upsideDown(once.seen);
    expect(differs(twice?.seen.px ?? new Uint8Array(), crop.px)).toBe(0);
    expect(twice?.seen.u0).toBeCloseTo(crop.u0);
    expect(twice?.seen.v0).toBeCloseTo(crop.v0);
    const [there, back] = [
      boxOf(crop, wordAt(10, 50)),
      boxOf(once?.place ?? crop, wordAt(crop.width - 50, crop.width - 10)),
    ];
    expect(Math.abs(there.left - back.left)).toBeLessThanOrEqual(1);
    expect(Math.abs(there.top - back.top)).toBeLessThanOrEqual(1);
  });

  it('words of the mirror stand where they are on the picture', () => {
    const crop = upright();
    const held = inMirror(crop);
    expect(differs(inMirror(held?.seen ?? crop)?.seen.px ?? new Uint8Array(), crop.px)).toBe(0);
    expect(held?.back([wordAt(0, 30)])[0]).toMatchObject({ x0: crop.width - 30, x1: crop.width });
  });

  it('takes a falling stroke off a line, and leaves a line that has none', () => {
    const crop = upright();
    expect(unstruck(crop)).toBeNull();
    const px = Uint8Array.from(crop.px);
    const rowAt = (x: number): number => 16 + Math.round(x / 200);
    for (let x = 0; x < crop.width; x += 1) {
      for (let dy = 0; dy < 3; dy += 1) px[(rowAt(x) + dy) * crop.width + x] = 0;
    }
    const struck = { ...crop, px };
    const cleared = unstruck(struck)?.seen.px ?? px;
    expect(differs(cleared, crop.px)).toBeLessThan(differs(px, crop.px) / 4);
    // The bars that pass through it stay.
    const ink = (of: Uint8Array): number => of.filter((value) => value < 128).length;
    expect(ink(cleared)).toBeGreaterThan(ink(crop.px) * 0.85);
    const thick = { ...crop, px: Uint8Array.from(crop.px).fill(0, crop.width * 10, crop.width * 30) };
    expect(unstruck(thick)).toBeNull();
  });

  it('lays stacked signs in a row, and leaves a line that is none', () => {
    const sheet = turned(line(), 1);
    const { lines, slant } = findSideways(sheet);
    const [first] = lines;
    if (first === undefined) throw new Error('no line');
    const crop = cropLine(sheet, first, slant, SIZE);
    const held = stacked(crop);
    // Upright again, the letters lie on their side: foot right of the bar, as they lie on the turned picture.
    expect(held?.seen.width).toBeGreaterThan(17 * 30);
    const [word] = held?.back([wordAt(4, 36)]) ?? [];
    expect(word?.x0).toBeLessThan(20);
    expect(word?.x1).toBeLessThan(40);
    const solid = { ...crop, px: new Uint8Array(crop.px.length).fill(0) };
    expect(stacked(solid)).toBeNull();
  });
});
