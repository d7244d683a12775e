/** All rules of one region over one note: hits, exceptions, gaps, and the strongest action of them. */
import type { CategoryId, Severity } from '../categories.js';
import { type Action, type Gap, type RegionId, type RuleHit, strengthOf, strongestOf } from '../domain.js';
import type { RuleError } from './cel.js';
import type { EvaluationInput } from './context-values.js';
import { stageGaps, unreadGap, unseenGap } from './gaps.js';
import type { CompiledRegion, CompiledRule } from './model.js';
import { gapsOfWord, mergeOpinion, wordOfOpinions } from './second-opinion.js';
import { type Answers, actionOf, hitOf, inCanary } from './verdict.js';

export interface Outcome {
  readonly region: RegionId;
  readonly action: Action;
  readonly lead: RuleHit | null;
  readonly leadRule: CompiledRule | null;
  readonly category: CategoryId | null;
  readonly severity: Severity;
  readonly rules: readonly RuleHit[];
  readonly shadow: readonly RuleHit[];
  readonly gaps: readonly Gap[];
  readonly pending: boolean;
}

/** Told of every rule that was looked at, for explanations; with the action that its hit takes, if there is a hit. */
export type Watch = (rule: CompiledRule, answer: boolean | RuleError, effect: RuleEffect, taken?: Action) => void;
export type RuleEffect = 'fired' | 'shadow' | 'exempted' | 'error' | 'no' | 'disabled';

interface Fired {
  readonly rule: CompiledRule;
  readonly hit: RuleHit;
}

/** Rules that this note can set off; those gated by a category it does not touch are skipped unread. */
function candidates(region: CompiledRegion, answers: Answers): readonly CompiledRule[] {
  const gated: CompiledRule[] = [];
  for (const [category, rules] of region.gated) {
    if (answers.context.touches(category)) gated.push(...rules);
  }
  return gated.length === 0 ? region.ungated : [...region.ungated, ...gated];
}

/** Whether the rule acts, or is only recorded. */
function effective(rule: CompiledRule, input: EvaluationInput): boolean {
  if (rule.mode.kind === 'canary') return inCanary(rule, rule.mode.percent, input.facts);
  return rule.mode.kind === 'enforce';
}

/** A broken rule never says no in silence: it asks for a person, and hides what may be grave. */
function errorGap(rule: CompiledRule, error: RuleError, acts: boolean): Gap {
  const action: Action = !acts ? 'allow' : rule.severity >= 3 ? 'hold' : 'review';
  return { stage: 'policy', status: 'rule_error', why: `${rule.id}: ${error.message}`, action };
}

const byStrength = (a: Fired, b: Fired): number =>
  strengthOf(b.hit.action) - strengthOf(a.hit.action) ||
  b.rule.severity - a.rule.severity ||
  (a.rule.id < b.rule.id ? -1 : 1);

/** Exceptions let their categories through, severity 4 never; what they took away stays on record. */
function withoutExempted(fired: readonly Fired[]): {
  readonly kept: readonly Fired[];
  readonly exempted: readonly Fired[];
} {
  const exempt = new Set(fired.flatMap(({ rule }) => [...rule.exempts]));
  const isOut = ({ rule }: Fired): boolean => rule.exempts.size === 0 && rule.severity < 4 && exempt.has(rule.category);
  return { kept: fired.filter((entry) => !isOut(entry)), exempted: fired.filter(isOut) };
}

interface Tally {
  readonly fired: readonly Fired[];
  readonly shadow: readonly Fired[];
  readonly errors: readonly Gap[];
}

function tally(input: EvaluationInput, region: CompiledRegion, answers: Answers, watch: Watch | undefined): Tally {
  const fired: Fired[] = [];
  const shadow: Fired[] = [];
  const errors: Gap[] = [];
  for (const rule of candidates(region, answers)) {
    const answer = answers.of(rule.variant);
    if (answer === false) {
      watch?.(rule, answer, 'no');
      continue;
    }
    const acts = effective(rule, input);
    if (answer !== true) {
      errors.push(errorGap(rule, answer, acts));
      watch?.(rule, answer, 'error');
      continue;
    }
    const mode = rule.mode.kind === 'canary' ? 'canary' : acts ? 'enforce' : 'shadow';
    const hit = hitOf(rule, mode, actionOf(rule, answers, region), answers.context.category(rule.category).findings);
    (acts ? fired : shadow).push({ rule, hit });
    watch?.(rule, true, acts ? 'fired' : 'shadow', hit.action);
  }
  return { fired, shadow, errors };
}

const byText = (a: Gap, b: Gap): number => (`${a.stage}${a.why}` < `${b.stage}${b.why}` ? -1 : 1);

export function judge(input: EvaluationInput, region: CompiledRegion, answers: Answers, watch?: Watch): Outcome {
  const { fired, shadow, errors } = tally(input, region, answers, watch);
  const { kept, exempted } = withoutExempted(fired);
  for (const { rule, hit } of exempted) watch?.(rule, true, 'exempted', hit.action);
  const missing = stageGaps(input, region);
  const unread = unreadGap(input, answers.context, region);
  const unseen = unseenGap(input, region);
  const word = wordOfOpinions(input, missing.gaps, region.settings.opinions);
  const plain = missing.gaps.filter(({ stage }) => stage !== 'deliberate');
  const lacks = [...plain, ...[unread, unseen].filter((gap) => gap !== null), ...errors];
  const ranked = [...kept].sort(byStrength);
  const base = strongestOf([...ranked.map(({ hit }) => hit.action), ...lacks.map((gap) => gap.action)]) ?? 'allow';
  const lead = ranked.find(({ hit }) => hit.action !== 'allow') ?? ranked[0] ?? null;
  return {
    region: region.id,
    action: mergeOpinion(base, word),
    lead: lead?.hit ?? null,
    leadRule: lead?.rule ?? null,
    category: lead?.rule.category ?? word.category,
    severity: lead?.rule.severity ?? word.severity,
    rules: ranked.map(({ hit }) => hit),
    shadow: [...exempted, ...shadow].sort(byStrength).map(({ hit }) => hit),
    gaps: [...lacks, ...gapsOfWord(base, word)].sort(byText),
    pending: missing.pending,
  };
}
