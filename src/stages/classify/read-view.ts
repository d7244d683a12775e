/** One text through both models: all of it in windows, of a long text its passages, of a mixed one its other languages. */
import {
  type LabelledText,
  type LanguageSegment,
  type LanguageTag,
  primaryOf,
  SCORE_KEYS,
  type ScoreKey,
  type ViewName,
} from '../../domain.js';
import { at } from './at.js';
import { competenceFor, discountsFor, shortDiscount } from './calibration.js';
import type { Asked } from './explain.js';
import { givenOf, idsOf, mix, type Reading, type TextModel } from './model.js';
import { cutPassages, cutWindows, PASSAGE, piecesOf, splitWords, type Window, type Word, wordsIn } from './windows.js';

/** Beyond this many windows the encoder reads those that the n-gram model, which reads all, finds most striking. */
export const MOST_ENCODED = 48;
export const MOST_PASSAGES = 16;
export const MOST_SEGMENTS = 16;
/** One sentence of these is enough, and drowns among harmless ones that share its window. */
const GRAVE: readonly ScoreKey[] = ['violence.threat', 'selfharm.risk'];
/** Log odds that a passage gets off: a text has many, each a chance of a false alarm (`training/passages.py`). */
const PASSAGE_DISCOUNT = 1.5;
/** The same for a run of another language within a mixed text (`training/mixed.py`). */
const SEGMENT_DISCOUNT = 1;
/** The same for the windows of a long text, each time that their number doubles; never for what is grave. */
const DOUBLING_DISCOUNT = 0.25;
/** Logit of the n-gram model from which a passage is worth a run of the encoder; it knows little of what is grave. */
const STRIKING = -1;
const STRIKING_GRAVE = -2.5;
/** Fewer pieces of another language are a name, a brand or a greeting. */
const LEAST_SEGMENT_PIECES = 4;

interface Piece {
  readonly language: LanguageTag;
  readonly inside: readonly Word[];
  readonly start: number;
  readonly end: number;
  readonly ngrams: Float32Array;
}
type DiscountOf = (key: ScoreKey, pieces: number) => number;

export async function readView(asked: Asked, source: LabelledText, view: ViewName): Promise<Reading[]> {
  const { model, language } = asked;
  const text = givenOf(source, view);
  const words = splitWords(text, model.encoder.encode);
  const cut = (windows: readonly Window[]): readonly Piece[] =>
    windows.map(({ start, end }) => pieceOf(model, text, words.slice(start, end), language));
  const windows = cut(cutWindows(words));
  const short = shortOf(model, language);
  const many = DOUBLING_DISCOUNT * Math.log2(windows.length);
  const ofWindow: DiscountOf = (key, pieces) => short(key, pieces) + (GRAVE.includes(key) ? 0 : many);
  const readings: Reading[] = [];
  for (const piece of mostStriking(windows, SCORE_KEYS, MOST_ENCODED)) {
    readings.push(await read(asked, { source, view, piece }, ofWindow));
  }
  if (piecesOf(words) <= PASSAGE.pieces) return readings;
  const passages = cut(cutPassages(text, words));
  const heads = headsByPassage(model, language);
  const chosen = new Set(worthReading(passages, heads));
  if (windows.length > 1) for (const piece of mostStriking(passages, GRAVE, MOST_PASSAGES)) chosen.add(piece);
  const ofPassage: DiscountOf = (key, pieces) =>
    heads.includes(key) ? short(key, pieces) + PASSAGE_DISCOUNT : Number.POSITIVE_INFINITY;
  for (const piece of chosen) readings.push(await read(asked, { source, view, piece }, ofPassage));
  return readings;
}

/** What nobody measured in a language gives more false alarms by passages, and nobody knows what it finds. */
const headsByPassage = ({ competence }: TextModel, language: LanguageTag): readonly ScoreKey[] =>
  SCORE_KEYS.filter((key) => GRAVE.includes(key) || competenceFor(competence, language, key) !== 'none');

