/** One line cut out of the picture: upright, dark on light, stretched to full contrast, letters of one size. */
import type { Pixels } from '../../../ports.js';
import type { Grey } from './grey.js';
import { darkOnLight } from './ink.js';
import type { TextLine } from './lines.js';

export interface LineCrop extends Grey {
  /** Place of the crop in turned coordinates, and pixels of the picture per pixel of the crop. */
  readonly u0: number;
  readonly v0: number;
  readonly step: number;
  readonly slant: number;
  /** Around the line, on all sides. */
  readonly marginPx: number;
}
type Colours = Pick<Pixels, 'width' | 'height' | 'rgb'>;
export interface CropSize {
  /** Height of the letters in the crop. */
  readonly tallPx: number;
  readonly marginPx: number;
}
type Place = Omit<LineCrop, 'px'>;

/** A line longer than this is read at a smaller size. */
const MOST_WIDTH_PX = 4_000;
const MOST_TAPS = 4;
/** Edges of letters are soft. */
const KEPT_MARGIN_PX = 2;
/** Points of a line that say which colours it has. */
const POINTS = 4_000;

export function cropLine(pixels: Colours, line: TextLine, slant: number, { tallPx, marginPx }: CropSize): LineCrop {
  const tall = line.v1 - line.v0;
  const step = Math.max(tall / tallPx, (line.u1 - line.u0) / MOST_WIDTH_PX);
  const width = Math.ceil((line.u1 - line.u0) / step) + 2 * marginPx;
  const height = Math.round(tall / step) + 2 * marginPx;
  const place = { u0: line.u0 - marginPx * step, v0: line.v0 - marginPx * step, step, slant, marginPx, width, height };
  const region = projected(pixels, boundsOf(place, pixels), mainAxis(pixels, place));
  const px = darkOnLight(sampled(region, place), width, height);
  blank(px, width, marginPx - KEPT_MARGIN_PX);
  return { ...place, px };
}

/** What lies before and behind the line is read as commas and quotes. */
function blank(px: Uint8Array, width: number, columns: number): void {
  for (let row = 0; row < px.length; row += width) {
    px.fill(255, row, row + columns);
    px.fill(255, row + width - columns, row + width);
  }
}

interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function boundsOf({ u0, v0, step, slant, width, height }: Place, picture: Colours): Region {
  const [sin, cos] = [Math.sin(slant), Math.cos(slant)];
  const corners = [0, width].flatMap((i) => [0, height].map((j) => ({ u: u0 + i * step, v: v0 + j * step })));
  const xs = corners.map(({ u, v }) => u * cos - v * sin);
  const ys = corners.map(({ u, v }) => u * sin + v * cos);
  const inside = (value: number, most: number): number => Math.max(0, Math.min(most, value));
  const left = inside(Math.floor(Math.min(...xs)) - 1, picture.width - 1);
  const top = inside(Math.floor(Math.min(...ys)) - 1, picture.height - 1);
  const right = inside(Math.ceil(Math.max(...xs)) + 2, picture.width);
  const bottom = inside(Math.ceil(Math.max(...ys)) + 2, picture.height);
  return { left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}

/** The direction in which the colours of the line differ most, so that red on green is as clear as black on white. */
function mainAxis({ width, height, rgb }: Colours, place: Place): readonly [number, number, number] {
  const [sin, cos] = [Math.sin(place.slant), Math.cos(place.slant)];
  const stride = Math.max(1, Math.sqrt((place.width * place.height) / POINTS));
  const colours: number[] = [];
  for (let j = stride / 2; j < place.height; j += stride) {
    for (let i = stride / 2; i < place.width; i += stride) {
      const [u, v] = [place.u0 + i * place.step, place.v0 + j * place.step];
      const x = Math.min(width - 1, Math.max(0, Math.floor(u * cos - v * sin)));
      const y = Math.min(height - 1, Math.max(0, Math.floor(u * sin + v * cos)));
      const at = (y * width + x) * 3;
      colours.push(rgb[at] as number, rgb[at + 1] as number, rgb[at + 2] as number);
    }
  }
  return strongest(spreadOf(colours));
}

/** Covariances rr, rg, rb, gg, gb, bb. */
function spreadOf(colours: readonly number[]): readonly number[] {
  const mean = [0, 0, 0];
  for (const [i, value] of colours.entries()) mean[i % 3] = (mean[i % 3] as number) + (value * 3) / colours.length;
  const spread = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < colours.length; i += 3) {
    const r = (colours[i] as number) - (mean[0] as number);
    const g = (colours[i + 1] as number) - (mean[1] as number);
    const b = (colours[i + 2] as number) - (mean[2] as number);
    for (const [k, product] of [r * r, r * g, r * b, g * g, g * b, b * b].entries()) {
      spread[k] = (spread[k] as number) + product;
    }
  }
  return spread;
}

