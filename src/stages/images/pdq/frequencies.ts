/** The 16 x 16 lowest frequencies of a 64 x 64 plane without the constant one, and what turning the picture does to them. */
import { SIDE } from './shrink.js';

const ROWS = 16;

/** Rows 1 to 16 of the DCT matrix. */
const COSINES = Float64Array.from({ length: ROWS * SIDE }, (_, at) => {
  const [i, j] = [Math.floor(at / SIDE), at % SIDE];
  return Math.sqrt(2 / SIDE) * Math.cos((Math.PI / (2 * SIDE)) * (i + 1) * (2 * j + 1));
});

const dot = (cosines: number, values: Float32Array | Float64Array, from: number, stride: number): number => {
  let sum = 0;
  for (let k = 0; k < SIDE; k += 1) sum += (COSINES[cosines * SIDE + k] ?? 0) * (values[from + k * stride] ?? 0);
  return sum;
};

export function frequenciesOf(small: Float32Array): Float64Array {
  const half = new Float64Array(ROWS * SIDE);
  for (let i = 0; i < ROWS; i += 1) {
    for (let j = 0; j < SIDE; j += 1) half[i * SIDE + j] = dot(i, small, j, SIDE);
  }
  const all = new Float64Array(ROWS * ROWS);
  for (let i = 0; i < ROWS; i += 1) {
    for (let j = 0; j < ROWS; j += 1) all[i * ROWS + j] = dot(j, half, i * SIDE, 1);
  }
  return all;
}

/** Whether rows and columns change places, and for which of them the sign turns. Indices are those of the result. */
interface Turn {
  readonly swaps: boolean;
  readonly negates: (row: number, column: number) => boolean;
}
const even = (n: number): boolean => n % 2 === 0;
const odd = (n: number): boolean => n % 2 === 1;

/**
 * Row and column 0 are the first frequency, whose cosine is odd about the middle: a mirror turns the sign of every
 * second one from there on.
 */
const TURNS = {
  rotate90: { swaps: true, negates: (row) => even(row) },
  rotate180: { swaps: false, negates: (row, column) => odd(row + column) },
  rotate270: { swaps: true, negates: (_, column) => even(column) },
  flipX: { swaps: false, negates: (row) => even(row) },
  flipY: { swaps: false, negates: (_, column) => even(column) },
  flipPlus1: { swaps: true, negates: () => false },
  flipMinus1: { swaps: true, negates: (row, column) => odd(row + column) },
} as const satisfies Readonly<Record<string, Turn>>;
export type TurnName = keyof typeof TURNS;
export const TURN_NAMES = Object.keys(TURNS) as readonly TurnName[];

export function turned(frequencies: Float64Array, name: TurnName): Float64Array {
  const { swaps, negates }: Turn = TURNS[name];
  return frequencies.map((_, at) => {
    const [row, column] = [Math.floor(at / ROWS), at % ROWS];
    const value = frequencies[swaps ? column * ROWS + row : at] ?? 0;
    return negates(row, column) ? -value : value;
  });
}
