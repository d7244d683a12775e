/** One merged rule of one region -> a rule that needs no look-ups. Reports every fault it meets. */
import { CATEGORIES, SEVERITIES, type Severity } from '../categories.js';
import { ACTIONS, type Action, type Ground, type RegionId } from '../domain.js';
import type { Compiled, Expression } from './cel.js';
import type { RegionValue } from './context.js';
import type { PolicyFault } from './faults.js';
import type { MergedRule, Origin } from './merge.js';
import type { CompiledRule, RuleMode, Variant } from './model.js';
import { didYouMean } from './nearest.js';
import type { RegionSettings, RuleSource } from './schema.js';

export const strengthOf = (action: Action): number => ACTIONS.indexOf(action);
/** Actions that take something from the author; each needs a notice where the law asks for reasons. */
export const RESTRICTIONS: ReadonlySet<Action> = new Set([
  'limit_interact',
  'limit',
  'age_gate',
  'require_edit',
  'geo_withhold',
  'hold',
  'remove',
]);

export interface RuleScope {
  readonly region: RegionId;
  readonly lineage: readonly RegionId[];
  readonly settings: RegionSettings;
  readonly value: RegionValue;
  compile(source: string): Compiled;
  variant(when: Expression, unless: Expression | null, value: RegionValue): Variant;
  /** A fault at the field where it was written; `offset` counts inside that text. */
  fault(origin: Origin, message: string, rest?: { kind?: PolicyFault['kind']; offset?: number }): void;
}

const NEEDED = ['category', 'severity', 'mode', 'when', 'then', 'ground', 'message', 'owner'] as const;
type Complete = Omit<RuleSource, (typeof NEEDED)[number]> & {
  readonly [K in (typeof NEEDED)[number]]: NonNullable<RuleSource[K]>;
};
type CompleteRule = Omit<MergedRule, 'source'> & { readonly source: Complete };

const at = (rule: CompleteRule, field: string): Origin => rule.origins.get(field) ?? rule.home;

function completed(rule: MergedRule, scope: RuleScope): CompleteRule | null {
  const missing = NEEDED.filter((field) => rule.source[field] === undefined);
  if (missing.length === 0) return rule as CompleteRule;
  const words = missing.join(', ');
  scope.fault(rule.home, `rule ${rule.source.id} lacks ${words}; a new rule needs all of them`);
  return null;
}

function condition(rule: CompleteRule, field: 'when' | 'unless', scope: RuleScope): Expression | null {
  const source = rule.source[field];
  if (source === undefined || source === null) return null;
  const compiled = scope.compile(source);
  if (!compiled.ok) {
    for (const fault of compiled.faults) {
      scope.fault(at(rule, field), `rule ${rule.source.id}, ${field}: ${fault.message}`, {
        kind: 'expression',
        offset: fault.offset,
      });
    }
    return null;
  }
  for (const use of compiled.expression.thresholds) {
    const steps = scope.settings.thresholds[use.category];
    if (steps !== undefined && Object.hasOwn(steps, use.step)) continue;
    const known = Object.keys(steps ?? {}).join(', ') || 'none';
    const message = `rule ${rule.source.id}: no threshold "${use.step}" for ${use.category} in ${scope.region} (there: ${known})`;
    scope.fault(at(rule, field), message, { offset: use.offset });
  }
  return compiled.expression;
}

function modeOf(mode: Complete['mode'], scope: RuleScope): RuleMode {
  const word =
    typeof mode === 'string'
      ? mode
      : (scope.lineage.map((id) => mode[id]).find((found) => found !== undefined) ?? mode['*'] ?? 'disabled');
  const percent = /^canary\((\d+)\)$/.exec(word)?.[1];
  if (percent !== undefined) return { kind: 'canary', percent: Number(percent) };
  return { kind: word === 'enforce' ? 'enforce' : word === 'shadow' ? 'shadow' : 'disabled' };
}

