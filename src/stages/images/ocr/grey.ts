/** Grey pictures and the small operations on them that finding text needs. Pure arrays: nothing here decodes anything. */
import type { Pixels } from '../../../ports.js';

export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly px: Uint8Array;
}

/** Colours averaged over squares of `factor` pixels; 1 gives the same picture. */
export function reduce({ width, height, rgb }: Pick<Pixels, 'width' | 'height' | 'rgb'>, factor: number) {
  if (factor <= 1) return { width, height, rgb };
  const [w, h] = [Math.floor(width / factor), Math.floor(height / factor)];
  const out = new Uint8Array(w * h * 3);
  const share = 1 / (factor * factor);
  for (let y = 0; y < h; y += 1) {
    for (let x = 0; x < w; x += 1) {
      let [r, g, b] = [0, 0, 0];
      for (let dy = 0; dy < factor; dy += 1) {
        let at = ((y * factor + dy) * width + x * factor) * 3;
        for (let dx = 0; dx < factor; dx += 1) {
          r += rgb[at] ?? 0;
          g += rgb[at + 1] ?? 0;
          b += rgb[at + 2] ?? 0;
          at += 3;
        }
      }
      const to = (y * w + x) * 3;
      out[to] = r * share;
      out[to + 1] = g * share;
      out[to + 2] = b * share;
    }
  }
  return { width: w, height: h, rgb: out };
}

/** The strongest step of the three colours between neighbours (Sobel): ink of any colour has edges. */
export function edgesOf({ width, height, rgb }: Pick<Pixels, 'width' | 'height' | 'rgb'>): Grey {
  const px = new Uint8Array(width * height);
  const row = width * 3;
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * row + x * 3;
      px[y * width + x] = Math.max(stepAt(rgb, at, row), stepAt(rgb, at + 1, row), stepAt(rgb, at + 2, row)) >> 2;
    }
  }
  return { width, height, px };
}

/** `at` never lies on the border, so that all eight neighbours are there. */
function stepAt(rgb: Uint8Array, at: number, row: number): number {
  const [a, b, c] = [rgb[at - row - 3] as number, rgb[at - row] as number, rgb[at - row + 3] as number];
  const [d, e] = [rgb[at - 3] as number, rgb[at + 3] as number];
  const [f, g, h] = [rgb[at + row - 3] as number, rgb[at + row] as number, rgb[at + row + 3] as number];
  const down = a + 2 * b + c - f - 2 * g - h;
  const across = a + 2 * d + f - c - 2 * e - h;
  return Math.max(down < 0 ? -down : down, across < 0 ? -across : across);
}

/** Counts of each grey value. */
export function histogramOf(px: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256);
  for (const value of px) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** The least value that `share` of all lie at or below. */
export function percentileOf(counts: Uint32Array, share: number): number {
  let total = 0;
  for (const count of counts) total += count;
  let seen = 0;
  for (let value = 0; value < 256; value += 1) {
    seen += counts[value] ?? 0;
    if (seen >= total * share && seen > 0) return value;
  }
  return 255;
}
