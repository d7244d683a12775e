/** One line cut out of the picture: upright, dark on light, stretched to full contrast, letters of one size. */
import type { Pixels } from '../../../ports.js';
import type { Grey } from './grey.js';
import type { TextLine } from './lines.js';

export interface LineCrop extends Grey {
  /** Place of the crop in turned coordinates, and pixels of the picture per pixel of the crop. */
  readonly u0: number;
  readonly v0: number;
  readonly step: number;
  readonly slant: number;
}
type Colours = Pick<Pixels, 'width' | 'height' | 'rgb'>;
export interface CropSize {
  /** Height of the letters in the crop. */
  readonly tallPx: number;
  readonly marginPx: number;
}

/** A line longer than this is read at a smaller size. */
const MOST_WIDTH_PX = 4_000;

export function cropLine(pixels: Colours, line: TextLine, slant: number, { tallPx, marginPx }: CropSize): LineCrop {
  const tall = line.v1 - line.v0;
  const step = Math.max(tall / tallPx, (line.u1 - line.u0) / MOST_WIDTH_PX);
  const width = Math.ceil((line.u1 - line.u0) / step) + 2 * marginPx;
  const height = Math.ceil(tall / step) + 2 * marginPx;
  const [u0, v0] = [line.u0 - marginPx * step, line.v0 - marginPx * step];
  const place = { u0, v0, step, slant, width, height };
  const rgb = sampled(pixels, place);
  return { ...place, px: inkOf(rgb, width, height) };
}

type Place = Omit<LineCrop, 'px'>;

/** Mean of a few samples per pixel when the picture is larger than the crop, interpolation when it is smaller. */
function sampled({ width, height, rgb }: Colours, place: Place): Float32Array {
  const out = new Float32Array(place.width * place.height * 3);
  const [sin, cos] = [Math.sin(place.slant), Math.cos(place.slant)];
  const taps = Math.max(1, Math.min(4, Math.round(place.step)));
  const share = 1 / (taps * taps);
  for (let j = 0; j < place.height; j += 1) {
    for (let i = 0; i < place.width; i += 1) {
      const to = (j * place.width + i) * 3;
      for (let t = 0; t < taps * taps; t += 1) {
        const u = place.u0 + (i + ((t % taps) + 0.5) / taps) * place.step;
        const v = place.v0 + (j + (Math.floor(t / taps) + 0.5) / taps) * place.step;
        const x = Math.min(width - 1.001, Math.max(0, u * cos - v * sin - 0.5));
        const y = Math.min(height - 1.001, Math.max(0, u * sin + v * cos - 0.5));
        const [left, top] = [Math.trunc(x), Math.trunc(y)];
        const [fx, fy] = [x - left, y - top];
        const at = (top * width + left) * 3;
        const below = at + width * 3;
        for (let c = 0; c < 3; c += 1) {
          const upper = (rgb[at + c] ?? 0) * (1 - fx) + (rgb[at + 3 + c] ?? 0) * fx;
          const lower = (rgb[below + c] ?? 0) * (1 - fx) + (rgb[below + 3 + c] ?? 0) * fx;
          out[to + c] = (out[to + c] ?? 0) + (upper * (1 - fy) + lower * fy) * share;
        }
      }
    }
  }
  return out;
}

/** Colours along the axis on which they differ most, so that red on green is as clear as black on white. */
function inkOf(rgb: Float32Array, width: number, height: number): Uint8Array {
  const count = width * height;
  const mean = [0, 0, 0];
  for (let i = 0; i < count * 3; i += 1) mean[i % 3] = (mean[i % 3] ?? 0) + (rgb[i] ?? 0) / count;
  const axis = mainAxis(rgb, mean);
  const along = new Float32Array(count);
  for (let i = 0; i < count; i += 1) {
    let sum = 0;
    for (let c = 0; c < 3; c += 1) sum += ((rgb[i * 3 + c] ?? 0) - (mean[c] ?? 0)) * (axis[c] ?? 0);
    along[i] = sum;
  }
  flatten(along, width, height);
  return stretched(along);
}

function mainAxis(rgb: Float32Array, mean: readonly number[]): readonly number[] {
  const spread = new Float64Array(9);
  for (let i = 0; i < rgb.length; i += 3) {
    for (let a = 0; a < 3; a += 1) {
      const da = (rgb[i + a] ?? 0) - (mean[a] ?? 0);
      for (let b = a; b < 3; b += 1) {
        spread[a * 3 + b] = (spread[a * 3 + b] ?? 0) + da * ((rgb[i + b] ?? 0) - (mean[b] ?? 0));
      }
    }
  }
  const at = (a: number, b: number): number => spread[Math.min(a, b) * 3 + Math.max(a, b)] ?? 0;
  let axis = [0.299, 0.587, 0.114];
  for (let round = 0; round < 8; round += 1) {
    const next = [0, 1, 2].map(
      (a) => at(a, 0) * (axis[0] ?? 0) + at(a, 1) * (axis[1] ?? 0) + at(a, 2) * (axis[2] ?? 0),
    );
    const length = Math.hypot(...next);
    if (length < 1e-6) break;
    axis = next.map((value) => value / length);
  }
  return axis;
}

/** Paper that darkens from one end of the line to the other is made even: the median of each stretch is taken off. */
function flatten(along: Float32Array, width: number, height: number): void {
  const stretch = Math.max(height * 2, 24);
  const count = Math.max(1, Math.round(width / stretch));
  const medians = Array.from({ length: count }, (_, k) => {
    const values: number[] = [];
    const [from, to] = [Math.floor((k * width) / count), Math.floor(((k + 1) * width) / count)];
    for (let y = 0; y < height; y += 2) for (let x = from; x < to; x += 2) values.push(along[y * width + x] ?? 0);
    values.sort((a, b) => a - b);
    return values[values.length >> 1] ?? 0;
  });
  for (let x = 0; x < width; x += 1) {
    const at = Math.min(count - 1, Math.max(0, (x / width) * count - 0.5));
    const low = Math.floor(at);
    const level = (medians[low] ?? 0) * (1 - at + low) + (medians[Math.min(count - 1, low + 1)] ?? 0) * (at - low);
    for (let y = 0; y < height; y += 1) along[y * width + x] = (along[y * width + x] ?? 0) - level;
  }
}

/** Ink is the rarer colour and becomes dark; the ends are cut where one pixel in a hundred lies beyond. */
function stretched(along: Float32Array): Uint8Array {
  const sorted = Float32Array.from(along).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const [low, middle, high] = [at(0.01), at(0.5), at(0.99)];
  const isLight = high - middle > middle - low;
  // Paper is where most pixels are, a little beyond their middle.
  const [ink, paper] = isLight ? [high, Math.min(middle, at(0.4))] : [low, Math.max(middle, at(0.6))];
  const scale = Math.abs(paper - ink) < 1 ? 0 : 255 / (paper - ink);
  const px = new Uint8Array(along.length);
  for (let i = 0; i < px.length; i += 1) {
    const value = scale === 0 ? 255 : ((along[i] ?? 0) - ink) * scale;
    px[i] = Math.max(0, Math.min(255, value));
  }
  return px;
}
