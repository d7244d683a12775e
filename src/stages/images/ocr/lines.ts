/** Where lines of text stand on a picture, whatever the script: edges, their connected parts, the slant, rows of parts. */
import type { Pixels } from '../../../ports.js';
import { type Part, partsOf } from './components.js';
import { edgesOf, type Grey, histogramOf, percentileOf, reduce } from './grey.js';
import { slantOf, USUAL_DEGREES } from './slant.js';

/** A line in coordinates turned by the slant: `u` along the line, `v` across, in pixels of the given picture. */
export interface TextLine {
  readonly u0: number;
  readonly u1: number;
  readonly v0: number;
  readonly v1: number;
}
export interface FoundLines {
  /** Radians; positive when lines fall to the right. */
  readonly slant: number;
  /** Top to bottom, columns left to right. */
  readonly lines: readonly TextLine[];
  /** Middles of everything that is like a letter, however it is held. */
  readonly letters: readonly Point[];
}
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Finding needs less than reading: lines are found on a picture of at most this side. */
const FIND_SIDE_PX = 1_000;
/** Steps of colour that are never ink: JPEG blocks and grain. */
const LEAST_STEP = 14;
const LEAST_HEIGHT_PX = 4;
const MOST_LINES = 120;
const MOST_PARTS = 6_000;
const FEWER_PARTS = 1_500;
const MOST_PIECES = 80;

type Colours = Pick<Pixels, 'width' | 'height' | 'rgb'>;

/** As large as lines are looked for. */
export function shrunk(pixels: Colours): Colours & { readonly factor: number } {
  const factor = Math.ceil(Math.max(pixels.width, pixels.height) / FIND_SIDE_PX);
  return { ...reduce(pixels, factor), factor };
}

/** `mostDegrees`: how far lines may be turned. */
export function findLines(pixels: Colours, mostDegrees = USUAL_DEGREES): FoundLines {
  const { factor, ...small } = shrunk(pixels);
  const parts = small.width < 8 || small.height < 8 ? [] : lettersOf(small);
  if (parts.length === 0) return { slant: 0, lines: [], letters: [] };
  const slant = slantOf(parts, mostDegrees);
  const lines = tallest(linesOf(parts, slant)).map(({ u0, u1, v0, v1 }) => ({
    u0: u0 * factor,
    u1: u1 * factor,
    v0: v0 * factor,
    v1: v1 * factor,
  }));
  const letters = parts.map(({ left, right, top, bottom }) => ({
    x: ((left + right) / 2) * factor,
    y: ((top + bottom) / 2) * factor,
  }));
  return { slant, lines, letters };
}

/** Where there are too many: small print must not push off the list what is written large below it. */
function tallest(lines: readonly Turned[]): readonly Turned[] {
  if (lines.length <= MOST_LINES) return lines;
  const byHeight = [...lines].sort((a, b) => b.v1 - b.v0 - (a.v1 - a.v0));
  const kept = new Set(byHeight.slice(0, MOST_LINES));
  return lines.filter((line) => kept.has(line));
}

function lettersOf(small: Colours): readonly Part[] {
  const edges = edgesOf(small);
  const counts = histogramOf(edges.px);
  const grain = percentileOf(counts, 0.5);
  const strong = percentileOf(counts, 0.985);
  const least = Math.max(LEAST_STEP, grain * 3.5, strong * 0.28);
  const parts = partsOf(edges, least).filter((part) => isLetterLike(part, small.width, small.height));
  return largest(parts).flatMap((part) => pieces(part, edges, least));
}

/** Strewn specks must not hide what is written between them. */
const largest = (parts: readonly Part[]): readonly Part[] =>
  parts.length <= MOST_PARTS ? parts : [...parts].sort((a, b) => b.area - a.area).slice(0, FEWER_PARTS);

function isLetterLike({ left, top, right, bottom, area }: Part, width: number, height: number): boolean {
  const [w, h] = [right - left, bottom - top];
  if (h < 3 || w < 2 || area < 6) return false;
  // Rules, frames and pictures in the picture.
  if (h > height * 0.9 && height > 60) return false;
  if (w > width * 0.95 && h > height * 0.5) return false;
  return w / h < 60 && h / w < 15;
}

/** Letters that touch, as in Arabic, Devanagari and small print, are cut into pieces about as wide as they are tall. */
function pieces(part: Part, edges: Grey, least: number): readonly Part[] {
  const [width, height] = [part.right - part.left, part.bottom - part.top];
  const count = Math.min(MOST_PIECES, Math.round(width / height));
  if (count < 2) return [part];
  return Array.from({ length: count }, (_, i) => {
    const left = part.left + Math.round((width * i) / count);
    return tightened({ ...part, left, right: part.left + Math.round((width * (i + 1)) / count) }, edges, least);
  }).flatMap((piece) => piece ?? []);
}

/** The same columns, from the first row with an edge to the last. */
function tightened(part: Part, { width, px }: Grey, least: number): Part | null {
  let [top, bottom, area] = [part.bottom, part.top, 0];
  for (let y = part.top; y < part.bottom; y += 1) {
    for (let x = part.left; x < part.right; x += 1) {
      if ((px[y * width + x] as number) < least) continue;
      if (y < top) top = y;
      bottom = y + 1;
      area += 1;
    }
  }
  return bottom > top ? { ...part, top, bottom, area } : null;
}

