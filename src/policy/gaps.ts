/** Missing evidence is a value: what each region makes of a stage that failed, was skipped or is still due. */
import {
  type Action,
  EVIDENCE_KEYS,
  type Evidence,
  type EvidenceKey,
  type Gap,
  HARM_KEYS,
  MINUTE_MS,
  type Outcome,
  type ScoreKey,
  type SkipReason,
} from '../domain.js';
import type { RuleContext } from './context.js';
import { believed } from './context-findings.js';
import type { EvaluationInput } from './context-values.js';
import type { CompiledRegion } from './model.js';
import type { RegionSettings, StageRule } from './schema.js';
import { bucketOf } from './stable-hash.js';

export interface StageGaps {
  readonly gaps: readonly Gap[];
  /** Required evidence may still come; nothing may be allowed before. */
  readonly pending: boolean;
}
type Answer = 'ignore' | Action;
type Missing = Exclude<Outcome<unknown>, { readonly status: 'found' }>;

/** Skip reasons that describe the note rather than a lack of ours, once the note itself agrees. */
function applies(stage: EvidenceKey, { facts, texts }: EvaluationInput): boolean {
  if (stage === 'images') return facts.hasImages;
  const hasText = facts.textLength > 0 || texts.some((part) => part.text.raw.length > 0);
  return stage === 'deliberate' || hasText;
}

function overdue(input: EvaluationInput, settings: RegionSettings): boolean {
  const waitedMs = Date.parse(input.facts.now) - Date.parse(input.facts.acceptedAt);
  // A date that cannot be read must not make a note wait for ever.
  return !(waitedMs < settings.evidence.deadline_minutes * MINUTE_MS);
}

/** A stage that finds no pictures on a note that has some was wrong about the note. */
const skippedAnswer = (rule: StageRule, why: SkipReason, contradicted: boolean): Answer =>
  (contradicted ? undefined : rule.skipped[why]) ?? rule.skipped.default ?? 'review';

function answerOf(
  outcome: Missing,
  rule: StageRule,
  late: boolean,
): { readonly status: Gap['status']; readonly why: string; readonly answer: Answer } | 'pending' {
  switch (outcome.status) {
    case 'skipped':
      return {
        status: 'skipped',
        why: outcome.why,
        answer: skippedAnswer(rule, outcome.why, outcome.why === 'no_images'),
      };
    case 'failed':
      return { status: 'failed', why: outcome.code, answer: rule.failed };
    case 'due':
      if (!late) return 'pending';
      return { status: 'overdue', why: `not there by the deadline`, answer: rule.overdue };
  }
}

export function stageGaps(input: EvaluationInput, region: CompiledRegion): StageGaps {
  const { settings } = region;
  const late = overdue(input, settings);
  const gaps: Gap[] = [];
  let pending = false;
  for (const stage of EVIDENCE_KEYS) {
    const outcome: Evidence[EvidenceKey] = input.evidence[stage];
    if (outcome.status === 'found') continue;
    if (outcome.status === 'skipped' && !applies(stage, input)) continue;
    const rule = settings.evidence.stages[stage];
    const answer = answerOf(outcome, rule, late);
    if (answer === 'pending') pending ||= rule.required;
    else if (answer.answer !== 'ignore') {
      gaps.push({ stage, status: answer.status, why: answer.why, action: answer.answer });
    }
  }
  gaps.push(...pictureGaps(input, settings.evidence.stages.images));
  return { gaps, pending };
}

/** Reasons that speak of the picture, not of a lack of ours. */
const NO_LACK: ReadonlySet<SkipReason> = new Set(['not_needed', 'no_text', 'not_selected']);

/** A picture that was only read in part is not read: each kind of lack is answered as if the stage had it. */
function pictureGaps({ evidence }: EvaluationInput, rule: StageRule): readonly Gap[] {
  if (evidence.images.status !== 'found') return [];
  const gaps = new Map<string, Gap>();
  for (const { facts, ocr, codes, hash, model } of evidence.images.value.readings) {
    // What could not be opened is one lack, not five.
    const parts = facts.status === 'found' ? { ocr, codes, hash, model } : { facts };
    for (const [part, outcome] of Object.entries<Outcome<unknown>>(parts)) {
      if (outcome.status === 'found' || (outcome.status === 'skipped' && NO_LACK.has(outcome.why))) continue;
      const answer = answerOf(outcome, rule, true);
      if (answer === 'pending' || answer.answer === 'ignore') continue;
      const why = part === 'facts' ? answer.why : `${part}: ${answer.why}`;
      gaps.set(why, { stage: 'images', status: answer.status, why, action: answer.answer });
    }
  }
  return [...gaps.values()];
}

/**
 * Pictures that were read, but in which no model looked for some harm: allowed, with the gap on record, but for a share
 * that a person sees, drawn by the bytes of the picture.
 */
export function unseenGap({ evidence }: EvaluationInput, region: CompiledRegion): Gap | null {
  const { categories, sample_percent: share } = region.settings.unseen;
  if (evidence.images.status !== 'found' || categories.length === 0) return null;
  const missed = evidence.images.value.readings.flatMap(({ facts, model }) => {
    if (facts.status !== 'found' || model.status !== 'found') return [];
    const looksFor = model.value.scores ?? {};
    const unseen = categories.filter((category) => !Object.hasOwn(looksFor, category));
    return unseen.length === 0 ? [] : [{ unseen, drawn: bucketOf(facts.value.sha256) < share }];
  });
  const [first] = missed;
  if (first === undefined) return null;
  const drawn = missed.some((picture) => picture.drawn);
  const why = `model: none looks for ${first.unseen.join(', ')}${drawn ? ', drawn for review' : ''}`;
  return { stage: 'images', status: 'skipped', why, action: drawn ? 'review' : 'allow' };
}

/** Words on pictures are words of the note. */
const textLengthOf = ({ facts, texts }: EvaluationInput): number =>
  texts.reduce(
    (sum, { part, text }) => (part === 'title' || part === 'body' ? sum : sum + text.raw.length),
    facts.textLength,
  );

/**
 * Real text that no model can vouch for: never allowed in silence. High scores go to a person; of the
 * rest a fixed share does, by a stable hash of the text, and all of them carry the gap.
 */
export function unreadGap(input: EvaluationInput, context: RuleContext, region: CompiledRegion): Gap | null {
  const { unread } = region.settings;
  const { classify } = input.evidence;
  if (classify.status !== 'found' || textLengthOf(input) < unread.min_chars) return null;
  const competence = context.competence.get('toxicity');
  if (context.language !== 'und' && competence !== 'none') return null;
  const barOf = (key: ScoreKey): number =>
    (key === 'toxicity' ? unread.umbrella_score : undefined) ?? unread.review_score;
  // A head that a figure of speech misled has carried the umbrella score with it.
  const misled = new Set<string>(HARM_KEYS.filter((key) => key !== 'toxicity' && context.onlyIdioms(key)));
  if (misled.size > 0) misled.add('toxicity');
  const doubtful = HARM_KEYS.some(
    (key) => !misled.has(key) && classify.value.scores[key].calibrated >= barOf(key) && believed(classify.value, key),
  );
  const drawn = context.bucket < unread.sample_percent;
  const why = `no model was validated for ${context.language}${doubtful ? ', high score' : drawn ? ', drawn for review' : ''}`;
  return { stage: 'classify', status: 'skipped', why, action: doubtful || drawn ? 'review' : 'allow' };
}
