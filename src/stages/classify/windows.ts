/** Cuts a text of any length into overlapping windows that the encoder can read; nothing is left out. */
import type { Span } from '../../domain.js';

export interface Word extends Span {
  readonly ids: readonly number[];
}

/** Places in the list of words; start inclusive, end exclusive. */
export type Window = Span;

/** As in training, less the two marks at the ends. */
export const WINDOW_PIECES = 86;
export const OVERLAP_PIECES = 20;

export interface WindowSize {
  readonly pieces: number;
  readonly overlap: number;
}
const WINDOW: WindowSize = { pieces: WINDOW_PIECES, overlap: OVERLAP_PIECES };
/** About a sentence or two; a longer sentence is cut. */
export const PASSAGE: WindowSize = { pieces: 40, overlap: 10 };
/** Shorter sentences go with the next one: a few words alone are overrated. */
const LEAST_PASSAGE_PIECES = 8;

/** The tokenizer splits here as well, so word by word gives the same pieces as the whole text and can be remembered. */
const UNIT = /[^\s\p{P}$+<=>^`|~]+|[\p{P}$+<=>^`|~]/gu;
/** Scripts without spaces make runs without end; a run is cut between graphemes. */
const LONGEST_RUN = 32;
/** Looked at for a cut: graphemes of a long run are slow to tell, and few are longer than what goes beyond the cut. */
const LOOKED_AT = 4 * LONGEST_RUN;
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
const sentences = new Intl.Segmenter('und', { granularity: 'sentence' });

export function splitWords(text: string, encode: (word: string) => readonly number[]): Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(UNIT)) {
    for (const span of cutRun(match[0], match.index)) putWord(words, span, encode(text.slice(span.start, span.end)));
  }
  return words;
}

function putWord(words: Word[], span: Span, ids: readonly number[]): void {
  for (let at = 0; at < ids.length; at += WINDOW_PIECES) {
    words.push({ ...span, ids: ids.slice(at, at + WINDOW_PIECES) });
  }
}

function cutRun(run: string, offset: number): readonly Span[] {
  if (run.length <= LONGEST_RUN) return [{ start: offset, end: offset + run.length }];
  const spans: Span[] = [];
  for (let start = 0; start < run.length; ) {
    const end = start + firstCut(run.slice(start, start + LOOKED_AT));
    spans.push({ start: offset + start, end: offset + end });
    start = end;
  }
  return spans;
}

function firstCut(text: string): number {
  for (const { index, segment } of graphemes.segment(text)) {
    if (index + segment.length >= LONGEST_RUN) return index + segment.length;
  }
  return text.length;
}

/** Words that lie within a span of their text. */
export const wordsIn = (words: readonly Word[], { start, end }: Span): readonly Word[] =>
  words.slice(
    firstNot(words, (word) => word.start < start),
    firstNot(words, (word) => word.end <= end),
  );

/** The place of the first word of which it does not hold; it holds of all words before. */
function firstNot(words: readonly Word[], holds: (word: Word) => boolean): number {
  let [low, high] = [0, words.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const word = words[middle];
    if (word !== undefined && holds(word)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sentence by sentence, so that one among many is not diluted by its neighbours. */
export function cutPassages(text: string, words: readonly Word[]): Window[] {
  const passages: Window[] = [];
  let start = 0;
  const close = (end: number): void => {
    for (const part of cutWindows(words.slice(start, end), PASSAGE)) {
      passages.push({ start: start + part.start, end: start + part.end });
    }
    start = end;
  };
  for (const { index, segment } of sentences.segment(text)) {
    const end = firstNot(words, (word) => word.start < index + segment.length);
    if (piecesOf(words.slice(start, end)) >= LEAST_PASSAGE_PIECES) close(end);
  }
  close(words.length);
  return passages;
}

export const piecesOf = (words: readonly Word[]): number => words.reduce((sum, { ids }) => sum + ids.length, 0);

export function cutWindows(words: readonly Word[], size: WindowSize = WINDOW): Window[] {
  const windows: Window[] = [];
  for (let start = 0; start < words.length; ) {
    const end = fill(words, start, size);
    windows.push({ start, end });
    if (end >= words.length) break;
    start = stepBack(words, { start, end }, size);
  }
  return windows;
}

function fill(words: readonly Word[], start: number, { pieces: most }: WindowSize): number {
  let pieces = 0;
  for (const [i, { ids }] of words.slice(start, start + most + 1).entries()) {
    pieces += ids.length;
    if (pieces > most && i > 0) return start + i;
  }
  return Math.min(words.length, start + most + 1);
}

/** Where the next window starts: some pieces before this one's end, and always further than this one's start. */
function stepBack(words: readonly Word[], { start, end }: Window, { overlap }: WindowSize): number {
  let pieces = 0;
  let next = end;
  for (const { ids } of words.slice(start + 1, end).reverse()) {
    pieces += ids.length;
    if (pieces > overlap) break;
    next -= 1;
  }
  return next;
}
