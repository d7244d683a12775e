/** The same walk as `evaluate`, written down: which rule looked at what, and why it did or did not fire. */
import type { Action, Evaluation, RegionId } from '../domain.js';
import { clauseValue, RuleError } from './cel.js';
import type { Clause, Place } from './cel-inspect.js';
import type { RuleContext } from './context.js';
import type { EvaluationInput } from './context-values.js';
import { walk } from './evaluate.js';
import type { Bundle, CompiledRegion, CompiledRule } from './model.js';
import type { RuleEffect, Watch } from './outcome.js';
import { modeText } from './overrides.js';
import { type Answers, messageOf } from './verdict.js';

export interface Look {
  readonly side: 'when' | 'unless';
  readonly clause: string;
  readonly value: unknown;
  /** How it is joined to the other parts of its side. */
  readonly within: readonly Place[];
  readonly not: boolean;
  /** What the clause was made of, by expression. */
  readonly of: Readonly<Record<string, unknown>>;
}
export interface RuleTrace {
  readonly rule: string;
  readonly category: string;
  readonly severity: number;
  readonly mode: string;
  /** What the rule asks for here; of a rule that fired on the word of the text model alone perhaps less than it says. */
  readonly action: Action;
  readonly effect: RuleEffect | 'not_asked';
  /** One sentence for people. */
  readonly why: string;
  /** What the reviewer is told; null where nothing was asked. */
  readonly message: string | null;
  readonly looked: readonly Look[];
}
export interface RegionTrace {
  readonly policy: RegionId;
  readonly rules: readonly RuleTrace[];
}
export interface Explanation {
  readonly evaluation: Evaluation;
  /** One entry for each policy file that spoke. */
  readonly traces: readonly RegionTrace[];
}

const SHOWN_ITEMS = 8;
const SHOWN_CHARS = 120;

/** Values as JSON can carry them; never the note's text at length. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') return value.length > SHOWN_CHARS ? `${value.slice(0, SHOWN_CHARS)}…` : value;
  if (Array.isArray(value)) return value.slice(0, SHOWN_ITEMS).map(plain);
  if (value instanceof Map) return Object.fromEntries([...value].slice(0, SHOWN_ITEMS).map(([k, v]) => [k, plain(v)]));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
  }
  return value;
}

function look(side: Look['side'], clauses: readonly Clause[], context: RuleContext): readonly Look[] {
  return clauses.map(({ source, parts, within, not }) => ({
    side,
    clause: source,
    value: plain(clauseValue(source, context)),
    within,
    not,
    of: Object.fromEntries(parts.map((part) => [part, plain(clauseValue(part, context))])),
  }));
}

const holds = ({ value, not }: Look): boolean => (not ? value === false : value === true);
const written = ({ clause, not }: Look): string => (not ? `!(${clause})` : clause);

function whyNot(looked: readonly Look[]): string {
  const excused = looked.find((entry) => entry.side === 'unless' && holds(entry));
  if (excused !== undefined) return `taken out by unless: ${written(excused)}`;
  const failed = looked.filter((entry) => entry.side === 'when' && !holds(entry));
  return `not met: ${failed.map(written).join('; ')}`;
}

const WHY: Readonly<Record<Exclude<RuleEffect, 'no' | 'error'>, string>> = {
  fired: 'the condition is met',
  shadow: 'the condition is met; recorded without effect',
  exempted: 'the condition is met, but an exception lets this category through',
  disabled: 'the rule is off here',
};

interface Said {
  readonly answer: boolean | RuleError;
  readonly effect: RuleEffect;
  readonly action: Action;
}

function traceOf(rule: CompiledRule, { answer, effect, action }: Said, context: RuleContext): RuleTrace {
  context.home = rule.variant.region;
  const looked = [
    ...look('when', rule.variant.when.clauses, context),
    ...look('unless', rule.variant.unless?.clauses ?? [], context),
  ];
  const why =
    answer instanceof RuleError
      ? `broken: ${answer.message}`
      : effect === 'no' || effect === 'error'
        ? whyNot(looked)
        : WHY[effect];
  const fell = rule.fellBack === null ? '' : `; ${rule.action} as the fallback, since ${rule.fellBack}`;
  const capped = action === rule.action ? '' : `; ${action} for ${rule.action}, on the word of the text model alone`;
  const message = messageOf(rule, context.category(rule.category).findings);
  return { ...headOf(rule), action, effect, why: `${why}${fell}${capped}`, message, looked };
}

const headOf = (rule: CompiledRule): Pick<RuleTrace, 'rule' | 'category' | 'severity' | 'mode' | 'action'> => ({
  rule: rule.id,
  category: rule.category,
  severity: rule.severity,
  mode: modeText(rule.mode),
  action: rule.action,
});

function unasked(rule: CompiledRule): RuleTrace {
  const off = rule.mode.kind === 'disabled';
  const why = off ? WHY.disabled : `nothing was found in ${rule.gate ?? rule.category}`;
  return { ...headOf(rule), effect: off ? 'disabled' : 'not_asked', why, message: null, looked: [] };
}

export function explain(input: EvaluationInput, bundle: Bundle, regions: readonly RegionId[]): Explanation {
  const seen = new Map<CompiledRegion, Map<string, RuleTrace>>();
  const watch = (region: CompiledRegion, { context }: Answers): Watch => {
    const traces = new Map<string, RuleTrace>();
    seen.set(region, traces);
    return (rule, answer, effect, action = rule.action) =>
      traces.set(rule.id, traceOf(rule, { answer, effect, action }, context));
  };
  const evaluation = walk(input, bundle, regions, watch);
  const traces = [...seen].map(([region, known]) => ({
    policy: region.id,
    rules: region.rules.map((rule) => known.get(rule.id) ?? unasked(rule)),
  }));
  return { evaluation, traces };
}
