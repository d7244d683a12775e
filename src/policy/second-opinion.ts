/**
 * Where the word of a language model meets the verdict of the rules, and the only place. Whatever a note talks the model
 * into: the note is never more visible than the rules alone would have left it.
 */
import type { CategoryId, Severity } from '../categories.js';
import { type Action, type DeliberateEvidence, foundIn, type Gap, type OpinionFinding } from '../domain.js';
import type { EvaluationInput } from './context-values.js';
import type { RegionSettings } from './schema.js';

type OpinionSettings = RegionSettings['opinions'];
type Raised = 'allow' | 'review' | 'hold';

export interface OpinionWord {
  readonly wish: Raised;
  readonly doubtsRemoval: boolean;
  /** Of the gravest finding that counts, where no rule has one. */
  readonly category: CategoryId | null;
  readonly severity: Severity;
  readonly gaps: readonly Gap[];
}

/** How far a note gets, 0 hidden to 4 as every other; equal figures differ in other ways. */
export const VISIBILITY: Readonly<Record<Action, number>> = {
  allow: 4,
  warn: 4,
  label: 4,
  review: 4,
  limit_interact: 3,
  limit: 2,
  age_gate: 2,
  require_edit: 1,
  geo_withhold: 1,
  hold: 0,
  remove: 0,
};

/** `review` leaves a note visible, so it may not take the place of a restriction. */
export function mergeOpinion(
  base: Action,
  { wish, doubtsRemoval }: Pick<OpinionWord, 'wish' | 'doubtsRemoval'>,
): Action {
  if (base === 'remove') return doubtsRemoval ? 'hold' : 'remove';
  if (wish === 'hold') return 'hold';
  return wish === 'review' && VISIBILITY[base] === VISIBILITY.review ? 'review' : base;
}

const WISHES: readonly Raised[] = ['allow', 'review', 'hold'];
const strongest = (wishes: readonly Raised[]): Raised =>
  wishes.reduce((most, wish) => (WISHES.indexOf(wish) > WISHES.indexOf(most) ? wish : most), 'allow');
/** Nothing asks for more than a hold here, and a lack that asks for nothing is none. */
const asWish = (action: Action): Raised => (action === 'hold' || action === 'review' ? action : 'allow');

/** `gaps` of the stage itself (failed, overdue) are part of the word: an answer spoilt on purpose buys no more than one. */
export function wordOfOpinions(
  { evidence: { deliberate } }: Pick<EvaluationInput, 'evidence'>,
  gaps: readonly Gap[],
  settings: OpinionSettings,
): OpinionWord {
  const lacks = gaps.filter(({ stage }) => stage === 'deliberate');
  const { opinions, findings, moderation } = foundIn(deliberate) ?? NONE;
  const counted = opinions.flatMap((opinion) =>
    opinion.findings.filter(({ confidence }) => confidence >= settings.least_confidence),
  );
  const said = counted.map((finding) => gapOf(finding, settings)).filter(({ action }) => action !== 'allow');
  const signals = findings
    .filter(({ score }) => score >= settings.least_confidence)
    .map(
      ({ category, score, detector }): Gap => ({
        stage: 'deliberate',
        status: 'opinion',
        why: `${category}, score ${score.toFixed(2)} of ${detector}`,
        action: 'review',
      }),
    );
  const doubtsRemoval = settings.doubt_holds_removal && opinions.some((opinion) => opinion.doubtsRemoval);
  const silent: readonly Gap[] =
    moderation === 'off' || moderation === 'read'
      ? []
      : [{ stage: 'deliberate', status: 'failed', why: `moderation endpoint: ${moderation}`, action: 'review' }];
  const all = [...lacks, ...said, ...signals, ...silent];
  const gravest = [...counted].sort((a, b) => b.severity - a.severity || b.confidence - a.confidence)[0];
  const counts = gravest !== undefined && settings.raises[`${gravest.severity}`] !== 'allow';
  return {
    wish: strongest(all.map(({ action }) => asWish(action))),
    doubtsRemoval,
    category: counts ? gravest.category : null,
    severity: counts ? gravest.severity : 0,
    gaps: all,
  };
}

const NONE: DeliberateEvidence = { opinions: [], findings: [], moderation: 'off', reasons: [] };
/** On record where it took effect. */
const DOUBT: Gap = { stage: 'deliberate', status: 'opinion', why: 'doubts the removal', action: 'hold' };

export const gapsOfWord = (base: Action, { gaps, doubtsRemoval }: OpinionWord): readonly Gap[] =>
  base === 'remove' && doubtsRemoval ? [...gaps, DOUBT] : gaps;

function gapOf({ category, severity, confidence, clause }: OpinionFinding, settings: OpinionSettings): Gap {
  const where = clause === null ? '' : `, ${clause}`;
  const why = `${category}, severity ${severity}, confidence ${confidence.toFixed(2)}${where}`;
  return { stage: 'deliberate', status: 'opinion', why, action: settings.raises[`${severity}`] };
}
