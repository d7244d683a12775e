/** Letters that stand apart on purpose: the engine closes them up to a word, and a sign of disguise would be lost. */
import type { Grey } from './grey.js';
import type { LineWord } from './join.js';

/** Grey below which a pixel is ink. */
const INK = 140;
/** Every gap is as wide as a typed space, in shares of the height of the line. */
const WIDE = 0.27;
const LEAST_LETTERS = 3;
/** Scripts that write each letter by itself. */
const APART = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}\p{P}\p{S}]+$/u;
const LETTER = /\p{L}/u;

type Run = readonly [number, number];

export function withLettersApart(words: readonly LineWord[], line: Grey, tallPx: number): readonly LineWord[] {
  if (!words.some(mayBeApart)) return words;
  const runs = inkRuns(line);
  return words.flatMap((word) => lettersOf(word, runs, tallPx * WIDE) ?? [word]);
}

const mayBeApart = ({ text }: LineWord): boolean =>
  text.length >= LEAST_LETTERS && APART.test(text) && LETTER.test(text);

/** Null where they touch, or stand as letters of a word do. */
function lettersOf(word: LineWord, runs: readonly Run[], widePx: number): readonly LineWord[] | null {
  if (!mayBeApart(word)) return null;
  const letters = [...word.text];
  const first = runs.findIndex(([from, to]) => (from + to) / 2 >= word.x0);
  if (first < 0) return null;
  // The engine's edges are a letter off now and then.
  const starts = [first, first - 1, first + 1].filter((start) => start >= 0);
  const own = starts
    .map((start) => runs.slice(start, start + letters.length))
    .find((some) => some.length === letters.length && endsAt(some, word) && areApart(some, widePx));
  return own === undefined ? null : letters.map((text, i) => ({ ...word, text, ...placeOf(own[i]) }));
}

const placeOf = ([x0, x1]: Run = [0, 0]) => ({ x0, x1 });
const areApart = (runs: readonly Run[], widePx: number): boolean =>
  runs.every(([from], i) => i === 0 || from - (runs[i - 1]?.[1] ?? from) >= widePx);
/** Otherwise strokes were counted that are no letters, or letters that are two strokes. */
function endsAt(runs: readonly Run[], { x0, x1 }: LineWord): boolean {
  const [from, to] = runs.at(-1) ?? [0, 0];
  const letter = (x1 - x0) / runs.length;
  return Math.abs((from + to) / 2 - x1) <= letter;
}

/** Columns with ink, from and to. */
function inkRuns({ width, px }: Grey): readonly Run[] {
  const runs: [number, number][] = [];
  for (let x = 0; x < width; x += 1) {
    let isInk = false;
    for (let at = x; at < px.length && !isInk; at += width) isInk = (px[at] as number) < INK;
    if (!isInk) continue;
    const last = runs.at(-1);
    if (last !== undefined && last[1] === x) last[1] = x + 1;
    else runs.push([x, x + 1]);
  }
  return runs;
}
