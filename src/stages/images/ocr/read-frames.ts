/** Frames of one picture -> its words: find the lines, see the script, read each line, keep what is believable. */
import type { LanguageTag, OcrReading } from '../../../domain.js';
import type { Pixels } from '../../../ports.js';
import { isAgain, type SeenLine, seen } from './again.js';
import { beliefIn } from './belief.js';
import type { LineCrop } from './crop.js';
import type { Grey } from './grey.js';
import { confidenceOf, joinLines, type LineWord, type ReadLine } from './join.js';
import { type RankedScript, rankScripts } from './rank-scripts.js';
import { type Attempt, type ReadCrops, readHeld } from './read-held.js';
import type { ScriptClass, ScriptWeights } from './script-net.js';
import { setOf } from './scripts.js';
import { CONFIDENCE_PER_LEAN, settleTwins } from './settle-twins.js';
import { firstLettersApart, lettersApart } from './spaced-letters.js';

export interface ReadingParts {
  /** Reads one line with these data. */
  readonly readLine: (line: Grey, set: string) => readonly LineWord[];
  readonly weights: ScriptWeights;
}

/** A line read with this much confidence is not tried with other data. */
const SURE = 0.8;
/** Below this one, data that the letters do not look like are tried too. */
const DOUBTFUL = 0.7;
const FAIR_ODDS = 0.03;
const MOST_TRIES = 3;
/** The second best guess is tried in any case from here on. */
const CLOSE_ODDS = 0.25;
/** Below it there is no text, whatever the letters say. */
const BELIEVABLE = 0.45;
/** Up to so many letters in no script of the longer lines must be read with more confidence. */
const STRAY_LENGTH = 3;
const STRAY_SURE = 0.85;
/** Second and later tries in one frame: a picture full of doubtful lines must not take for ever. */
const MOST_RETRIES = 8;
/** In each of the other ways to hold it. */
const MOST_LATER_RETRIES = 1;
/** Pixels of width of all lines that are read in those ways: a page of text, and a bound on what noise may cost. */
const MOST_LATER_COLUMNS = 40_000;

export function readFrames(frames: readonly Pixels[], likely: readonly LanguageTag[], parts: ReadingParts): OcrReading {
  const known = new Set<string>();
  const places: SeenLine[] = [];
  const lines = frames.flatMap((frame) => {
    // What stands on one frame after the other is said once.
    const fresh = readFrame(frame, likely, parts)
      .filter((line) => line.words.length > 0 && !known.has(wordsIn(line)))
      .map((line) => ({ line, place: seen(line, frame.frame) }))
      .filter(({ place }) => !isAgain(place, places));
    for (const { line, place } of fresh) {
      known.add(wordsIn(line));
      places.push(place);
    }
    return fresh.map(({ line }) => line);
  });
  return joinLines(lines);
}

const wordsIn = ({ words }: ReadLine): string => words.map(({ text }) => text).join(' ');

function readFrame(frame: Pixels, likely: readonly LanguageTag[], parts: ReadingParts): readonly ReadLine[] {
  const attempt = reader(parts);
  let retries = MOST_RETRIES;
  let columns = Number.POSITIVE_INFINITY;
  const readCrops: ReadCrops = (found) => {
    const crops = within(found, columns);
    const isFirst = columns === Number.POSITIVE_INFINITY;
    columns = isFirst ? MOST_LATER_COLUMNS : columns - crops.reduce((sum, { width }) => sum + width, 0);
    const budget = { retries };
    retries = MOST_LATER_RETRIES;
    const wordsOf = (line: LineCrop, script: ScriptClass): readonly LineWord[] => attempt(line, script).words;
    const ranked = settleTwins(crops, rankScripts(crops, likely, parts.weights), wordsOf);
    return found.map((crop, i) => ({
      crop,
      attempt: i < crops.length ? bestOf(crop, ranked[i] ?? [], attempt, budget) : null,
    }));
  };
  const read = readHeld(frame, readCrops).flatMap(({ crop, attempt: best }): readonly ReadLine[] => {
    if (best === null || best.confidence < BELIEVABLE) return [];
    const line = { place: crop, words: best.words, set: best.set, scale: frame.scale, at: frame.at };
    // Closed up for whoever reads words, as they stand for whoever looks for disguise.
    return best.apart === null ? [line] : [line, { ...line, words: best.apart }];
  });
  return withoutStrays(read);
}

/** As many of the first lines as are no wider together. */
function within(crops: readonly LineCrop[], columns: number): readonly LineCrop[] {
  let left = columns;
  const end = crops.findIndex(({ width }) => {
    left -= width;
    return left < 0;
  });
  return end < 0 ? crops : crops.slice(0, end);
}

/** Corners, bullets and branches of trees are read as a letter or two, of which the engine is not sure. */
function withoutStrays(lines: readonly ReadLine[]): readonly ReadLine[] {
  const isLong = (line: ReadLine): boolean => lengthOf(line) > STRAY_LENGTH;
  const sets = new Set(lines.filter(isLong).map(({ set }) => set));
  return lines.filter((line) => {
    const least = sets.has(line.set) ? BELIEVABLE : STRAY_SURE;
    return isLong(line) || (confidenceOf(line.words) >= least && (sets.size === 0 || lengthOf(line) > 1));
  });
}

const lengthOf = ({ words }: Pick<ReadLine, 'words'>): number => words.reduce((sum, { text }) => sum + text.length, 0);

/** The first data that are sure, else the most convincing of a few: their confidence, and what the letters look like. */
function bestOf(
  crop: LineCrop,
  ranked: readonly RankedScript[],
  attempt: Read,
  budget: { retries: number },
): Attempt | null {
  let best: Attempt | null = null;
  let most = Number.NEGATIVE_INFINITY;
  for (const { script, odds } of tries(ranked)) {
    if (best !== null) {
      if (budget.retries === 0 || !isWorthTrying(odds, best.confidence)) break;
      budget.retries -= 1;
    }
    const next = attempt(crop, script);
    const score = next.confidence + Math.log(odds) * CONFIDENCE_PER_LEAN;
    if (score > most) [best, most] = [next, score];
  }
  return best;
}

/** Blurred and tiny Latin letters look like those of any script. */
function tries(ranked: readonly RankedScript[]): readonly RankedScript[] {
  const first = ranked.slice(0, MOST_TRIES);
  const isLatin = ({ script }: RankedScript): boolean => script === 'Latn';
  return first.length === 0 || first.some(isLatin) ? first : [...first, { script: 'Latn', odds: FAIR_ODDS }];
}

const isWorthTrying = (odds: number, confidence: number): boolean =>
  odds >= CLOSE_ODDS || confidence < (odds >= FAIR_ODDS ? SURE : DOUBTFUL);

type Read = (line: LineCrop, script: ScriptClass) => Attempt;

/** No line is read twice with the same data. */
function reader({ readLine }: ReadingParts): Read {
  const known = new Map<LineCrop, Map<ScriptClass, Attempt>>();
  return (line, script) => {
    const before = known.get(line)?.get(script);
    if (before !== undefined) return before;
    const set = setOf(script);
    const tallPx = line.height - 2 * line.marginPx;
    const words = set === null ? [] : firstLettersApart(readLine(line, set), line, tallPx);
    const apart = lettersApart(words, line, tallPx);
    const made = { words, apart, set: set ?? '', confidence: beliefIn(words, script) };
    known.set(line, (known.get(line) ?? new Map<ScriptClass, Attempt>()).set(script, made));
    return made;
  };
}
