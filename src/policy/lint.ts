/** What is allowed but probably not meant. Warnings never keep a bundle out of force. */
import { strengthOf } from './compile-rule.js';
import type { CompiledRegion, CompiledRule, Variant } from './model.js';
import { faultAt, type RegionFile, type Report } from './sources.js';
import { STEPS } from './vocabulary.js';
import type { YamlPath } from './yaml.js';

interface Linted {
  readonly region: CompiledRegion;
  readonly parent: CompiledRegion | undefined;
  readonly file: RegionFile;
}
type Warn = (path: YamlPath, message: string) => void;

function lintDates({ region, file }: Linted, today: string | null, warn: Warn): void {
  const { effective_from, effective_until } = region.settings;
  if (effective_until !== null && effective_until <= effective_from) {
    warn(['effective_until'], `the file ends on ${effective_until}, before it begins on ${effective_from}`);
  }
  if (today === null) return;
  if (file.source.review_by !== undefined && file.source.review_by < today) {
    warn(['review_by'], `the review was due on ${file.source.review_by}`);
  }
  (file.source.rules ?? []).forEach((rule, index) => {
    if (rule.review_by === undefined || rule.review_by >= today) return;
    warn(['rules', index, 'review_by'], `rule ${rule.id}: the review was due on ${rule.review_by}`);
  });
}

/** A milder step above a stronger one would skip the stronger one's turn. */
function lintThresholds({ parent, region, file }: Linted, warn: Warn): void {
  for (const [category, steps] of region.value.thresholds) {
    const path = ['thresholds', category];
    if (file.source.thresholds?.[category as never] === undefined) continue;
    const present = STEPS.flatMap((step) => {
      const value = steps.get(step);
      return value === undefined ? [] : [{ step, value }];
    });
    for (const [index, { step, value }] of present.entries()) {
      const milder = present[index - 1];
      if (milder !== undefined && milder.value > value) {
        warn(
          [...path, step],
          `${category}: ${step} (${value}) comes before the milder ${milder.step} (${milder.value})`,
        );
      }
      const written = (file.source.thresholds?.[category as never] as Record<string, unknown> | undefined)?.[step];
      if (written !== undefined && parent?.value.thresholds.get(category)?.get(step) === value) {
        warn([...path, step], `${category}: ${step} is ${value} in ${parent.id} already`);
      }
    }
  }
}

const isConstant = (rule: CompiledRule): boolean => !rule.variant.when.usesVariables;

function lintRules({ region, file }: Linted, warn: Warn): void {
  const byId = new Map(region.rules.map((rule) => [rule.id, rule]));
  const byVariant = new Map<Variant, CompiledRule[]>();
  for (const rule of region.rules) {
    const peers = byVariant.get(rule.variant);
    if (peers === undefined) byVariant.set(rule.variant, [rule]);
    else peers.push(rule);
  }
  (file.source.rules ?? []).forEach((source, index) => {
    const rule = byId.get(source.id);
    if (rule === undefined || rule.mode.kind === 'disabled') return;
    const path = ['rules', index];
    if (isConstant(rule)) warn([...path, 'when'], `rule ${rule.id}: the condition is the same for every note`);
    if (rule.variant.unless !== null && rule.variant.unless.source.trim() === rule.variant.when.source.trim()) {
      warn([...path, 'unless'], `rule ${rule.id} can never fire: unless says the same as when`);
    }
    const always = byVariant.get(rule.variant)?.find((other) => coveredBy(rule, other));
    if (always !== undefined) {
      warn(path, `rule ${rule.id} changes nothing: ${always.id} has the same condition and a stronger action`);
    }
  });
}

/** Same condition, same category, and the other one is at least as strong in everything. */
function coveredBy(rule: CompiledRule, other: CompiledRule): boolean {
  const strength = strengthOf(other.action) - strengthOf(rule.action);
  return (
    other.id !== rule.id &&
    other.mode.kind === 'enforce' &&
    other.category === rule.category &&
    other.severity >= rule.severity &&
    (strength > 0 || (strength === 0 && other.id < rule.id)) &&
    rule.sideActions.every((side) => other.sideActions.includes(side))
  );
}

export function lintRegion(linted: Linted, today: string | null, report: Report): void {
  const warn: Warn = (path, message) => report(faultAt(linted.file, path, message, { level: 'warning', kind: 'lint' }));
  lintDates(linted, today, warn);
  lintThresholds(linted, warn);
  lintRules(linted, warn);
}
