/** Frames of one picture -> its words: find the lines, guess the script, read each line, keep what is believable. */
import type { LanguageTag, OcrReading } from '../../../domain.js';
import type { Pixels } from '../../../ports.js';
import { cropLine, type LineCrop } from './crop.js';
import type { Grey } from './grey.js';
import { joinLines, type LineWord, type ReadLine } from './join.js';
import { findLines } from './lines.js';
import { rankScripts } from './rank-scripts.js';
import { setOf } from './scripts.js';

/** Reads one line with these data. */
export type LineReader = (line: Grey, set: string) => readonly LineWord[];

/** The size that the engine's networks were trained on, with a little room. */
const CROP = { tallPx: 30, marginPx: 8 } as const;
/** A line read with this much confidence is not tried with other data. */
const SURE = 0.8;
/** Below it there is no text, whatever the letters say. */
const BELIEVABLE = 0.4;
const MOST_TRIES = 4;

export function readFrames(
  frames: readonly Pixels[],
  likely: readonly LanguageTag[],
  readLine: LineReader,
): OcrReading {
  const lines = frames.flatMap((frame) => readFrame(frame, likely, readLine));
  return joinLines(lines);
}

function readFrame(frame: Pixels, likely: readonly LanguageTag[], readLine: LineReader): readonly ReadLine[] {
  const { lines, slant } = findLines(frame);
  const crops = lines.map((line) => cropLine(frame, line, slant, CROP));
  if (crops.length === 0) return [];
  const sets = rankScripts(crops, likely).map(setOf);
  const first = sets[0];
  if (first === undefined) return [];
  const tried = new Map<LineCrop, Attempt>();
  // The longest line decides which data read the picture.
  const longest = crops.reduce((best, crop) => (crop.width > best.width ? crop : best));
  let main = attempt(longest, first, readLine);
  for (const set of sets.slice(1, MOST_TRIES)) {
    if (main.confidence >= SURE) break;
    const other = attempt(longest, set, readLine);
    if (other.confidence > main.confidence) main = other;
  }
  tried.set(longest, main);
  return crops.flatMap((crop): readonly ReadLine[] => {
    const { words, set, confidence } = tried.get(crop) ?? attempt(crop, main.set, readLine);
    return confidence < BELIEVABLE ? [] : [{ place: crop, words, set, scale: frame.scale }];
  });
}

interface Attempt {
  readonly words: readonly LineWord[];
  readonly set: string;
  readonly confidence: number;
}

function attempt(line: LineCrop, set: string, readLine: LineReader): Attempt {
  const words = readLine(line, set);
  const letters = words.reduce((sum, { text }) => sum + text.length, 0);
  const sum = words.reduce((total, { text, confidence }) => total + confidence * text.length, 0);
  return { words, set, confidence: letters === 0 ? 0 : sum / letters };
}
