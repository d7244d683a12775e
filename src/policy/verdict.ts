/** Does a rule fire? One answer per variant and note, shared by all regions that see the same. */
import { type Action, type Finding, type NoteFacts, type RuleHit, type ScoreKey, strengthOf } from '../domain.js';
import { RuleError } from './cel.js';
import { RuleContext } from './context.js';
import { type EvaluationInput, isScoreKey, type RegionValue, withoutModel } from './context-values.js';
import type { CompiledRegion, CompiledRule, Variant } from './model.js';
import { bucketOf } from './stable-hash.js';

export type Answer = boolean | RuleError;

/** Sparse by variant index; lives as long as one evaluation. */
export class Answers {
  readonly #known = new Map<number, Answer>();
  readonly #input: EvaluationInput;
  readonly context: RuleContext;
  #unaided: Answers | null = null;
  #proven: Answers | null = null;

  constructor(input: EvaluationInput, region: RegionValue) {
    this.#input = input;
    this.context = new RuleContext(input, region);
  }

  of(variant: Variant): Answer {
    const known = this.#known.get(variant.index);
    if (known !== undefined) return known;
    const answer = ask(variant, this.context);
    this.#known.set(variant.index, answer);
    return answer;
  }

  /** What the rules would answer had the text model said nothing. */
  get unaided(): Answers {
    this.#unaided ??= new Answers(withoutModel(this.#input), this.context.home);
    return this.#unaided;
  }

  /** What the rules would answer had only those heads of the model spoken that were validated for the language. */
  get proven(): Answers {
    const isProven = (key: ScoreKey): boolean => this.context.competence.get(key) === 'validated';
    this.#proven ??= new Answers(withoutModel(this.#input, isProven), this.context.home);
    return this.#proven;
  }
}

function ask(variant: Variant, context: RuleContext): Answer {
  context.home = variant.region;
  try {
    return variant.when.test(context) && !(variant.unless?.test(context) ?? false);
  } catch (error) {
    if (error instanceof RuleError) return error;
    throw error;
  }
}

/** Findings kept with a hit; all of them stay in the evidence. */
const FINDINGS_KEPT = 16;

/**
 * Where the model was not validated for the language, its word alone does not take a note away. It does not stand
 * alone where the rule fires without it, or without its unproven heads where that of its own category is validated, or
 * where another detector found the same category.
 */
export function actionOf(rule: CompiledRule, answers: Answers, region: CompiledRegion): Action {
  const { context } = answers;
  const own = context.competence.get(isScoreKey(rule.category) ? rule.category : 'toxicity');
  // A rule may speak of one category and listen to the head of another.
  const competence = own === 'validated' ? leastOf(context.competence) : own;
  if (competence === 'validated') return rule.action;
  const cap = region.settings.model_alone[competence === 'weak' ? 'weak' : 'none'];
  if (strengthOf(rule.action) <= strengthOf(cap)) return rule.action;
  const { sources } = context.category(rule.category);
  if ([...sources].some((source) => source !== 'classifier')) return rule.action;
  const heard = own === 'validated' ? answers.proven : answers.unaided;
  return heard.of(rule.variant) === true ? rule.action : cap;
}

function leastOf(competence: ReadonlyMap<string, string>): string {
  const all = new Set(competence.values());
  return all.has('none') ? 'none' : all.has('weak') ? 'weak' : 'validated';
}

export const SEEN_BY: Readonly<Record<Finding['source'], string>> = {
  term: 'known words',
  pattern: 'known words',
  text_hash: 'a known text',
  classifier: 'the text model',
  campaign: 'near-duplicates',
  image_hash: 'a known picture',
  image_model: 'the image model',
  opinion: 'a second opinion',
};
/** A condition that asks for words, contacts or facts of its own. */
export const SEEN_BY_ITSELF = 'the rule itself';
/** Who saw it, for `{by}` in a message; without a finding it was a score, or what the condition says itself. */
function seenBy({ variant }: CompiledRule, findings: readonly Finding[]): string {
  const names = [...new Set(findings.map(({ source }) => SEEN_BY[source]))].sort();
  if (names.length > 0) return names.join(' and ');
  return variant.when.reads.has('classify') ? 'the text model' : SEEN_BY_ITSELF;
}

/** What the reviewer reads, with its blank filled. */
export const messageOf = (rule: CompiledRule, findings: readonly Finding[]): string =>
  rule.message.replaceAll('{by}', seenBy(rule, findings));

export function hitOf(
  rule: CompiledRule,
  mode: RuleHit['mode'],
  action: Action,
  findings: readonly Finding[],
): RuleHit {
  const softened = action !== rule.action;
  const message = messageOf(rule, findings);
  return {
    rule: rule.id,
    category: rule.category,
    severity: rule.severity,
    action,
    sideActions: softened
      ? rule.sideActions.filter((side) => side === 'escalate' || side === 'preserve')
      : rule.sideActions,
    mode,
    ground: rule.ground,
    notice: rule.notice,
    message: softened ? `${message} (model not validated for this language: ${rule.action} became ${action})` : message,
    findings: findings.slice(0, FINDINGS_KEPT),
  };
}

/** Authors in the canary are drawn per rule, so that the same people do not test every rule. */
export function inCanary(rule: CompiledRule, percent: number, facts: NoteFacts): boolean {
  return facts.author !== null && bucketOf(`canary\0${rule.id}\0${facts.author.id}`) < percent;
}