/** Of each head the passage that strikes the n-gram model most, if it strikes it at all. */
const worthReading = (passages: readonly Piece[], keys: readonly ScoreKey[]): readonly Piece[] =>
  keys.flatMap((key) => {
    const k = SCORE_KEYS.indexOf(key);
    const least = GRAVE.includes(key) ? STRIKING_GRAVE : STRIKING;
    return byStrength(passages, k)
      .slice(0, 1)
      .filter(({ ngrams }) => at(ngrams, k) >= least);
  });

/**
 * Runs of other languages, each by itself and weighed as its own language: beside the rest their harm is diluted, and held
 * against thresholds that are not theirs. Only of languages that were measured.
 */
export async function readSegments(
  asked: Asked,
  source: LabelledText,
  segments: readonly LanguageSegment[],
): Promise<Reading[]> {
  const { model, language } = asked;
  const others = segments.filter(
    ({ tag, part }) =>
      part === source.part &&
      primaryOf(tag) !== primaryOf(language) &&
      competenceFor(model.competence, tag, 'toxicity') !== 'none',
  );
  if (others.length === 0) return [];
  const text = givenOf(source, 'raw');
  const words = splitWords(text, model.encoder.encode);
  const pieces = others.flatMap(({ tag, span }) => {
    const run = wordsIn(words, span);
    if (piecesOf(run) < LEAST_SEGMENT_PIECES) return [];
    return cutWindows(run).map(({ start, end }) => pieceOf(model, text, run.slice(start, end), tag));
  });
  const readings: Reading[] = [];
  for (const piece of mostStriking(pieces, SCORE_KEYS, MOST_SEGMENTS)) {
    const short = shortOf(model, piece.language);
    const off: DiscountOf = (key, count) => short(key, count) + SEGMENT_DISCOUNT;
    readings.push(await read(asked, { source, view: 'raw', piece }, off));
  }
  return readings;
}

function shortOf({ calibration, competence }: TextModel, language: LanguageTag): DiscountOf {
  const short = discountsFor(calibration, competence, language);
  return (key, pieces) => shortDiscount(short, key, pieces);
}

interface Place {
  readonly source: LabelledText;
  readonly view: ViewName;
  readonly piece: Piece;
}

async function read({ model, signal }: Asked, { source, view, piece }: Place, off: DiscountOf): Promise<Reading> {
  signal.throwIfAborted();
  const { language, start, end } = piece;
  const ids = idsOf(piece.inside);
  const encoder = await model.encoder.logits(ids);
  const logits = mix(model, language, encoder, piece.ngrams);
  const discounts = SCORE_KEYS.map((key) => off(key, ids.length));
  return { source, view, language, start, end, logits, encoder, discounts };
}

function pieceOf({ ngrams }: TextModel, text: string, inside: readonly Word[], language: LanguageTag): Piece {
  const start = Math.min(...inside.map((word) => word.start));
  const end = Math.max(...inside.map((word) => word.end));
  return { language, inside, start, end, ngrams: ngrams.logits(text.slice(start, end)) };
}

const byStrength = (pieces: readonly Piece[], k: number): readonly Piece[] =>
  pieces.toSorted((a, b) => at(b.ngrams, k) - at(a.ngrams, k));

/** Each head in turn names the one that strikes it most: a rare harm is not crowded out by a common one. */
function mostStriking(pieces: readonly Piece[], keys: readonly ScoreKey[], most: number): readonly Piece[] {
  if (pieces.length <= most) return pieces;
  const ranked = keys.map((key) => byStrength(pieces, SCORE_KEYS.indexOf(key)));
  const inTurn = pieces.flatMap((_, place) => ranked.flatMap((byHead) => byHead.slice(place, place + 1)));
  const chosen = new Set([...new Set(inTurn)].slice(0, most));
  return pieces.filter((piece) => chosen.has(piece));
}
