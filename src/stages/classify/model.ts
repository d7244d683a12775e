/** The text model as the stage sees it: an encoder from outside, and pure parts that turn its logits into scores. */
import { type LabelledText, type LanguageTag, SCORE_KEYS, type ViewName } from '../../domain.js';
import { at } from './at.js';
import { type Calibration, type CompetenceTable, combined, headFor } from './calibration.js';
import type { NgramModel } from './ngrams.js';
import { cutWindows, splitWords, type Word } from './windows.js';
import { withoutPeople } from './words-only.js';

/** The encoder, as the adapter gives it. */
export interface Encoder {
  encode(word: string): readonly number[];
  /** One logit per head, for one window without padding; marks at the ends are the adapter's. */
  logits(ids: readonly number[]): Promise<Float32Array>;
}

export interface TextModel {
  readonly name: string;
  readonly encoder: Encoder;
  readonly ngrams: NgramModel;
  readonly calibration: Calibration;
  readonly competence: CompetenceTable;
  /** Whether flagged texts are searched for the words that carried the score; figures do not need it. */
  readonly explains: boolean;
}

/** One window of one view of one text, with its log odds by head. */
export interface Reading {
  readonly source: LabelledText;
  readonly view: ViewName;
  /** As what it was weighed: the note's language, or that of the segment which was read by itself. */
  readonly language: LanguageTag;
  /** In the view's text. */
  readonly start: number;
  readonly end: number;
  readonly logits: readonly number[];
  /** Of the encoder alone. */
  readonly encoder: Float32Array;
  /** By head: what a text as short as this gets off. */
  readonly discounts: readonly number[];
}

/** Log odds of one head, less what a text as short as this gets off. */
export const oddsOf = (reading: Reading, k: number): number => at(reading.logits, k) - at(reading.discounts, k);

export const textOf = ({ text }: LabelledText, view: ViewName): string =>
  view === 'raw' ? text.raw : text.view(view).text;

/** Of a view what the model is given: of the same length. */
export const givenOf = (source: LabelledText, view: ViewName): string => withoutPeople(textOf(source, view));

export const idsOf = (words: readonly Word[]): number[] => words.flatMap(({ ids }) => ids);

export function mix(
  model: TextModel,
  language: LanguageTag,
  encoder: Float32Array,
  ngrams: Float32Array,
): readonly number[] {
  return SCORE_KEYS.map((key, k) => combined(headFor(model.calibration, language, key), at(encoder, k), at(ngrams, k)));
}

/** Both models on a bare piece of text no longer than a window, as the explanation needs it. */
export async function logitsOf(model: TextModel, language: LanguageTag, text: string): Promise<readonly number[]> {
  const words = splitWords(text, model.encoder.encode);
  const window = cutWindows(words)[0];
  const ids = window === undefined ? [] : idsOf(words.slice(window.start, window.end));
  return mix(model, language, await model.encoder.logits(ids), model.ngrams.logits(text));
}
