/** A plane of any size -> 64 x 64: two passes of a box filter along rows and columns (Jarosz), then every nth value. */
import type { Plane } from './luminance.js';

export const SIDE = 64;
/** Two boxes make a tent. */
const PASSES = 2;

/** Half of what one value of the small plane covers, rounded up. */
const windowOf = (length: number): number => Math.floor((length + 2 * SIDE - 1) / (2 * SIDE));

interface Line {
  readonly from: number;
  readonly length: number;
  readonly stride: number;
}

/** Mean over a sliding window that is cut off at both ends. */
function boxLine(input: Float32Array, output: Float32Array, { from, length, stride }: Line, size: number): void {
  const ahead = Math.floor((size + 2) / 2) - 1;
  let [sum, count] = [0, 0];
  let [left, right, at] = [from, from, from];
  const enter = (): void => {
    sum += input[right] ?? 0;
    right += stride;
    count += 1;
  };
  const leave = (): void => {
    sum -= input[left] ?? 0;
    left += stride;
    count -= 1;
  };
  for (let i = 0; i < ahead; i += 1) enter();
  for (let i = 0; i < length; i += 1) {
    if (i + ahead < length) enter();
    if (i + ahead >= size) leave();
    output[at] = sum / count;
    at += stride;
  }
}

function boxAll(plane: Plane, scratch: Float32Array): void {
  const { width, height, values } = plane;
  const [across, down] = [windowOf(width), windowOf(height)];
  for (let y = 0; y < height; y += 1) boxLine(values, scratch, { from: y * width, length: width, stride: 1 }, across);
  for (let x = 0; x < width; x += 1) boxLine(scratch, values, { from: x, length: height, stride: width }, down);
}

/** Overwrites the plane it is given. */
export function shrink(plane: Plane): Float32Array {
  const { width, height, values } = plane;
  const small = new Float32Array(SIDE * SIDE);
  // A plane of this size is taken as already shrunk, as the reference does.
  if (width === SIDE && height === SIDE) return Float32Array.from(values);
  const scratch = new Float32Array(values.length);
  for (let pass = 0; pass < PASSES; pass += 1) boxAll(plane, scratch);
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