/** First eigenvector by repeated multiplication; brightness where the colours do not differ. */
function strongest([rr = 0, rg = 0, rb = 0, gg = 0, gb = 0, bb = 0]: readonly number[]): [number, number, number] {
  let axis: [number, number, number] = [0.299, 0.587, 0.114];
  for (let round = 0; round < 8; round += 1) {
    const [r, g, b] = axis;
    const next = [rr * r + rg * g + rb * b, rg * r + gg * g + gb * b, rb * r + gb * g + bb * b] as const;
    const length = Math.hypot(...next);
    if (length < 1e-6) break;
    axis = [next[0] / length, next[1] / length, next[2] / length];
  }
  return axis;
}

interface Projection extends Region {
  readonly values: Float32Array;
}

function projected({ width, rgb }: Colours, region: Region, [r, g, b]: readonly [number, number, number]): Projection {
  const values = new Float32Array(region.width * region.height);
  for (let y = 0; y < region.height; y += 1) {
    let at = ((region.top + y) * width + region.left) * 3;
    for (let to = y * region.width; to < (y + 1) * region.width; to += 1, at += 3) {
      values[to] = r * (rgb[at] as number) + g * (rgb[at + 1] as number) + b * (rgb[at + 2] as number);
    }
  }
  return { ...region, values };
}

/** Mean of a few samples per pixel when the picture is larger than the crop, interpolation when it is smaller. */
function sampled({ left, top, width, height, values }: Projection, place: Place): Float32Array {
  const out = new Float32Array(place.width * place.height);
  const [sin, cos] = [Math.sin(place.slant), Math.cos(place.slant)];
  const taps = Math.max(1, Math.min(MOST_TAPS, Math.round(place.step)));
  const share = 1 / (taps * taps);
  const [mostX, mostY] = [width - 1.001, height - 1.001];
  for (let j = 0; j < place.height * taps; j += 1) {
    const v = place.v0 + ((j + 0.5) / taps) * place.step;
    const row = Math.floor(j / taps) * place.width;
    for (let i = 0; i < place.width * taps; i += 1) {
      const u = place.u0 + ((i + 0.5) / taps) * place.step;
      const x = Math.max(0, Math.min(mostX, u * cos - v * sin - 0.5 - left));
      const y = Math.max(0, Math.min(mostY, u * sin + v * cos - 0.5 - top));
      const [x0, y0] = [x | 0, y | 0];
      const [fx, fy] = [x - x0, y - y0];
      const at = y0 * width + x0;
      const upper = (values[at] as number) * (1 - fx) + ((values[at + 1] ?? 0) as number) * fx;
      const lower = ((values[at + width] ?? 0) as number) * (1 - fx) + ((values[at + width + 1] ?? 0) as number) * fx;
      const to = row + ((i / taps) | 0);
      out[to] = (out[to] as number) + (upper * (1 - fy) + lower * fy) * share;
    }
  }
  return out;
}