interface Turned {
  u0: number;
  u1: number;
  v0: number;
  v1: number;
}

function turned({ left, right, top, bottom }: Part, slant: number): Turned {
  const [sin, cos] = [Math.sin(slant), Math.cos(slant)];
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const [u, v] = [x * cos + y * sin, y * cos - x * sin];
  const half = (right - left) / 2;
  const tall = (bottom - top) / 2;
  return { u0: u - half, u1: u + half, v0: v - tall, v1: v + tall };
}

/** Parts of like height beside each other are one line; dots and marks join the line that they lie at. */
function linesOf(parts: readonly Part[], slant: number): readonly Turned[] {
  const all = parts.map((part) => turned(part, slant)).sort((a, b) => a.u0 - b.u0);
  const lines: (Turned & { tall: number; count: number })[] = [];
  const heights = all.map(({ v0, v1 }) => v1 - v0).sort((a, b) => a - b);
  const usual = heights[Math.floor(heights.length * 0.6)] ?? 8;
  const marks: Turned[] = [];
  for (const part of all) {
    const tall = part.v1 - part.v0;
    if (tall < usual * 0.4) {
      marks.push(part);
      continue;
    }
    const line = nearest(lines, part, tall);
    if (line === undefined) lines.push({ ...part, tall, count: 1 });
    else {
      widen(line, part);
      line.tall = Math.max(line.tall * 0.9, tall);
      line.count += 1;
    }
  }
  for (const mark of marks) {
    const line = lines.find(
      ({ u0, u1, v0, v1, tall }) =>
        mark.u1 > u0 - tall && mark.u0 < u1 + tall && mark.v1 > v0 - tall * 0.25 && mark.v0 < v1 + tall * 0.25,
    );
    if (line !== undefined) widen(line, mark);
  }
  return joinMarks(mergeOverlaps(lines)).filter(isLine).sort(byPlace);
}

/** Large marks above and below the letters: hamza, tones, accents of capitals. */
function joinMarks(lines: readonly Turned[]): readonly Turned[] {
  const isMarkOf = (small: Turned, line: Turned): boolean => {
    const tall = line.v1 - line.v0;
    const gap = Math.max(line.v0 - small.v1, small.v0 - line.v1);
    const isSmall = small.v1 - small.v0 < tall * 0.55 && small.u1 - small.u0 < tall;
    return isSmall && gap < tall * 0.25 && small.u1 > line.u0 - tall * 0.3 && small.u0 < line.u1 + tall * 0.3;
  };
  const homes = new Map(lines.map((small) => [small, lines.find((line) => line !== small && isMarkOf(small, line))]));
  for (const [small, line] of homes) if (line !== undefined) widen(line, small);
  return lines.filter((line) => homes.get(line) === undefined);
}

function nearest<L extends Turned & { tall: number }>(lines: readonly L[], part: Turned, tall: number): L | undefined {
  let best: L | undefined;
  let most = 0;
  for (const line of lines) {
    const reach = 2 * Math.max(line.tall, tall);
    if (part.u0 - line.u1 > reach || tall > line.tall * 3.5) continue;
    const shared = Math.min(line.v1, part.v1) - Math.max(line.v0, part.v0);
    const share = shared / Math.min(tall, line.v1 - line.v0);
    if (share > 0.4 && share > most) [best, most] = [line, share];
  }
  return best;
}

function widen(line: Turned, part: Turned): void {
  line.u0 = Math.min(line.u0, part.u0);
  line.u1 = Math.max(line.u1, part.u1);
  line.v0 = Math.min(line.v0, part.v0);
  line.v1 = Math.max(line.v1, part.v1);
}

function mergeOverlaps<L extends Turned & { tall: number; count: number }>(lines: readonly L[]): readonly L[] {
  const kept: L[] = [];
  for (const line of [...lines].sort((a, b) => b.u1 - b.u0 - (a.u1 - a.u0))) {
    const home = kept.find((other) => {
      const shared = Math.min(line.v1, other.v1) - Math.max(line.v0, other.v0);
      const apart = Math.max(line.u0 - other.u1, other.u0 - line.u1);
      return shared > 0.55 * (line.v1 - line.v0) && apart < 2 * Math.max(line.tall, other.tall);
    });
    if (home === undefined) kept.push(line);
    else {
      widen(home, line);
      home.count += line.count;
    }
  }
  return kept;
}

const isLine = ({ u0, u1, v0, v1 }: Turned): boolean => v1 - v0 >= LEAST_HEIGHT_PX && u1 - u0 >= (v1 - v0) * 0.6;

const byPlace = (a: Turned, b: Turned): number => {
  const shared = Math.min(a.v1, b.v1) - Math.max(a.v0, b.v0);
  return shared > 0.5 * Math.min(a.v1 - a.v0, b.v1 - b.v0) ? a.u0 - b.u0 : a.v0 - b.v0;
};
