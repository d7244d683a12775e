/** Letters that stand apart on purpose: the engine closes them up to a word, and a sign of disguise would be lost. */
import type { Grey } from './grey.js';
import type { LineWord } from './join.js';

/** Grey below which a pixel is ink. */
const INK = 140;
/** Every gap is as wide as a typed space, in shares of the height of the line. */
const WIDE = 0.27;
/** Than the usual gap of the word. */
const MUCH_WIDER = 2.2;
const LEAST_LETTERS = 3;
/** Scripts that write each letter by itself. */
const APART = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}\p{P}\p{S}]+$/u;
const LETTER = /\p{L}/u;
/** I, a; y, o, e; и, я, а, о, у. */
const ONE_LETTER_WORD = /^[IAaYyOoEeИиЯяАаОоУу]$/u;
/** How exact the edge of such a word must be. */
const EDGE_PX = 4;

type Run = readonly [number, number];

/** Null: no word has its letters apart. */
export function lettersApart(words: readonly LineWord[], line: Grey, tallPx: number): readonly LineWord[] | null {
  if (!words.some(mayBeApart)) return null;
  const runs = inkRuns(line);
  const each = words.map((word) => lettersOf(word, runs, tallPx * WIDE));
  if (each.every((letters) => letters === null)) return null;
  return words.flatMap((word, i) => each[i] ?? [word]);
}

/** The engine loses the space behind a word of one letter: "Iknow". */
export function firstLettersApart(words: readonly LineWord[], line: Grey, tallPx: number): readonly LineWord[] {
  if (!words.some(mayBeApart)) return words;
  const runs = inkRuns(line);
  return words.flatMap((word) => {
    const own = mayBeApart(word) ? runsOf(word, runs) : null;
    const gaps = own?.slice(1).map(([from], i) => from - (own[i]?.[1] ?? from)) ?? [];
    const [first = 0, ...others] = gaps;
    const usual = others.toSorted((a, b) => a - b)[others.length >> 1] ?? first;
    if (own === null || first < tallPx * WIDE || first < usual * MUCH_WIDER) return [word];
    const [letter = '', ...rest] = word.text;
    const [from, end] = own[0] ?? [word.x0, word.x0];
    if (!ONE_LETTER_WORD.test(letter) || Math.abs(from - word.x0) > EDGE_PX) return [word];
    const [start] = own[1] ?? [word.x1, word.x1];
    return [
      { ...word, text: letter, x1: end },
      { ...word, text: rest.join(''), x0: start },
    ];
  });
}

const mayBeApart = ({ text }: LineWord): boolean =>
  text.length >= LEAST_LETTERS && APART.test(text) && LETTER.test(text);

/** Null where they touch, or stand as letters of a word do. */
function lettersOf(word: LineWord, runs: readonly Run[], widePx: number): readonly LineWord[] | null {
  const own = mayBeApart(word) ? runsOf(word, runs) : null;
  if (own === null || !areApart(own, widePx)) return null;
  return [...word.text].map((text, i) => ({ ...word, text, ...placeOf(own[i]) }));
}

/** One stroke of ink for each letter; null where they cannot be told apart. */
function runsOf(word: LineWord, runs: readonly Run[]): readonly Run[] | null {
  const count = [...word.text].length;
  const first = runs.findIndex(([from, to]) => (from + to) / 2 >= word.x0);
  // The engine's edges are a letter off now and then.
  const starts = [first, first - 1, first + 1].filter((start) => first >= 0 && start >= 0);
  const fitting = starts.map((start) => runs.slice(start, start + count)).filter((own) => own.length === count);
  return fitting.find((own) => endsAt(own, word)) ?? null;
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
