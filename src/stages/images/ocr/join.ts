/** Words of lines -> one text, with the place of each word in the text and on the picture. */
import type { Box, OcrReading, OcrWord } from '../../../domain.js';
import type { LineCrop } from './crop.js';

/** As the engine gives it: edges in pixels of the line, left to right. */
export interface LineWord {
  readonly text: string;
  /** 0 to 1. */
  readonly confidence: number;
  readonly x0: number;
  readonly x1: number;
  /** Mean confidence of its letters, where the engine says it. */
  readonly letters?: number | undefined;
}
/** Mean, long words counting for more; 0 without any. */
export function confidenceOf(words: readonly LineWord[]): number {
  const letters = words.reduce((sum, { text }) => sum + text.length, 0);
  const sum = words.reduce((total, { text, confidence }) => total + confidence * text.length, 0);
  return letters === 0 ? 0 : sum / letters;
}

/** What cutting a line out needs to be undone. */
export type LinePlace = Pick<LineCrop, 'u0' | 'v0' | 'step' | 'slant' | 'marginPx' | 'width' | 'height'>;
export interface ReadLine {
  readonly place: LinePlace;
  readonly words: readonly LineWord[];
  /** Data that read it. */
  readonly set: string;
  /** Original pixels per pixel of the frame. */
  readonly scale: number;
  /** Where the frame begins, in original pixels. */
  readonly at?: { readonly left: number; readonly top: number } | undefined;
}

/** Scripts that put no space between words; the engine gives each of their letters as a word. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}ー々〆、。「」『』・！？：；（）';
const ENDS_UNSPACED = new RegExp(`[${UNSPACED}]$`, 'u');
const STARTS_UNSPACED = new RegExp(`^[${UNSPACED}\\p{M}]`, 'u');
/** Between letters of such a script a gap is a space from this share of the height of the line on. */
const WIDE_GAP = 0.5;
/** Korean has spaces, but the engine now and then cuts a word into syllables. */
const HANGUL_GAP = 0.17;
const HANGUL_END = /\p{Script=Hangul}$/u;
const HANGUL_START = /^\p{Script=Hangul}/u;

export function joinLines(lines: readonly ReadLine[]): OcrReading {
  let text = '';
  const words: OcrWord[] = [];
  const lengths = new Map<string, number>();
  let [sum, total] = [0, 0];
  for (const line of lines) {
    if (line.words.length === 0) continue;
    if (text !== '') text += '\n';
    let before: LineWord | null = null;
    for (const word of line.words) {
      if (before !== null && isApart(before, word, line.place.height)) text += ' ';
      const start = text.length;
      text += word.text;
      words.push({ box: boxOf(word, line), confidence: word.confidence, span: { start, end: text.length } });
      sum += word.confidence * word.text.length;
      total += word.text.length;
      lengths.set(line.set, (lengths.get(line.set) ?? 0) + word.text.length);
      before = word;
    }
  }
  const languages = [...lengths].sort((a, b) => b[1] - a[1]).map(([set]) => set);
  return { text, words, confidence: total === 0 ? 0 : sum / total, languages };
}

function isApart(before: LineWord, word: LineWord, height: number): boolean {
  const gap = Math.max(word.x0 - before.x1, before.x0 - word.x1);
  if (HANGUL_END.test(before.text) && HANGUL_START.test(word.text)) return gap > height * HANGUL_GAP;
  if (!ENDS_UNSPACED.test(before.text) || !STARTS_UNSPACED.test(word.text)) return true;
  return gap > height * WIDE_GAP;
}

const TOP_LEFT = { left: 0, top: 0 };

/** The upright box around its words, in pixels of the original. */
export function boxOfLine(line: ReadLine): Box {
  const x0 = Math.min(...line.words.map((word) => word.x0));
  const x1 = Math.max(...line.words.map((word) => word.x1));
  return boxOf({ x0, x1 }, line);
}

function boxOf({ x0, x1 }: Pick<LineWord, 'x0' | 'x1'>, { place, scale, at = TOP_LEFT }: ReadLine): Box {
  const { u0, v0, step, slant, marginPx, height } = place;
  const [sin, cos] = [Math.sin(slant), Math.cos(slant)];
  const corners = [x0, x1].flatMap((x) =>
    [marginPx / 2, height - marginPx / 2].map((y) => {
      const [u, v] = [u0 + x * step, v0 + y * step];
      return { x: (u * cos - v * sin) * scale + at.left, y: (u * sin + v * cos) * scale + at.top };
    }),
  );
  const left = Math.max(0, Math.floor(Math.min(...corners.map(({ x }) => x))));
  const top = Math.max(0, Math.floor(Math.min(...corners.map(({ y }) => y))));
  const right = Math.ceil(Math.max(...corners.map(({ x }) => x)));
  const bottom = Math.ceil(Math.max(...corners.map(({ y }) => y)));
  return { left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}
