/** RGB -> luminance in rows of floats; of large pictures every nth value. */
import type { Pixels } from '../../../ports.js';

export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** ITU-R BT.601, as the algorithm has it. */
const RED = 0.299;
const GREEN = 0.587;
const BLUE = 0.114;

/**
 * Pictures larger than this both ways are sampled down to it. The filter that follows averages over a 128th of a side,
 * so that little is lost and most of the work is saved.
 */
const SAMPLED_SIDE = 512;

export function luminanceOf({ width, height, rgb }: Pick<Pixels, 'width' | 'height' | 'rgb'>): Plane {
  const isLarge = width > SAMPLED_SIDE && height > SAMPLED_SIDE;
  const [across, down] = isLarge ? [SAMPLED_SIDE, SAMPLED_SIDE] : [width, height];
  const values = new Float32Array(across * down);
  for (let y = 0; y < down; y += 1) {
    const row = Math.floor((y * height) / down) * width;
    for (let x = 0; x < across; x += 1) {
      const at = (row + Math.floor((x * width) / across)) * 3;
      values[y * across + x] = RED * (rgb[at] ?? 0) + GREEN * (rgb[at + 1] ?? 0) + BLUE * (rgb[at + 2] ?? 0);
    }
  }
  return { width: across, height: down, values };
}
