/** One region: its settings after `extends`, its rules, and the checks that need both. */
import type { CategoryId } from '../categories.js';
import type { EvidenceKey } from '../domain.js';
import { checkNotice, checkSettings } from './check-settings.js';
import { RESTRICTIONS } from './choose-action.js';
import { inherited, settingsOf } from './cites.js';
import { compileRule, type RuleScope } from './compile-rule.js';
import type { RegionValue } from './context-values.js';
import { faultOf } from './faults.js';
import type { LintId } from './lints.js';
import { mergeDeep, mergeRules } from './merge.js';
import type { CompiledRegion, CompiledRule } from './model.js';
import { RegionSettings } from './schema.js';
import { checkShape, parentOf, type RegionFile } from './sources.js';
import type { Inheritance, Workshop } from './workshop.js';

export function inherit(region: RegionFile, parent: Inheritance | undefined): Inheritance {
  const { rules = [], ...own } = region.source;
  return {
    region,
    settings: withoutInheritedMembers(mergeDeep(parent?.settings ?? DEFAULTS, own), own),
    rules: mergeRules(parent?.rules ?? new Map(), rules, region.file),
    lineage: [region.source.id, ...(parent?.lineage ?? [])],
    written: inherited(parent?.written ?? new Map(), settingsOf(region)),
  };
}
/** What a bundle may leave out even in global. */
const DEFAULTS = {
  extends: null,
  effective_until: null,
  members: [],
  clocks: {},
  grounds: {},
  authorities: {},
  preserve: {},
  disclosure_cites: null,
  removals_per_day: null,
  opinions: {
    ask: { scores: null, categories: [], unvalidated_language: false, unseen_pictures: false },
    raises: { '0': 'allow', '1': 'allow', '2': 'review', '3': 'hold', '4': 'hold' },
    least_confidence: 0.6,
    doubt_holds_removal: true,
    redact: true,
    endpoints: null,
    budget: { tokens_per_day: 1_000_000, money_per_day: null },
  },
};

/** Members belong to the group's own file; a country that extends it is not a group. */
function withoutInheritedMembers(merged: unknown, own: { readonly members?: readonly string[] | undefined }): unknown {
  return mergeDeep(merged, { members: own.members ?? [] });
}

function regionValue(settings: RegionSettings): RegionValue {
  const thresholds = Object.entries(settings.thresholds).map(([category, steps]) => {
    const kept = Object.entries(steps ?? {}).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
    return [category, new Map(kept)] as const;
  });
  return {
    id: settings.id,
    thresholds: new Map(thresholds),
    disclosures: acceptedDisclosures(settings),
    min_age: BigInt(settings.age.min),
    adult_age: BigInt(settings.age.adult),
  };
}
const acceptedDisclosures = (settings: RegionSettings): readonly string[] =>
  Object.entries(settings.disclosure)
    .filter(([, wording]) => wording !== null)
    .map(([tag]) => tag)
    .sort();

function scopeOf(made: Inheritance, settings: RegionSettings, workshop: Workshop): RuleScope {
  return {
    region: settings.id,
    lineage: made.lineage,
    settings,
    value: regionValue(settings),
    ids: [...made.rules.keys()],
    notices: workshop.notices,
    laws: workshop.laws,
    terms: workshop.terms,
    compile: workshop.compile,
    variant: workshop.variant,
    fault(origin, lint, message, offset) {
      const file = workshop.byFile.get(origin.file) ?? made.region;
      workshop.report(faultOf(lint, { file: file.file, ...file.yaml.locate(origin.path, offset) }, message));
    },
  };
}

function checkRules(rules: readonly CompiledRule[], made: Inheritance, scope: RuleScope, workshop: Workshop): void {
  for (const rule of rules) {
    const complain = (field: string, lint: LintId, message: string): void =>
      scope.fault(made.rules.get(rule.id)?.origins.get(field) ?? rule.home, lint, `rule ${rule.id}: ${message}`);
    if (rule.notice === '' && RESTRICTIONS.has(rule.action) && scope.settings.restrictions_need_notice) {
      const message = `${rule.action} without a notice in ${scope.region}, where restrictions need one`;
      complain('notice', 'silent-restriction', message);
    }
    if (rule.notice !== '') {
      checkNotice(rule.notice, (message) => complain('notice', 'unknown-notice', message), scope.settings, workshop);
    }
    if (rule.action !== 'allow') continue;
    const beaten = rules.find((other) => other.severity === 4 && rule.exempts.has(other.category));
    if (beaten !== undefined) {
      complain(
        'exempts',
        'allow-beats-severity-4',
        `an allow may not beat severity 4, and ${beaten.id} has it in ${scope.region}`,
      );
    }
  }
}

export function groupRules(rules: readonly CompiledRule[]): Pick<CompiledRegion, 'gated' | 'ungated'> {
  const gated = new Map<CategoryId, CompiledRule[]>();
  const ungated: CompiledRule[] = [];
  for (const rule of rules) {
    if (rule.mode.kind === 'disabled') continue;
    if (rule.gate === null) {
      ungated.push(rule);
      continue;
    }
    const peers = gated.get(rule.gate);
    if (peers === undefined) gated.set(rule.gate, [rule]);
    else peers.push(rule);
  }
  return { gated, ungated };
}

export function readsOf(rules: readonly CompiledRule[]): ReadonlySet<EvidenceKey> {
  const reads = new Set<EvidenceKey>();
  for (const { variant } of rules) {
    for (const key of [...variant.when.reads, ...(variant.unless?.reads ?? [])]) reads.add(key);
  }
  return reads;
}

export function compileRegion(made: Inheritance, workshop: Workshop): CompiledRegion | null {
  const settings = checkShape(RegionSettings, made.settings, made.region, workshop.report);
  if (settings === null) return null;
  const scope = scopeOf(made, settings, workshop);
  checkSettings(made, settings, workshop);
  const rules = [...made.rules.values()].flatMap((rule) => compileRule(rule, scope) ?? []);
  checkRules(rules, made, scope, workshop);
  return {
    id: settings.id,
    name: settings.name,
    file: made.region.file,
    parent: parentOf(made.region.source),
    lineage: made.lineage,
    settings,
    written: made.written,
    value: scope.value,
    rules,
    ...groupRules(rules),
    from: Date.parse(settings.effective_from),
    until: settings.effective_until === null ? Number.POSITIVE_INFINITY : Date.parse(settings.effective_until),
    reads: readsOf(rules.filter((rule) => rule.mode.kind !== 'disabled')),
  };
}