function groundOf(rule: CompleteRule, scope: RuleScope): Ground | null {
  const { law, terms } = rule.source.ground;
  const { grounds, terms: clauses } = scope.settings;
  const missing = (word: string, kind: string, known: object): null => {
    const message = `rule ${rule.source.id}: unknown ${kind} "${word}" in ${scope.region}`;
    scope.fault(at(rule, 'ground'), `${message}${didYouMean(word, Object.keys(known))}`);
    return null;
  };
  if (law !== undefined && law !== null) {
    const entry = grounds[law];
    if (entry === undefined || entry === null) return missing(law, 'ground', grounds);
    return { kind: 'law', ref: entry.ref, url: entry.url, version: entry.version };
  }
  if (terms !== undefined && terms !== null) {
    const clause = clauses[terms];
    if (clause === undefined || clause === null) return missing(terms, 'clause', clauses);
    return { kind: 'terms', ref: terms, url: clause.url, version: clause.version };
  }
  scope.fault(at(rule, 'ground'), `rule ${rule.source.id}: the ground names neither law nor terms`);
  return null;
}

/** The schema admits 0 to 4 only. */
const severityOf = (value: number): Severity => SEVERITIES.find((known) => known === value) ?? 4;

/** What the domain forbids, whatever the author meant. Each line is a law of docs or statute. */
function conflicts(source: Complete, action: Action, scope: RuleScope): readonly (readonly [string, string])[] {
  const { category, severity } = source;
  const ladder = scope.settings.ladder[String(severity) as '0'];
  const side = source.then.side ?? [];
  const table: readonly (readonly [boolean, string, string])[] = [
    [
      severity > CATEGORIES[category].maxSeverity,
      'severity',
      `severity ${severity} is above the ${CATEGORIES[category].maxSeverity} of ${category}`,
    ],
    [
      action !== 'allow' && strengthOf(action) > strengthOf(ladder),
      'then',
      `${action} is stronger than ${ladder}, the limit for severity ${severity} in ${scope.region}`,
    ],
    [
      severity === 3 && action === 'remove' && !side.includes('escalate'),
      'then',
      'a removal of severity 3 needs a person to confirm it: add escalate to side',
    ],
    [
      source.category === 'selfharm.risk' && (strengthOf(action) > strengthOf('review') || RESTRICTIONS.has(action)),
      'then',
      'selfharm.risk is answered with help: label, warn or review, never a restriction',
    ],
    [action === 'allow' && source.exempts === undefined, 'then', 'a rule that allows must name what it exempts'],
    [action !== 'allow' && source.exempts !== undefined, 'exempts', 'only a rule with action allow may exempt'],
    [
      source.then.fallback !== undefined && source.then.hours === undefined,
      'then',
      'a fallback needs hours after which it follows',
    ],
    [
      action === 'remove' && hasLawOnly(source),
      'then',
      'a local law alone withholds in its country: use geo_withhold, or name a clause of the terms too',
    ],
  ];
  return table.flatMap(([wrong, field, message]) => (wrong ? [[field, message] as const] : []));
}
const hasLawOnly = (source: Complete): boolean =>
  typeof source.ground.law === 'string' && typeof source.ground.terms !== 'string';

export function compileRule(merged: MergedRule, scope: RuleScope): CompiledRule | null {
  const rule = completed(merged, scope);
  if (rule === null) return null;
  const { source } = rule;
  const when = condition(rule, 'when', scope);
  const unless = condition(rule, 'unless', scope);
  const ground = groundOf(rule, scope);
  const action = source.then.action;
  if (action === undefined) {
    scope.fault(at(rule, 'then'), `rule ${source.id} lacks then.action`);
    return null;
  }
  for (const [field, message] of conflicts(source, action, scope)) {
    scope.fault(at(rule, field), `rule ${source.id}: ${message}`);
  }
  if (when === null || ground === null || (unless === null && typeof source.unless === 'string')) return null;
  const variant = scope.variant(when, unless, scope.value);
  return {
    id: source.id,
    category: source.category,
    severity: severityOf(source.severity),
    mode: modeOf(source.mode, scope),
    action,
    sideActions: [...(source.then.side ?? [])].sort(),
    hours: source.then.hours ?? null,
    fallback: source.then.fallback ?? null,
    exempts: new Set(source.exempts ?? []),
    ground,
    notice: source.notice ?? '',
    message: source.message,
    owner: source.owner,
    variant,
    usesModel: when.usesModel,
    gate: when.gate,
    home: rule.home,
    tests: source.tests ?? [],
    testsFile: at(rule, 'tests').file,
  };
}
