/** A plane of any size -> 64 x 64: two passes of a box filter along rows and columns (Jarosz), then every nth value. */
import type { Plane } from './luminance.js';

export const SIDE = 64;
/** Two boxes make a tent. */
const PASSES = 2;

/** Half of what one value of the small plane covers, rounded up. */
const windowOf = (length: number): number => Math.floor((length + 2 * SIDE - 1) / (2 * SIDE));

/** How many values of a window lie at the place itself and after it; the others lie before. */
const aheadOf = (window: number): number => Math.floor((window + 2) / 2);

/** Mean over a sliding window along each row, cut off at both ends. */
function boxAcross({ width, height, values: input }: Plane, output: Float32Array): void {
  const window = windowOf(width);
  const ahead = aheadOf(window);
  const behind = window - ahead;
  for (let y = 0; y < height; y += 1) {
    const from = y * width;
    let sum = 0;
    for (let x = 0; x < Math.min(ahead - 1, width); x += 1) sum += input[from + x] ?? 0;
    for (let x = 0; x < width; x += 1) {
      if (x + ahead <= width) sum += input[from + x + ahead - 1] ?? 0;
      if (x > behind) sum -= input[from + x - behind - 1] ?? 0;
      output[from + x] = sum / (Math.min(width, x + ahead) - Math.max(0, x - behind));
    }
  }
}

/** The same along each column, row by row over all of them, since memory is read along rows. */
function boxDown({ width, height }: Plane, input: Float32Array, output: Float32Array): void {
  const window = windowOf(height);
  const ahead = aheadOf(window);
  const behind = window - ahead;
  const sums = new Float64Array(width);
  const enter = (from: number): void => {
    for (let x = 0; x < width; x += 1) sums[x] = (sums[x] ?? 0) + (input[from + x] ?? 0);
  };
  const leave = (from: number): void => {
    for (let x = 0; x < width; x += 1) sums[x] = (sums[x] ?? 0) - (input[from + x] ?? 0);
  };
  for (let y = 0; y < Math.min(ahead - 1, height); y += 1) enter(y * width);
  for (let y = 0; y < height; y += 1) {
    if (y + ahead <= height) enter((y + ahead - 1) * width);
    if (y > behind) leave((y - behind - 1) * width);
    const count = Math.min(height, y + ahead) - Math.max(0, y - behind);
    for (let x = 0; x < width; x += 1) output[y * width + x] = (sums[x] ?? 0) / count;
  }
}

/** Overwrites the plane it is given. */
export function shrink(plane: Plane): Float32Array {
  const { width, height, values } = plane;
  const small = new Float32Array(SIDE * SIDE);
  // A plane of this size is taken as already shrunk, as the reference does.
  if (width === SIDE && height === SIDE) return Float32Array.from(values);
  const scratch = new Float32Array(values.length);
  for (let pass = 0; pass < PASSES; pass += 1) {
    boxAcross(plane, scratch);
    boxDown(plane, scratch, values);
  }
  for (let i = 0; i < SIDE; i += 1) {
    const row = Math.floor(((i + 0.5) * height) / SIDE) * width;
    for (let j = 0; j < SIDE; j += 1) {
      small[i * SIDE + j] = values[row + Math.floor(((j + 0.5) * width) / SIDE)] ?? 0;
    }
  }
  return small;
}

/** Sum of gradients, 0 to 100: a plain picture has few and its hash says little. */
export function qualityOf(small: Float32Array): number {
  let sum = 0;
  const step = (a: number, b: number): number =>
    Math.abs(Math.trunc((((small[a] ?? 0) - (small[b] ?? 0)) * 100) / 255));
  for (let i = 0; i < SIDE; i += 1) {
    for (let j = 0; j < SIDE; j += 1) {
      const at = i * SIDE + j;
      if (i + 1 < SIDE) sum += step(at, at + SIDE);
      if (j + 1 < SIDE) sum += step(at, at + 1);
    }
  }
  return Math.min(100, Math.floor(sum / 90));
}
