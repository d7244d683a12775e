/** One view of one text through both models: all of it in windows, and of a long text the passages that may hold grave harm. */
import { type LabelledText, SCORE_KEYS, type ScoreKey, type ViewName } from '../../domain.js';
import { at } from './at.js';
import { discountsFor, shortDiscount } from './calibration.js';
import type { Asked } from './explain.js';
import { givenOf, idsOf, mix, type Reading } from './model.js';
import { cutWindows, PASSAGE, splitWords, type Window, type Word } from './windows.js';

/** Beyond this many windows the encoder reads those that the n-gram model, which reads all, finds most striking. */
export const MOST_ENCODED = 48;
export const MOST_PASSAGES = 16;
/** One sentence of these is enough, and drowns among harmless ones that share its window. */
const GRAVE: readonly ScoreKey[] = ['violence.threat', 'selfharm.risk'];
/** Log odds that a passage gets off: a long text has many, each a chance of a false alarm (`training/passages.py`). */
const PASSAGE_DISCOUNT = 1;

interface Piece {
  readonly inside: readonly Word[];
  readonly start: number;
  readonly end: number;
  readonly ngrams: Float32Array;
}

export async function readView(asked: Asked, source: LabelledText, view: ViewName): Promise<Reading[]> {
  const { model, language } = asked;
  const text = givenOf(source, view);
  const words = splitWords(text, model.encoder.encode);
  const cut = (windows: readonly Window[]): readonly Piece[] =>
    windows.map((window) => pieceOf(asked, { text, words }, window));
  const short = discountsFor(model.calibration, model.competence, language);
  const read = async (piece: Piece, discountOf: (key: ScoreKey, pieces: number) => number): Promise<Reading> => {
    asked.signal.throwIfAborted();
    const ids = idsOf(piece.inside);
    const encoder = await model.encoder.logits(ids);
    const logits = mix(model, language, encoder, piece.ngrams);
    const discounts = SCORE_KEYS.map((key) => discountOf(key, ids.length));
    return { source, view, start: piece.start, end: piece.end, logits, encoder, discounts };
  };
  const windows = cut(cutWindows(words));
  const readings: Reading[] = [];
  for (const piece of mostStriking(windows, SCORE_KEYS, MOST_ENCODED)) {
    readings.push(await read(piece, (key, pieces) => shortDiscount(short, key, pieces)));
  }
  if (windows.length < 2) return readings;
  for (const piece of mostStriking(cut(cutWindows(words, PASSAGE)), GRAVE, MOST_PASSAGES)) {
    readings.push(await read(piece, (key) => (GRAVE.includes(key) ? PASSAGE_DISCOUNT : Number.POSITIVE_INFINITY)));
  }
  return readings;
}

function pieceOf(
  { model }: Asked,
  { text, words }: { readonly text: string; readonly words: readonly Word[] },
  { start, end }: Window,
): Piece {
  const inside = words.slice(start, end);
  const from = Math.min(...inside.map((word) => word.start));
  const to = Math.max(...inside.map((word) => word.end));
  return { inside, start: from, end: to, ngrams: model.ngrams.logits(text.slice(from, to)) };
}

/** Each head in turn names the one that strikes it most: a rare harm is not crowded out by a common one. */
function mostStriking(pieces: readonly Piece[], keys: readonly ScoreKey[], most: number): readonly Piece[] {
  if (pieces.length <= most) return pieces;
  const heads = keys.map((key) => SCORE_KEYS.indexOf(key));
  const ranked = heads.map((k) => [...pieces].sort((a, b) => at(b.ngrams, k) - at(a.ngrams, k)));
  const inTurn = pieces.flatMap((_, place) => ranked.flatMap((byHead) => byHead.slice(place, place + 1)));
  const chosen = new Set([...new Set(inTurn)].slice(0, most));
  return pieces.filter((piece) => chosen.has(piece));
}
