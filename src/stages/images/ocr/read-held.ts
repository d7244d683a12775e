/** Lines of one picture, however it is held: as they stand, upside down, in a mirror, along its sides, stacked, steep. */
import type { Pixels } from '../../../ports.js';
import { cropLine, type LineCrop } from './crop.js';
import { asItStands, findSideways, inMirror, stacked, unstruck, upsideDown, type Way } from './held.js';
import type { LineWord } from './join.js';
import { type FoundLines, findLines, type Point } from './lines.js';
import { USUAL_DEGREES } from './slant.js';

export interface Attempt {
  readonly words: readonly LineWord[];
  /** The same with letters one by one where they stand apart; null: nowhere. */
  readonly apart: readonly LineWord[] | null;
  readonly set: string;
  readonly confidence: number;
}
export interface ReadCrop {
  readonly crop: LineCrop;
  /** Null: no writing. */
  readonly attempt: Attempt | null;
}
/** Lines of one direction, which heed each other. */
export type ReadCrops = (crops: readonly LineCrop[]) => readonly ReadCrop[];

/** A little above the height that the engine's networks take, with little room around: more of it costs accuracy. */
const CROP = { tallPx: 36, marginPx: 4 } as const;
/** What stands otherwise than a picture usually does must be read better than what stands upright. */
const CONVINCING = 0.75;
const LEAST_LETTERS = 4;
/** Beside a line that convinces. */
const FAIR = 0.55;
/** Lines that are read to see whether the others are worth it. */
const PROBES = 3;
const MOST_HELD = 32;
/** Lines along the sides of a picture and these are all directions. */
const STEEP_DEGREES = 45;
/** Below it the turn is not the most that was looked for. */
const USUAL_RADIANS = ((USUAL_DEGREES - 0.5) * Math.PI) / 180;

const lettersOf = ({ words }: Attempt): number => words.reduce((sum, { text }) => sum + text.length, 0);
const isAsSureAs =
  (least: number) =>
  ({ attempt }: ReadCrop): boolean =>
    attempt !== null && attempt.confidence >= least && lettersOf(attempt) >= LEAST_LETTERS;
const isConvincing = isAsSureAs(CONVINCING);
const isFair = isAsSureAs(FAIR);
const cropsOf = (frame: Pixels, { lines, slant }: Pick<FoundLines, 'lines' | 'slant'>): readonly LineCrop[] =>
  lines.map((line) => cropLine(frame, line, slant, CROP));

function widest(crops: readonly LineCrop[], most: number): readonly LineCrop[] {
  const some = new Set([...crops].sort((a, b) => b.width - a.width).slice(0, most));
  return crops.filter((crop) => some.has(crop));
}

export function readHeld(frame: Pixels, readCrops: ReadCrops): readonly ReadCrop[] {
  const found = foundIn(frame);
  if (found.letters.length === 0) return [];
  const read = readCrops(cropsOf(frame, found));
  const turned = turnedOver(read, readCrops);
  const upright = read.map((one) => surer(one, turned.get(one.crop)));
  const believed = upright.filter(isConvincing).map(({ crop }) => crop);
  const loose = found.letters.filter((point) => !believed.some((crop) => holds(crop, point)));
  const aside = loose.length < LEAST_LETTERS ? [] : alongSides(frame, believed, readCrops);
  const others = believed.length > 0 || aside.length > 0 ? aside : steep(frame, readCrops);
  const held = others.map(({ crop }) => crop);
  // What was made of letters that lie on their side goes when they were read.
  return [...upright.filter((one) => isConvincing(one) || !isCovered(one.crop, held)), ...others];
}

const surer = (one: ReadCrop, other: ReadCrop | undefined): ReadCrop =>
  (other?.attempt?.confidence ?? 0) > (one.attempt?.confidence ?? 0) ? (other ?? one) : one;

/** Lines as steep as photos usually are, or steeper ones where that is not enough. */
function foundIn(frame: Pixels): FoundLines {
  const found = findLines(frame);
  return Math.abs(found.slant) < USUAL_RADIANS ? found : findLines(frame, STEEP_DEGREES);
}

