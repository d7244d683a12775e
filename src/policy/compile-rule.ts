/** One merged rule of one region -> a rule that needs no look-ups. Reports every fault it meets. */
import { asSeverity } from '../categories.js';
import type { Ground } from '../domain.js';
import type { Compiled, Expression } from './cel.js';
import { conditionFaults } from './check-conditions.js';
import { type Choice, chooseAction, type Means } from './choose-action.js';
import { sourceOf } from './cites.js';
import type { RegionValue } from './context-values.js';
import type { LintId } from './lints.js';
import type { MergedRule, Origin } from './merge.js';
import type { CompiledRule, RuleMode, Variant } from './model.js';
import { didYouMean } from './nearest.js';
import { conflicts } from './rule-conflicts.js';
import { type Complete, type CompleteRule, isComplete, missingParts, placeOf } from './rule-parts.js';
import { refOf } from './schema.js';
import { fileOfRegion } from './sources.js';
import type { TermNames } from './term-names.js';

export interface RuleScope extends Means {
  readonly lineage: readonly string[];
  readonly value: RegionValue;
  /** Of all rules of the region. */
  readonly ids: readonly string[];
  /** Keys of the laws of all regions, to tell a slip of the keyboard from a law of another country. */
  readonly laws: ReadonlySet<string>;
  readonly terms: TermNames;
  compile(source: string): Compiled;
  variant(when: Expression, unless: Expression | null, value: RegionValue): Variant;
  /** A fault at the field where it was written; `offset` counts inside that text. */
  fault(origin: Origin, lint: LintId, message: string, offset?: number): void;
}

