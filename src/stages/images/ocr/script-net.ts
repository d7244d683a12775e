/**
 * A small convolutional network that looks at lines and says in which script they are written, or that they are no
 * writing. Trained on drawn lines (`training/ocr-script`); it reads nothing.
 */
import type { Grey } from './grey.js';

/** `Viet`: Latin letters with the marks of Vietnamese. `None`: no writing. */
export const SCRIPT_CLASSES = [
  'Latn',
  'Viet',
  'Cyrl',
  'Hans',
  'Hant',
  'Jpan',
  'Kore',
  'Arab',
  'Deva',
  'Thai',
  'None',
] as const;
export type ScriptClass = (typeof SCRIPT_CLASSES)[number];

export const NET_HEIGHT = 23;

/** Half the size in both directions: 23 rows of a crop of 46, and any other height stretched to them. */
export function halved({ width, height, px }: Grey): Grey {
  const w = Math.max(1, Math.ceil((width * NET_HEIGHT) / height));
  const out = new Uint8Array(w * NET_HEIGHT);
  const step = height / NET_HEIGHT;
  for (let y = 0; y < NET_HEIGHT; y += 1) {
    const [y0, y1] = [Math.floor(y * step), Math.min(height - 1, Math.floor(y * step + step / 2))];
    for (let x = 0; x < w; x += 1) {
      const [x0, x1] = [
        Math.min(width - 1, Math.floor(x * step)),
        Math.min(width - 1, Math.floor(x * step + step / 2)),
      ];
      const sum =
        (px[y0 * width + x0] ?? 255) +
        (px[y0 * width + x1] ?? 255) +
        (px[y1 * width + x0] ?? 255) +
        (px[y1 * width + x1] ?? 255);
      out[y * w + x] = sum >> 2;
    }
  }
  return { width: w, height: NET_HEIGHT, px: out };
}

/** Weights in the layout of `training/ocr-script/train.py`: channel out, channel in, row, column. */
export interface ScriptWeights {
  readonly convolutions: readonly { readonly weight: Float32Array; readonly bias: Float32Array }[];
  readonly out: { readonly weight: Float32Array; readonly bias: Float32Array };
}

/** The network learnt on lines with a third of their height around them, 8 px about 30. */
const FRAME = 5.5 / 44;

function framed({ width, height, px }: Grey): Grey {
  const rows = Math.round(height * FRAME);
  const taller = new Uint8Array(width * (height + 2 * rows)).fill(255);
  taller.set(px, rows * width);
  return { width, height: height + 2 * rows, px: taller };
}

/** Some dozen letters say as much as a whole line. */
const MOST_WIDTH = 320;

/** Probabilities in the order of SCRIPT_CLASSES. */
export function scriptOdds(line: Grey, { convolutions, out }: ScriptWeights): number[] {
  const half = halved(framed(line));
  const width = Math.min(half.width, MOST_WIDTH);
  let maps: Maps = { width, height: NET_HEIGHT, depth: 1, values: new Float32Array(width * NET_HEIGHT) };
  for (let y = 0; y < NET_HEIGHT; y += 1) {
    for (let x = 0; x < width; x += 1) maps.values[y * width + x] = 1 - (half.px[y * half.width + x] ?? 255) / 255;
  }
  for (const [i, layer] of convolutions.entries()) {
    maps = convolved(maps, layer);
    if (i < convolutions.length - 1) maps = pooled(maps);
  }
  const features = summed(maps);
  const logits = Array.from(out.bias, (bias, k) => {
    let sum = bias;
    for (let i = 0; i < features.length; i += 1) {
      sum += (features[i] as number) * (out.weight[k * features.length + i] as number);
    }
    return sum;
  });
  const most = Math.max(...logits);
  const odds = logits.map((logit) => Math.exp(logit - most));
  const total = odds.reduce((sum, odd) => sum + odd, 0);
  return odds.map((odd) => odd / total);
}

interface Maps {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** Depth, row, column. */
  readonly values: Float32Array;
}

/** Three by three with a border of zeros, then the positive part. */
function convolved(
  { width, height, depth, values }: Maps,
  { weight, bias }: { readonly weight: Float32Array; readonly bias: Float32Array },
): Maps {
  const size = width * height;
  // A frame of zeros around each map spares a test per tap.
  const wide = width + 2;
  const framed = new Float32Array(depth * wide * (height + 2));
  for (let d = 0; d < depth; d += 1) {
    for (let y = 0; y < height; y += 1) {
      const from = d * size + y * width;
      framed.set(values.subarray(from, from + width), (d * (height + 2) + y + 1) * wide + 1);
    }
  }
  const made = new Float32Array(bias.length * size);
  for (let k = 0; k < bias.length; k += 1) {
    const to = made.subarray(k * size, (k + 1) * size).fill(bias[k] as number);
    for (let d = 0; d < depth; d += 1) {
      addMap(to, width, framed.subarray(d * wide * (height + 2)), weight.subarray((k * depth + d) * 9));
    }
    for (let i = 0; i < size; i += 1) if ((to[i] as number) < 0) to[i] = 0;
  }
  return { width, height, depth: bias.length, values: made };
}

function addMap(to: Float32Array, width: number, from: Float32Array, w: Float32Array): void {
  const wide = width + 2;
  const [a, b, c] = [w[0] as number, w[1] as number, w[2] as number];
  const [d, e, f] = [w[3] as number, w[4] as number, w[5] as number];
  const [g, h, i] = [w[6] as number, w[7] as number, w[8] as number];
  for (let at = 0, row = 0; at < to.length; row += wide) {
    for (let x = row; x < row + width; x += 1, at += 1) {
      const [y, z] = [x + wide, x + 2 * wide];
      to[at] =
        (to[at] as number) +
        a * (from[x] as number) +
        b * (from[x + 1] as number) +
        c * (from[x + 2] as number) +
        d * (from[y] as number) +
        e * (from[y + 1] as number) +
        f * (from[y + 2] as number) +
        g * (from[z] as number) +
        h * (from[z + 1] as number) +
        i * (from[z + 2] as number);
    }
  }
}

/** The largest of two by two; an odd last row or column is left out. */
function pooled({ width, height, depth, values }: Maps): Maps {
  const [w, h] = [width >> 1, height >> 1];
  const made = new Float32Array(depth * w * h);
  for (let d = 0; d < depth; d += 1) {
    for (let y = 0; y < h; y += 1) {
      for (let x = 0; x < w; x += 1) {
        const at = d * width * height + y * 2 * width + x * 2;
        made[(d * h + y) * w + x] = Math.max(
          values[at] as number,
          values[at + 1] as number,
          values[at + width] as number,
          values[at + width + 1] as number,
        );
      }
    }
  }
  return { width: w, height: h, depth, values: made };
}

/** Mean of each map, then the largest of each. */
function summed({ width, height, depth, values }: Maps): Float32Array {
  const size = width * height;
  const made = new Float32Array(depth * 2);
  for (let d = 0; d < depth; d += 1) {
    let [sum, most] = [0, 0];
    for (let i = d * size; i < (d + 1) * size; i += 1) {
      const value = values[i] as number;
      sum += value;
      if (value > most) most = value;
    }
    made[d] = size === 0 ? 0 : sum / size;
    made[depth + d] = most;
  }
  return made;
}
