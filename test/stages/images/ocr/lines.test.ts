import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partsOf } from '../../../../src/stages/images/ocr/components.js';
import { cropLine } from '../../../../src/stages/images/ocr/crop.js';
import { findLines } from '../../../../src/stages/images/ocr/lines.js';

type Colour = readonly [number, number, number];
interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}
const sheet = (width: number, height: number, paper: Colour): Sheet => {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i += 1) rgb.set(paper, i * 3);
  return { width, height, rgb };
};
/** Letters are bars with a foot, so that they have the edges of letters. */
function write(
  on: Sheet,
  at: { readonly x: number; readonly y: number; readonly letters: number },
  ink: Colour,
  slope = 0,
) {
  const { x, y, letters } = at;
  const put = (px: number, py: number): void => {
    if (px >= 0 && py >= 0 && px < on.width && py < on.height) on.rgb.set(ink, (py * on.width + px) * 3);
  };
  for (let letter = 0; letter < letters; letter += 1) {
    const left = x + letter * 16;
    const top = Math.round(y + slope * (left - x));
    for (let dy = 0; dy < 20; dy += 1) for (let dx = 0; dx < 3; dx += 1) put(left + dx, top + dy);
    for (let dx = 0; dx < 10; dx += 1) for (let dy = 17; dy < 20; dy += 1) put(left + dx, top + dy);
  }
}

describe('findLines', () => {
  it('finds nothing on even paper, on one pixel and on nothing', () => {
    for (const [width, height] of [
      [200, 100],
      [1, 1],
      [0, 0],
    ] as const) {
      expect(findLines(sheet(width, height, [240, 240, 240])).lines).toEqual([]);
    }
  });

  it('keeps what is written large below more small print than is read', () => {
    const page = sheet(1_000, 1_000, [250, 250, 250]);
    for (let row = 0; row < 60; row += 1) {
      for (const column of [20, 350, 680]) {
        for (let letter = 0; letter < 30; letter += 1) {
          const [left, top] = [column + letter * 9, 20 + row * 15];
          for (let y = top; y < top + 9; y += 1) page.rgb.set([20, 20, 20], (y * page.width + left) * 3);
          for (let x = left; x < left + 5; x += 1) page.rgb.set([20, 20, 20], ((top + 8) * page.width + x) * 3);
        }
      }
    }
    write(page, { x: 100, y: 950, letters: 20 }, [20, 20, 20]);
    const { lines } = findLines(page);
    expect(lines).toHaveLength(120);
    const last = lines.at(-1);
    expect([last?.v0, last?.v1].map((v) => Math.round((v ?? 0) / 10))).toEqual([95, 97]);
  });

  it.each<readonly [string, Colour, Colour]>([
    ['dark on light', [20, 20, 20], [250, 250, 250]],
    ['light on dark', [250, 250, 240], [20, 30, 40]],
    ['red on green of the same brightness', [200, 60, 60], [60, 131, 60]],
  ])('finds two lines, %s', (_, ink, paper) => {
    const page = sheet(400, 160, paper);
    write(page, { x: 40, y: 30, letters: 18 }, ink);
    write(page, { x: 40, y: 90, letters: 9 }, ink);
    const { lines, slant } = findLines(page);
    expect(Math.abs(slant)).toBeLessThan(0.01);
    expect(lines).toHaveLength(2);
    const [first, second] = lines;
    expect(first?.u0).toBeGreaterThan(34);
    expect(first?.u0).toBeLessThan(44);
    expect(first?.v0).toBeGreaterThan(25);
    expect(first?.v1).toBeLessThan(55);
    expect(second?.v0).toBeGreaterThan(85);
    expect((first?.u1 ?? 0) - (second?.u1 ?? 0)).toBeGreaterThan(100);
  });

  it.each([-6, -2.5, 3, 7])('sees a slant of %d degrees', (degrees) => {
    const page = sheet(700, 320, [255, 255, 255]);
    const slope = Math.tan((degrees * Math.PI) / 180);
    write(page, { x: 60, y: 110, letters: 32 }, [0, 0, 0], slope);
    write(page, { x: 60, y: 170, letters: 32 }, [0, 0, 0], slope);
    const { lines, slant } = findLines(page);
    expect(Math.abs((slant * 180) / Math.PI - degrees)).toBeLessThan(0.8);
    expect(lines).toHaveLength(2);
  });

  it('keeps columns apart and reads them from the left', () => {
    const page = sheet(900, 100, [255, 255, 255]);
    write(page, { x: 30, y: 30, letters: 12 }, [0, 0, 0]);
    write(page, { x: 560, y: 30, letters: 12 }, [0, 0, 0]);
    const { lines } = findLines(page);
    expect(lines).toHaveLength(2);
    expect(lines[0]?.u0).toBeLessThan(lines[1]?.u0 ?? 0);
  });

  it('takes any pixels, and its lines lie on the picture', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer(),
        (width, height, seed) => {
          const rgb = Uint8Array.from(
            { length: width * height * 3 },
            (_, i) => (Math.imul(i + 1, seed | 1) >>> 11) & 255,
          );
          for (const { u0, u1, v0, v1 } of findLines({ width, height, rgb }).lines) {
            expect(u1).toBeGreaterThan(u0);
            expect(v1).toBeGreaterThan(v0);
            expect(Math.max(...[u0, u1, v0, v1].map(Math.abs))).toBeLessThan(200);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('cropLine', () => {
  it.each<readonly [string, Colour, Colour]>([
    ['dark on light', [20, 20, 20], [250, 250, 250]],
    ['light on dark', [250, 250, 240], [20, 30, 40]],
    ['faint', [150, 150, 150], [180, 180, 180]],
    ['red on green', [200, 60, 60], [60, 131, 60]],
  ])('makes %s black on white at the wanted size', (_, ink, paper) => {
    const page = sheet(400, 80, paper);
    write(page, { x: 40, y: 30, letters: 18 }, ink);
    const [line] = findLines(page).lines;
    if (line === undefined) throw new Error('no line');
    const crop = cropLine(page, line, 0, { tallPx: 30, marginPx: 8 });
    expect(crop.height).toBe(46);
    const dark = crop.px.filter((value) => value < 60).length / crop.px.length;
    const light = crop.px.filter((value) => value > 200).length / crop.px.length;
    expect(dark).toBeGreaterThan(0.1);
    expect(dark).toBeLessThan(0.5);
    expect(light).toBeGreaterThan(0.4);
    expect(crop.px[2 * crop.width + 2]).toBeGreaterThan(200);
  });

  it('stays on the picture at its corners', () => {
    const page = sheet(30, 20, [255, 255, 255]);
    const crop = cropLine(page, { u0: -5, u1: 60, v0: -9, v1: 40 }, 0.1, { tallPx: 30, marginPx: 8 });
    expect(crop.px).toHaveLength(crop.width * crop.height);
    expect(crop.px.every((value) => value === 255)).toBe(true);
  });
});

describe('partsOf', () => {
  it('joins what touches, corners too, and nothing else', () => {
    const rows = ['##..#', '..#.#', '#...#'];
    const px = Uint8Array.from(rows.join(''), (character) => (character === '#' ? 9 : 0));
    const parts = partsOf({ width: 5, height: 3, px }, 9);
    expect(parts.map(({ area }) => area).sort()).toEqual([1, 3, 3]);
    expect(parts).toContainEqual({ left: 0, top: 0, right: 3, bottom: 2, area: 3 });
  });
});
