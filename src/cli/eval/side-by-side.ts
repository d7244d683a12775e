/** Local model, language model and cascade on the same texts. Pure. */

import type { Judged } from './judged.js';
import { type Figures, figuresOf } from './metrics.js';
import type { TextOpinion } from './opinions.js';

/** One text and label under both. */
export interface Pair {
  readonly harmful: boolean;
  readonly local: Pick<Judged, 'p' | 'calibrated'>;
  /** Null: no usable answer. */
  readonly llm: number | null;
  /** Whether the cascade asks about the text, whichever of its scores is in doubt. */
  readonly inBand: boolean;
}
/** Between these calibrated scores the local model is in doubt and the language model is asked. */
export interface Band {
  readonly from: number;
  readonly to: number;
}
export const SCORERS = ['local', 'llm', 'cascade'] as const;
export type ScorerName = (typeof SCORERS)[number];

export const isInBand = ({ from, to }: Band, calibrated: number): boolean => calibrated >= from && calibrated < to;

/** As the pipeline does: asked in doubt only, and an answer may only raise. */
export function cascadeOf({ harmful, local, llm, inBand }: Pair): Judged {
  if (llm === null || !inBand) return { harmful, ...local };
  return { harmful, p: Math.max(local.p, llm), calibrated: Math.max(local.calibrated, llm) };
}

/** The language model alone has no say on texts that it did not answer. */
export function judgedBy(scorer: ScorerName, pairs: readonly Pair[]): readonly Judged[] {
  switch (scorer) {
    case 'local':
      return pairs.map(({ harmful, local }) => ({ harmful, ...local }));
    case 'llm':
      return pairs.flatMap(({ harmful, llm }) => (llm === null ? [] : [{ harmful, p: llm, calibrated: llm }]));
    case 'cascade':
      return pairs.map(cascadeOf);
  }
}

export const sideBySide = (
  pairs: readonly Pair[],
  { rounds, seed }: { readonly rounds: number; readonly seed: number },
): Readonly<Record<ScorerName, Figures>> => {
  const of = (scorer: ScorerName): Figures => figuresOf(judgedBy(scorer, pairs), rounds, seed);
  return { local: of('local'), llm: of('llm'), cascade: of('cascade') };
};

export interface Cost {
  readonly texts: number;
  readonly asked: number;
  readonly failed: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly costMicros: number;
  readonly meanMs: number;
}

/** One text: what was answered, and whether the cascade would have asked. */
export interface Asked {
  readonly opinion: TextOpinion | null;
  readonly inBand: boolean;
}

export function costOf(all: readonly Asked[], scorer: 'llm' | 'cascade'): Cost {
  const asked = scorer === 'llm' ? all : all.filter(({ inBand }) => inBand);
  const answers = asked.flatMap(({ opinion }) => (opinion === null ? [] : [opinion]));
  const sum = (of: (one: TextOpinion) => number): number => answers.reduce((total, one) => total + of(one), 0);
  return {
    texts: all.length,
    asked: asked.length,
    failed: asked.length - answers.filter(({ p }) => p !== null).length,
    promptTokens: sum((one) => one.promptTokens),
    completionTokens: sum((one) => one.completionTokens),
    costMicros: sum((one) => one.costMicros),
    meanMs: answers.length === 0 ? 0 : sum((one) => one.ms) / answers.length,
  };
}
