/** The languages of one text: pure, total, every language enabled. */
import type { LanguageGuess, LanguageSegment, LanguageTag, NormalisedText } from '../../domain.js';
import type { LanguageModel } from '../../ports.js';
import { type ChineseTag, shareScripts, usualScript } from './chinese-script.js';
import { guessUnit, textOf } from './guess-unit.js';
import { favour } from './hint.js';
import { labelUnits } from './label-units.js';
import { type Token, tokenise } from './tokens.js';
import { clauses, scriptRuns, type Unit, unitOf } from './units.js';

export type Segment = Omit<LanguageSegment, 'part'>;

export interface LanguageReading {
  readonly languages: readonly LanguageGuess[];
  /** All guesses, before `und` is said of too little confidence. */
  readonly guesses: readonly LanguageGuess[];
  readonly segments: readonly Segment[];
  /** How much there was to read, in letters of an alphabet. */
  readonly letters: number;
}

/** Below this calibrated confidence nobody should act on the tag (docs/decisions, language detectors). */
const UND_BELOW = 0.15;
const MIN_LETTERS = 3;
/** UTF-16 units; keeps a megabyte of rubbish within the time limit of the stage. */
const MAX_READ = 50_000;
const MIN_LISTED = 0.02;
export const UNDETERMINED: LanguageTag = 'und';

const NOTHING: LanguageReading = {
  languages: [{ tag: UNDETERMINED, confidence: 1 }],
  guesses: [],
  segments: [],
  letters: 0,
};

interface Judged {
  readonly unit: Unit;
  readonly guesses: readonly LanguageGuess[];
}

const UNSEEN = 0.001;

/** The units of a segment as independent witnesses: the product of their odds. */
const together = (units: readonly Judged[]): readonly LanguageGuess[] => {
  const heard = units.map(({ guesses }) => guesses).filter((guesses) => guesses.length > 0);
  const tags = [...new Set(heard.flatMap((guesses) => guesses.slice(0, 5).map(({ tag }) => tag)))];
  const logs = tags.map((tag) =>
    heard.reduce((sum, guesses) => sum + Math.log(guesses.find((guess) => guess.tag === tag)?.confidence ?? UNSEEN), 0),
  );
  const top = Math.max(...logs);
  const odds = logs.map((log) => Math.exp(log - top));
  const total = odds.reduce((a, b) => a + b, 0);
  return tags
    .map((tag, index) => ({ tag, confidence: (odds[index] ?? 0) / total }))
    .sort((a, b) => b.confidence - a.confidence);
};

/** Adjacent units with one label become one segment. */
const merge = (run: readonly Judged[]): readonly Judged[] => {
  const labels = labelUnits(run.map(({ guesses, unit }) => ({ guesses, letters: unit.letters })));
  const groups: Judged[][] = [];
  run.forEach((judged, index) => {
    if (index > 0 && labels[index] === labels[index - 1]) groups.at(-1)?.push(judged);
    else groups.push([judged]);
  });
  return groups.map((group) => {
    const [only] = group;
    if (group.length === 1 && only !== undefined) return only;
    const unit = unitOf(group.flatMap((judged) => judged.unit.tokens));
    return { unit, guesses: together(group) };
  });
};

const scriptOf = (unit: Unit, tag: LanguageTag): string => {
  const script = unit.tokens[0]?.script ?? 'Zyyy';
  return tag === 'ja' && script !== 'Hani' ? 'Jpan' : script;
};

/** Letters that form one grapheme with the letter after them, whatever its script. */
const PREPENDED =
  /[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\u{110bd}\u{110cd}\u{111c2}\u{111c3}\u{1193f}\u{11941}\u{11a3a}\u{11a84}-\u{11a89}\u{11d46}\u{11f02}]/u;
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** A border between two scripts inside a grapheme moves to the start of that grapheme; nothing left of a segment drops it. */
const wholeGraphemes = (raw: string, segments: readonly Segment[]): readonly Segment[] => {
  if (!PREPENDED.test(raw)) return segments;
  const inside = graphemes.segment(raw);
  const back = (at: number): number => inside.containing(at)?.index ?? at;
  return segments
    .map((segment) => ({ ...segment, span: { start: back(segment.span.start), end: back(segment.span.end) } }))
    .filter(({ span }) => span.start < span.end);
};

const toSegment = ({ unit, guesses }: Judged): Segment => {
  const [best] = guesses;
  const sure = best !== undefined && best.confidence >= UND_BELOW;
  const tag = sure ? best.tag : UNDETERMINED;
  return {
    tag,
    confidence: sure ? best.confidence : 1 - (best?.confidence ?? 0),
    span: { start: unit.tokens[0]?.start ?? 0, end: unit.tokens.at(-1)?.end ?? 0 },
    script: scriptOf(unit, tag),
  };
};

/** Each segment gives its guesses in proportion to its share of the letters. */
export const mixGuesses = (
  parts: readonly { readonly guesses: readonly LanguageGuess[]; readonly letters: number }[],
): readonly LanguageGuess[] => {
  const all = parts.reduce((sum, part) => sum + part.letters, 0);
  const mixed = new Map<LanguageTag, number>();
  for (const { guesses, letters } of parts) {
    for (const { tag, confidence } of guesses) mixed.set(tag, (mixed.get(tag) ?? 0) + (confidence * letters) / all);
  }
  return [...mixed]
    .map(([tag, confidence]) => ({ tag, confidence: Math.min(1, confidence) }))
    .sort((a, b) => b.confidence - a.confidence);
};

/** Guesses worth telling, or `und`. */
export const settle = (guesses: readonly LanguageGuess[]): readonly LanguageGuess[] => {
  const top = guesses[0]?.confidence ?? 0;
  return top < UND_BELOW
    ? [{ tag: UNDETERMINED, confidence: 1 - top }]
    : guesses.filter((guess) => guess.confidence >= MIN_LISTED);
};

/** A longer text is judged by its beginning; a token that the cut may have split is left out. */
const tokensOf = (raw: string): readonly Token[] => {
  if (raw.length <= MAX_READ) return tokenise(raw);
  return tokenise(raw.slice(0, MAX_READ)).filter((token) => token.end < MAX_READ);
};

/** `usual`: what Chinese without a telling letter is taken for; a part of a note asks the whole note. */
export const readLanguages = (
  text: NormalisedText,
  hint: LanguageTag | undefined,
  model: LanguageModel,
  usual: ChineseTag = usualScript([text.raw], hint),
): LanguageReading => {
  const runs = scriptRuns(tokensOf(text.raw));
  const letters = runs.reduce((sum, run) => sum + run.letters, 0);
  if (letters < MIN_LETTERS) return NOTHING;
  const judged = runs.flatMap((run) => {
    const units = clauses(text.raw, run).map((unit) => ({ unit, guesses: guessUnit(text.raw, unit, model) }));
    return merge(units).map(({ unit, guesses }) => {
      const shared = shareScripts(guesses, textOf(text.raw, unit), usual);
      return { unit, guesses: favour(shared, hint) };
    });
  });
  const guesses = mixGuesses(judged.map((part) => ({ guesses: part.guesses, letters: part.unit.letters })));
  return { languages: settle(guesses), guesses, segments: wholeGraphemes(text.raw, judged.map(toSegment)), letters };
};

/** Ranked languages of a text, best first; `[{tag: 'und'}]` when unsure. The hint only breaks ties. */
export const detectLanguage = (
  text: NormalisedText,
  hint: LanguageTag | undefined,
  model: LanguageModel,
): readonly LanguageGuess[] => readLanguages(text, hint, model).languages;
