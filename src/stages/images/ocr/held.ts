/** Lines of pictures that lie on their side or stand on their head, in coordinates of the picture as it is. */
import type { Pixels } from '../../../ports.js';
import type { LineCrop } from './crop.js';
import type { Grey } from './grey.js';
import type { LineWord } from './join.js';
import { type FoundLines, findLines, shrunk } from './lines.js';

type Colours = Pick<Pixels, 'width' | 'height' | 'rgb'>;

/** Lines that run down the picture. Turned by `upsideDown` they run up. */
export function findSideways(pixels: Colours, mostDegrees?: number): Omit<FoundLines, 'letters'> {
  const { factor, ...small } = shrunk(pixels);
  const { slant, lines } = findLines(onItsSide(small), mostDegrees);
  const [aside, below] = [small.width * Math.sin(slant), small.width * Math.cos(slant)];
  return {
    slant: slant + Math.PI / 2,
    lines: lines.map(({ u0, u1, v0, v1 }) => ({
      u0: (u0 - aside) * factor,
      u1: (u1 - aside) * factor,
      v0: (v0 - below) * factor,
      v1: (v1 - below) * factor,
    })),
  };
}

/** Turned so that what ran down runs to the right. */
function onItsSide({ width, height, rgb }: Colours): Colours {
  const out = new Uint8Array(rgb.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [from, to] = [(y * width + x) * 3, ((width - 1 - x) * height + y) * 3];
      for (let c = 0; c < 3; c += 1) out[to + c] = rgb[from + c] as number;
    }
  }
  return { width: height, height: width, rgb: out };
}

/** A crop as it is to be read, the place that it has on the picture, and what its words need to stand there. */
export interface HeldCrop {
  readonly seen: LineCrop;
  readonly place: LineCrop;
  back(words: readonly LineWord[]): readonly LineWord[];
}
/** Null: cannot be held so. */
export type Way = (crop: LineCrop) => HeldCrop | null;

const same = (words: readonly LineWord[]): readonly LineWord[] => words;

export const asItStands: Way = (crop) => ({ seen: crop, place: crop, back: same });

export const upsideDown: Way = (crop) => {
  const { u0, v0, step, slant, width, height } = crop;
  const px = Uint8Array.from(crop.px).reverse();
  const seen = { ...crop, u0: -(u0 + width * step), v0: -(v0 + height * step), slant: slant + Math.PI, px };
  return { seen, place: seen, back: same };
};

export const inMirror: Way = (crop) => {
  const px = Uint8Array.from(crop.px);
  for (let row = 0; row < px.length; row += crop.width) px.subarray(row, row + crop.width).reverse();
  const off = (word: LineWord): LineWord => ({ ...word, x0: crop.width - word.x1, x1: crop.width - word.x0 });
  return { seen: { ...crop, px }, place: crop, back: (words) => words.map(off) };
};

/** Grey from which a pixel is ink. */
const INK = 128;
/** A stroke is looked for in stretches of the line, since it may fall: this many times the height. */
const STRETCH = 2;
/** Share of the columns of a stretch that it covers, and of the height that it takes at most. */
const STRUCK = 0.93;
const MOST_THICK = 0.2;
/** Its edges are soft. */
const EDGE_PX = 2;

/** Without the stroke that runs through or under the line; what passes through the stroke stays. */
export const unstruck: Way = (crop) => {
  const { width, height } = crop;
  const cleared = { width, height, px: Uint8Array.from(crop.px) };
  const count = Math.max(1, Math.round(width / (height * STRETCH)));
  let strokes = 0;
  for (let i = 0; i < count; i += 1) {
    const at = (share: number): number => Math.round((width * share) / count);
    if (clearStroke(cleared, at(i), at(i + 1))) strokes += 1;
  }
  return strokes * 2 <= count ? null : { seen: { ...crop, px: cleared.px }, place: crop, back: same };
};

function clearStroke({ width, height, px }: Grey, x0: number, x1: number): boolean {
  const isInk = (x: number, y: number): boolean => (px[y * width + x] ?? 255) < INK;
  const columns = Array.from({ length: x1 - x0 }, (_, i) => x0 + i);
  const rows = Array.from({ length: height }, (_, y) => y).filter(
    (y) => columns.filter((x) => isInk(x, y)).length >= columns.length * STRUCK,
  );
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined || last - first + 1 > height * MOST_THICK) return false;
  const [from, to] = [Math.max(0, first - EDGE_PX), Math.min(height - 1, last + EDGE_PX)];
  for (const x of columns) {
    if (isInk(x, from - 1) && isInk(x, to + 1)) continue;
    for (let y = from; y <= to; y += 1) px[y * width + x] = 255;
  }
  return true;
}

/** Signs of stacked writing are about as tall as wide. */
const MOST_TALL = 1.4;
const LEAST_SIGNS = 2;
/** Between the signs when they are laid in a row, in shares of their size. */
const GAP = 0.12;

/** Signs that stand on top of each other, upright and in a row. */
export const stacked: Way = (crop) => {
  const { width, height, px, marginPx } = crop;
  const signs = signsOf(crop);
  if (signs.length < LEAST_SIGNS || signs.some(([from, to]) => to - from > height * MOST_TALL)) return null;
  const wide = height - 2 * marginPx;
  const pitch = Math.round(wide * (1 + GAP));
  const tall = Math.max(height, ...signs.map(([from, to]) => to - from + 2 * marginPx));
  const laid = { width: 2 * marginPx + signs.length * pitch, height: tall };
  const made = new Uint8Array(laid.width * laid.height).fill(255);
  for (const [i, [from, to]] of signs.entries()) {
    const top = (tall - to + from) >> 1;
    for (let x = from; x < to; x += 1) {
      for (let y = marginPx; y < height - marginPx; y += 1) {
        const at = (top + x - from) * laid.width + marginPx + i * pitch + height - marginPx - 1 - y;
        made[at] = px[y * width + x] as number;
      }
    }
  }
  const back = (x: number): number => {
    const at = (x - marginPx) / pitch;
    const [from, to] = signs[Math.max(0, Math.min(signs.length - 1, Math.floor(at)))] ?? [0, width];
    return from + Math.max(0, Math.min(1, at - Math.floor(at))) * (to - from);
  };
  return {
    seen: { ...crop, ...laid, px: made },
    place: crop,
    back: (words) => words.map((word) => ({ ...word, x0: back(word.x0), x1: back(word.x1 - 1) })),
  };
};

/** From and to of each sign along the line: halves with a narrow gap between them are one, as long as it stays a sign. */
function signsOf({ width, height, px }: Grey): readonly (readonly [number, number])[] {
  const isInk = (x: number): boolean => {
    for (let y = 0; y < height; y += 1) if ((px[y * width + x] as number) < INK) return true;
    return false;
  };
  const runs: [number, number][] = [];
  for (let x = 0; x < width; x += 1) {
    if (!isInk(x)) continue;
    const last = runs.at(-1);
    if (last !== undefined && (x === last[1] || isPartOf(x, last, height))) last[1] = x + 1;
    else runs.push([x, x + 1]);
  }
  return runs;
}

/** A gap inside a sign is narrower than one between signs, and the next sign would make it too tall. */
const isPartOf = (x: number, [from, to]: readonly [number, number], height: number): boolean =>
  x - to < height * 0.2 && x - from < height * 0.75;
