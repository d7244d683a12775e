/**
 * Long pictures are what people make of screenshots and recipes: shrunk to a common size their letters are gone. They are
 * cut across, where least stands, and each piece is looked at by itself.
 */
import type { Pixels } from '../../ports.js';

/** Longer than this many times its width (or the other way round) a picture is cut; screens of phones are not. */
const LONG = 2.5;
/** What is cut is taken this large across. */
const ACROSS_PX = 1_250;
/** What is hardly longer than a piece loses less by being shrunk to one than by being cut. */
const WORTH_CUTTING_PX = 2_400;
/** A piece is this long, and shorter where a calmer place to cut lies before. */
const PIECE_PX = 2_000;
const LOOK_BACK = 0.15;
/** Pixels of all frames of a picture together, and with them the memory that reading takes. */
const MOST_PIXELS = 12_000_000;
/** A last look at the whole: what is larger than a piece stands on none of them. */
export const WHOLE_PX = 800;

export interface Size {
  readonly width: number;
  readonly height: number;
}
type Raster = Size & { readonly rgb: Uint8Array };
type Region = Size & { readonly left: number; readonly top: number };

/** How large a long picture is taken; null: it is not long. `frames`: how many of it are read. */
export function sizeToCut({ width, height }: Size, frames: number): Size | null {
  const [across, along] = [Math.min(width, height), Math.max(width, height)];
  if (along <= WORTH_CUTTING_PX || along < across * LONG) return null;
  const share = Math.min(1, ACROSS_PX / across, Math.sqrt(MOST_PIXELS / (frames * width * height)));
  return { width: Math.max(1, Math.round(width * share)), height: Math.max(1, Math.round(height * share)) };
}

/** WebP holds no longer side. */
const MOST_SHOWN_PX = 16_383;

/** Longest side `sidePx`; of a long picture the short side is half of that, so that people can read what it says. */
export function sizeToShow(picture: Size, sidePx: number): Size {
  const [across, along] = [Math.min(picture.width, picture.height), Math.max(picture.width, picture.height)];
  if (along < across * LONG) return { width: sidePx, height: sidePx };
  const share = Math.min(1, Math.max(sidePx / along, sidePx / 2 / across), MOST_SHOWN_PX / along);
  return {
    width: Math.max(1, Math.round(picture.width * share)),
    height: Math.max(1, Math.round(picture.height * share)),
  };
}

/** From the top, or from the left: no pixel is lost and none is in two pieces. */
export function piecesOf(picture: Pixels): readonly Pixels[] {
  const { frame, scale } = picture;
  return regionsOf(picture).map((region) => ({
    ...cutOut(picture, region),
    frame,
    scale,
    at: { left: region.left * scale, top: region.top * scale },
  }));
}

function regionsOf(picture: Raster): readonly Region[] {
  const { width, height } = picture;
  const isTall = height >= width;
  const along = Math.max(width, height);
  const regions: Region[] = [];
  for (let from = 0; from < along; ) {
    const to = along - from <= PIECE_PX ? along : calmestBefore(picture, from + PIECE_PX, isTall);
    regions.push(
      isTall ? { left: 0, top: from, width, height: to - from } : { left: from, top: 0, width: to - from, height },
    );
    from = to;
  }
  return regions;
}

/** Of the last rows (columns) before the end, the one along which least changes; of equals the middle of the last run. */
function calmestBefore(picture: Raster, end: number, isTall: boolean): number {
  const first = end - Math.round(PIECE_PX * LOOK_BACK);
  const unrest = Array.from({ length: end - first }, (_, i) => unrestOf(picture, first + i, isTall));
  const least = Math.min(...unrest);
  const last = unrest.lastIndexOf(least);
  let start = last;
  while (start > 0 && unrest[start - 1] === least) start -= 1;
  return first + ((start + last) >> 1);
}

/** How much the green changes from pixel to pixel along one row, or down one column. */
function unrestOf({ width, height, rgb }: Raster, at: number, isTall: boolean): number {
  const [count, begin, step] = isTall ? [width, at * width, 1] : [height, at, width];
  let sum = 0;
  for (let i = 1; i < count; i += 1) {
    const here = (begin + i * step) * 3 + 1;
    sum += Math.abs((rgb[here] as number) - (rgb[here - step * 3] as number));
  }
  return sum;
}

function cutOut({ width, rgb }: Raster, region: Region): Raster {
  if (region.width === width) {
    const whole = rgb.subarray(region.top * width * 3, (region.top + region.height) * width * 3);
    return { width, height: region.height, rgb: whole };
  }
  const out = new Uint8Array(region.width * region.height * 3);
  for (let y = 0; y < region.height; y += 1) {
    const from = ((region.top + y) * width + region.left) * 3;
    out.set(rgb.subarray(from, from + region.width * 3), y * region.width * 3);
  }
  return { width: region.width, height: region.height, rgb: out };
}