/** Doubtful lines that convince without a stroke through them, upside down or in a mirror, by the line that they are. */
function turnedOver(read: readonly ReadCrop[], readCrops: ReadCrops): ReadonlyMap<LineCrop, ReadCrop> {
  const doubtful = read.filter((one) => !isConvincing(one)).map(({ crop }) => crop);
  const better = new Map<LineCrop, ReadCrop>();
  for (const way of [unstruck, upsideDown, inMirror]) {
    for (const one of inWay(doubtful, way, readCrops)) {
      const known = better.get(one.of)?.attempt?.confidence ?? 0;
      if ((one.attempt?.confidence ?? 0) > known) better.set(one.of, one);
    }
  }
  return better;
}

interface Held extends ReadCrop {
  /** The line as it was found. */
  readonly of: LineCrop;
}

/** The lines that convince in this way; none where none of the widest does. */
function inWay(crops: readonly LineCrop[], way: Way, readCrops: ReadCrops): readonly Held[] {
  const probed = readInWay(widest(crops, PROBES), way, readCrops);
  // A stroke that was found says enough.
  if (!probed.some(way === unstruck ? isFair : isConvincing)) return [];
  const all = crops.length <= PROBES ? probed : readInWay(widest(crops, MOST_HELD), way, readCrops);
  return all.filter(isFair);
}

function readInWay(crops: readonly LineCrop[], way: Way, readCrops: ReadCrops): readonly Held[] {
  const held = crops.flatMap((of) => {
    const one = way(of);
    return one === null ? [] : [{ ...one, of }];
  });
  const read = readCrops(held.map(({ seen }) => seen));
  return held.map(({ of, place, back }, i) => {
    const attempt = read[i]?.attempt ?? null;
    return {
      of,
      crop: place,
      attempt: attempt && { ...attempt, words: back(attempt.words), apart: attempt.apart && back(attempt.apart) },
    };
  });
}

function alongSides(frame: Pixels, believed: readonly LineCrop[], readCrops: ReadCrops): readonly ReadCrop[] {
  const crops = cropsOf(frame, findSideways(frame)).filter((crop) => !isCovered(crop, believed));
  const lying = bothWays(crops, readCrops);
  return lying.length > 0 ? lying : inWay(crops, stacked, readCrops);
}

function bothWays(crops: readonly LineCrop[], readCrops: ReadCrops): readonly ReadCrop[] {
  const down = inWay(crops, asItStands, readCrops);
  const rest = crops.filter((crop) => !down.some(({ of }) => of === crop));
  return [...down, ...inWay(rest, upsideDown, readCrops)];
}

function steep(frame: Pixels, readCrops: ReadCrops): readonly ReadCrop[] {
  const falling = bothWays(cropsOf(frame, findLines(frame, STEEP_DEGREES)), readCrops);
  if (falling.length > 0) return falling;
  return bothWays(cropsOf(frame, findSideways(frame, STEEP_DEGREES)), readCrops);
}

/** Whether most of the middle line of a crop lies in others. */
function isCovered(crop: LineCrop, others: readonly LineCrop[]): boolean {
  const points = [0.1, 0.3, 0.5, 0.7, 0.9].map((share) => pointOf(crop, share));
  const inside = points.filter((point) => others.some((other) => holds(other, point)));
  return inside.length * 2 > points.length;
}

function pointOf({ u0, v0, step, slant, width, height }: LineCrop, share: number): Point {
  const [u, v] = [u0 + width * step * share, v0 + (height * step) / 2];
  return { x: u * Math.cos(slant) - v * Math.sin(slant), y: u * Math.sin(slant) + v * Math.cos(slant) };
}
function holds({ u0, v0, step, slant, width, height }: LineCrop, { x, y }: Point): boolean {
  const [u, v] = [x * Math.cos(slant) + y * Math.sin(slant), y * Math.cos(slant) - x * Math.sin(slant)];
  return u >= u0 && u <= u0 + width * step && v >= v0 && v <= v0 + height * step;
}