function condition(rule: CompleteRule, field: 'when' | 'unless', scope: RuleScope): Expression | null {
  const source = rule.source[field];
  if (source === undefined || source === null) return null;
  const compiled = scope.compile(source);
  const at = placeOf(rule, field);
  for (const { lint, message, offset } of conditionFaults(compiled, scope.terms)) {
    scope.fault(at, lint, `rule ${rule.source.id}, ${field}: ${message}`, offset);
  }
  if (!compiled.ok) return null;
  for (const use of compiled.expression.thresholds) {
    const steps = scope.value.thresholds.get(use.category);
    if (steps?.has(use.step)) continue;
    // A step that a region takes out by null, or with its category, is one that it never reaches.
    const written = scope.settings.thresholds[use.category];
    if (written === null || Object.hasOwn(written ?? {}, use.step)) continue;
    const known = [...(steps?.keys() ?? [])].join(', ') || 'none';
    const message = `rule ${rule.source.id}: no threshold "${use.step}" for ${use.category} in ${scope.region} (there: ${known})`;
    scope.fault(at, 'unknown-threshold', message, use.offset);
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

function groundOf(rule: CompleteRule, choice: Choice, scope: RuleScope): Ground | null {
  const { law, terms } = rule.source.ground;
  const { grounds, terms: clauses } = scope.settings;
  const missing = (word: string, lint: LintId, known: readonly string[]): null => {
    const kind = lint === 'unknown-ground' ? 'ground' : 'clause';
    const hint = known.includes(word) ? '; the file takes it out by null' : didYouMean(word, known);
    const message = `rule ${rule.source.id}: unknown ${kind} "${word}" in ${scope.region}${hint}`;
    scope.fault(placeOf(rule, 'ground'), lint, message);
    return null;
  };
  if (typeof law === 'string' && (choice.lawKnown || !scope.laws.has(law))) {
    const entry = grounds[law];
    if (entry === undefined || entry === null) return missing(law, 'unknown-ground', Object.keys(grounds));
    return { kind: 'law', ref: refOf(entry), url: entry.url, version: entry.version };
  }
  if (typeof terms === 'string') {
    const clause = clauses[terms];
    if (clause === undefined || clause === null) return missing(terms, 'unknown-clause', Object.keys(clauses));
    return { kind: 'terms', ref: terms, url: clause.url, version: clause.version };
  }
  scope.fault(
    placeOf(rule, 'ground'),
    'no-ground',
    `rule ${rule.source.id}: the ground names neither law nor terms; give one of them a key`,
  );
  return null;
}

/** What the rule rests on as a key of `grounds` or `terms`. */
function citesOf(rule: CompleteRule, ground: Ground, scope: RuleScope): string {
  const { cites, ground: written } = rule.source;
  if (cites === undefined) return (ground.kind === 'law' ? written.law : written.terms) ?? '';
  if (sourceOf(cites, scope.settings) === null) {
    const known = [...Object.keys(scope.settings.grounds), ...Object.keys(scope.settings.terms)];
    const message = `rule ${rule.source.id}: unknown source "${cites}" in ${scope.region}${didYouMean(cites, known)}`;
    scope.fault(placeOf(rule, 'cites'), 'unknown-source', message);
  }
  return cites;
}

function choiceOf(rule: CompleteRule, scope: RuleScope): Choice | null {
  const { id, severity, then, notice, ground } = rule.source;
  if (then.action === undefined) {
    scope.fault(placeOf(rule, 'then'), 'incomplete-rule', `rule ${id} lacks then.action`);
    return null;
  }
  const wish = { severity, action: then.action, fallback: then.fallback ?? null, notice: notice ?? null };
  const choice = chooseAction({ ...wish, law: ground.law ?? null, terms: ground.terms ?? null }, scope);
  if (!('fault' in choice)) return choice;
  scope.fault(placeOf(rule, 'then'), 'fallback', `rule ${id}: ${choice.fault}${elsewhere(rule, 'then', scope)}`);
  return null;
}

/** A rule of another file is changed for a region in the region's own. */
function elsewhere(rule: CompleteRule, field: string, { region }: RuleScope): string {
  const own = fileOfRegion(region);
  return placeOf(rule, field).file === own ? '' : `; in ${own} write the id of the rule and a milder ${field}`;
}

function changedIn(rule: CompleteRule, { lineage }: RuleScope): string {
  const files = new Set([...rule.origins].flatMap(([field, { file }]) => (field === 'tests' ? [] : [file])));
  const nearest = lineage.map(fileOfRegion).find((file) => files.has(file));
  return nearest ?? rule.home.file;
}

interface Resolved {
  readonly choice: Choice;
  readonly ground: Ground;
  readonly when: Expression;
  readonly unless: Expression | null;
}

function resolved(rule: CompleteRule, scope: RuleScope): Resolved | null {
  const { source } = rule;
  const when = condition(rule, 'when', scope);
  const unless = condition(rule, 'unless', scope);
  const choice = choiceOf(rule, scope);
  if (choice === null) return null;
  const ground = groundOf(rule, choice, scope);
  for (const { field, lint, message } of conflicts(source, choice.action, scope)) {
    const hint = lint === 'ladder' ? elsewhere(rule, field, scope) : '';
    scope.fault(placeOf(rule, field), lint, `rule ${source.id}: ${message}${hint}`);
  }
  if (when === null || ground === null || (unless === null && typeof source.unless === 'string')) return null;
  return { choice, ground, when, unless };
}

export function compileRule(rule: MergedRule, scope: RuleScope): CompiledRule | null {
  if (!isComplete(rule)) {
    const words = missingParts(rule.source).join(', ');
    const hint = didYouMean(
      rule.source.id,
      scope.ids.filter((id) => id !== rule.source.id),
    );
    const message = `rule ${rule.source.id} lacks ${words}; a new rule needs all of them${hint}`;
    scope.fault(rule.home, 'incomplete-rule', message);
    return null;
  }
  const parts = resolved(rule, scope);
  if (parts === null) return null;
  const { source } = rule;
  const { choice, ground, when, unless } = parts;
  return {
    id: source.id,
    category: source.category,
    severity: asSeverity(source.severity),
    mode: modeOf(source.mode, scope),
    action: choice.action,
    sideActions: [...(source.then.side ?? [])].sort(),
    hours: source.then.hours ?? null,
    fallback: source.then.fallback ?? null,
    fellBack: choice.fellBack,
    cites: citesOf(rule, ground, scope),
    languages: source.languages ?? [],
    claimsFile: source.languages === undefined ? null : placeOf(rule, 'languages').file,
    exempts: new Set(source.exempts ?? []),
    ground,
    notice: choice.noticeSpoken ? (source.notice ?? '') : '',
    message: source.message,
    owner: source.owner,
    variant: scope.variant(when, unless, scope.value),
    gate: when.gate,
    home: rule.home,
    changedIn: changedIn(rule, scope),
    tests: source.tests ?? [],
    testsFile: placeOf(rule, 'tests').file,
  };
}
