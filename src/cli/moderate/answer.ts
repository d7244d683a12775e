/** What was found -> one row of the output file. */
import {
  type Competence,
  type Decision,
  type Evidence,
  type Finding,
  findingsOf,
  foundIn,
  type Gap,
  type LabelledText,
  type LanguageSegment,
  type Outcome,
  type RegionId,
  SCORE_KEYS,
  type Score,
  type ScoreKey,
} from '../../domain.js';
import type { ErrorCode } from '../../errors.js';
import type { Moderated } from '../../usecases/moderate.js';

export interface RegionAnswer {
  readonly action: Decision['action'];
  readonly rules: readonly string[];
  readonly reasons: readonly string[];
}
export interface GapAnswer {
  readonly stage: Gap['stage'];
  readonly status: Gap['status'] | 'due';
  readonly why: string;
}
export interface AnswerRow {
  readonly id: unknown;
  readonly languages: readonly { readonly tag: string; readonly confidence: number }[];
  readonly segments: readonly LanguageSegment[];
  readonly texts: readonly { readonly part: string; readonly text: string; readonly language: string }[];
  readonly scores: Readonly<Record<string, Score>>;
  /** By score: how far the model was measured for the language it read. Empty where it read nothing. */
  readonly competence: Readonly<Record<string, Competence>>;
  readonly findings: readonly Omit<Finding, 'severity' | 'detector'>[];
  readonly decisions: Readonly<Record<RegionId, RegionAnswer>>;
  readonly gaps: readonly GapAnswer[];
  readonly ms: number;
  readonly error?: { readonly code: ErrorCode; readonly message: string };
}

const EMPTY = {
  languages: [],
  segments: [],
  texts: [],
  scores: {},
  competence: {},
  findings: [],
  decisions: {},
  gaps: [],
  ms: 0,
} as const;

export const errorRow = (id: unknown, code: ErrorCode, message: string): AnswerRow => ({
  id: id ?? null,
  ...EMPTY,
  error: { code, message },
});

export function answerRow(id: unknown, moderated: Moderated): AnswerRow {
  const { evidence, evaluation, texts } = moderated;
  const language = foundIn(evidence.language);
  const segments = language?.segments ?? [];
  const fallback = language?.languages[0]?.tag ?? 'und';
  return {
    id: id ?? null,
    languages: language?.languages.map(({ tag, confidence }) => ({ tag, confidence })) ?? [],
    segments,
    texts: texts.map((text) => toText(text, segments, fallback)),
    scores: scoresOf(evidence.classify),
    competence: foundIn(evidence.classify)?.competence ?? {},
    findings: findingsOf(evidence).map(({ category, score, calibrated, source, part, spans, view }) => {
      return { category, score, calibrated, source, part, spans, view };
    }),
    decisions: Object.fromEntries(evaluation.decisions.flatMap(byRegion)),
    gaps: gapsOf(evidence, evaluation.decisions),
    ms: Math.round(moderated.ms * 1_000) / 1_000,
  };
}

/** Scores are complete: a note without any text holds nothing of anything, which is known without a model. */
export const NOTHING: Readonly<Record<ScoreKey, Score>> = Object.fromEntries(
  SCORE_KEYS.map((key) => [key, { score: 0, p: 0, calibrated: 0 }]),
) as Record<ScoreKey, Score>;

const scoresOf = (outcome: Evidence['classify']): AnswerRow['scores'] =>
  outcome.status === 'skipped' && outcome.why === 'no_text' ? NOTHING : (foundIn(outcome)?.scores ?? {});

/** The language that most of the part is written in. */
function toText({ part, text }: LabelledText, segments: readonly LanguageSegment[], fallback: string) {
  const lengths = new Map<string, number>();
  for (const { part: where, span, tag } of segments) {
    if (where === part) lengths.set(tag, (lengths.get(tag) ?? 0) + span.end - span.start);
  }
  const [longest] = [...lengths].sort((a, b) => b[1] - a[1]);
  return { part, text: text.raw, language: longest?.[0] ?? fallback };
}

function byRegion(decision: Decision): readonly (readonly [RegionId, RegionAnswer])[] {
  const reasons = [
    ...decision.rules.map((hit) => `${hit.category}: ${hit.message}`),
    ...decision.gaps.map((gap) => `${gap.stage} ${gap.status}(${gap.why})`),
  ];
  const rules = decision.rules.map((hit) => hit.rule);
  return decision.regions.map((region) => [region, { action: decision.action, rules, reasons }] as const);
}

/** A note without text or pictures lacks nothing; the same holds for what no policy asked. */
const NO_GAP = new Set(['no_text', 'no_images', 'not_needed']);

function gapsOf(evidence: Evidence, decisions: readonly Decision[]): readonly GapAnswer[] {
  const stages = (Object.entries(evidence) as [keyof Evidence, Outcome<unknown>][]).flatMap(
    ([stage, outcome]): GapAnswer[] => {
      if (outcome.status === 'failed') return [{ stage, status: 'failed', why: outcome.code }];
      if (outcome.status === 'due') return [{ stage, status: 'due', why: outcome.until }];
      return outcome.status === 'skipped' && !NO_GAP.has(outcome.why)
        ? [{ stage, status: 'skipped', why: outcome.why }]
        : [];
    },
  );
  // A stage that has looked at the pictures may have failed at one of them.
  const ofPicture = (gap: Gap): boolean => gap.stage === 'images' && evidence.images.status === 'found';
  const policy = decisions
    .flatMap((decision) => decision.gaps)
    .filter((gap) => (gap.status !== 'skipped' && gap.status !== 'failed') || ofPicture(gap))
    .map(({ stage, status, why }) => ({ stage, status, why }));
  const all = [...stages, ...policy];
  return [...new Map(all.map((gap) => [`${gap.stage} ${gap.status} ${gap.why}`, gap])).values()];
}
