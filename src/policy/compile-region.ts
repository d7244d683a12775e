/** One region: its settings after `extends`, its rules, and the checks that need both. */
import type { CategoryId } from '../categories.js';
import type { EvidenceKey } from '../domain.js';
import type { Compiled, Expression } from './cel.js';
import { compileRule, RESTRICTIONS, type RuleScope } from './compile-rule.js';
import { type RegionValue, VALUE_CLASSES } from './context.js';
import { type MergedRule, mergeDeep, mergeRules } from './merge.js';
import type { CompiledRegion, CompiledRule, Notices, Variant } from './model.js';
import { didYouMean } from './nearest.js';
import { RegionSettings } from './schema.js';
import { checkShape, faultAt, parentOf, type RegionFile, type Report } from './sources.js';

/** What a file hands on to those that extend it. */
export interface Inheritance {
  readonly region: RegionFile;
  readonly settings: unknown;
  readonly rules: ReadonlyMap<string, MergedRule>;
  readonly lineage: readonly string[];
}
export interface Workshop {
  readonly byFile: ReadonlyMap<string, RegionFile>;
  readonly notices: ReadonlyMap<string, Notices>;
  readonly report: Report;
  compile(source: string): Compiled;
  variant(when: Expression, unless: Expression | null, value: RegionValue): Variant;
}

export function inherit(region: RegionFile, parent: Inheritance | undefined): Inheritance {
  const { rules = [], ...own } = region.source;
  return {
    region,
    settings: withoutInheritedMembers(mergeDeep(parent?.settings ?? DEFAULTS, own), own),
    rules: mergeRules(parent?.rules ?? new Map(), rules, region.file),
    lineage: [region.source.id, ...(parent?.lineage ?? [])],
  };
}
/** What a bundle may leave out even in global. */
const DEFAULTS = { extends: null, effective_until: null, members: [], clocks: {}, grounds: {}, authorities: {} };

/** Members belong to the group's own file; a country that extends it is not a group. */
function withoutInheritedMembers(merged: unknown, own: { readonly members?: readonly string[] | undefined }): unknown {
  return mergeDeep(merged, { members: own.members ?? [] });
}

function regionValue(settings: RegionSettings): RegionValue {
  const thresholds = Object.entries(settings.thresholds).map(([category, steps]) => {
    const kept = Object.entries(steps ?? {}).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
    return [category, new Map(kept)] as const;
  });
  return new VALUE_CLASSES.Region({
    id: settings.id,
    thresholds: new Map(thresholds),
    disclosures: acceptedDisclosures(settings),
    min_age: BigInt(settings.age.min),
    adult_age: BigInt(settings.age.adult),
  });
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
    compile: workshop.compile,
    variant: workshop.variant,
    fault(origin, message, rest = {}) {
      const file = workshop.byFile.get(origin.file) ?? made.region;
      const place = file.yaml.locate(origin.path, rest.offset);
      const kind = rest.kind ?? 'reference';
      workshop.report({ level: 'error', kind, file: file.file, ...place, message });
    },
  };
}

function checkRules(rules: readonly CompiledRule[], made: Inheritance, scope: RuleScope, workshop: Workshop): void {
  for (const rule of rules) {
    const complain = (field: string, message: string): void =>
      scope.fault(made.rules.get(rule.id)?.origins.get(field) ?? rule.home, `rule ${rule.id}: ${message}`);
    if (rule.notice === '' && RESTRICTIONS.has(rule.action) && scope.settings.restrictions_need_notice) {
      complain('notice', `${rule.action} without a notice in ${scope.region}, where restrictions need one`);
    }
    if (rule.notice !== '') {
      checkNotice(rule.notice, (message) => complain('notice', message), scope.settings, workshop.notices);
    }
    if (rule.action !== 'allow') continue;
    const beaten = rules.find((other) => other.severity === 4 && rule.exempts.has(other.category));
    if (beaten !== undefined) {
      complain('exempts', `an allow may not beat severity 4, and ${beaten.id} has it in ${scope.region}`);
    }
  }
}

function checkNotice(
  key: string,
  complain: (message: string) => void,
  settings: RegionSettings,
  notices: ReadonlyMap<string, Notices>,
): void {
  for (const language of settings.notice_languages) {
    const file = notices.get(language);
    if (file === undefined || file.sentences.has(key)) continue;
    const hint = didYouMean(key, file.sentences.keys());
    complain(`the notice "${key}" has no sentence in notices/${language}.yaml${hint}`);
  }
}

function checkSettings(made: Inheritance, settings: RegionSettings, workshop: Workshop): void {
  const complain = (path: readonly string[], message: string): void =>
    workshop.report(faultAt(made.region, path, message));
  settings.notice_languages.forEach((language, index) => {
    if (workshop.notices.has(language)) return;
    const hint = didYouMean(language, workshop.notices.keys());
    workshop.report(faultAt(made.region, ['notice_languages', index], `there is no notices/${language}.yaml${hint}`));
  });
  for (const block of settings.notice_blocks) {
    checkNotice(block, (message) => complain(['notice_blocks'], message), settings, workshop.notices);
  }
  for (const [stage, rule] of Object.entries(settings.evidence.stages)) {
    const path = ['evidence', 'stages', stage];
    if (!rule.required) continue;
    for (const answer of ['failed', 'overdue'] as const) {
      if (rule[answer] === 'review' || rule[answer] === 'hold') continue;
      complain(
        [...path, answer],
        `${stage} is required here: ${answer} must lead to review or hold, not ${rule[answer]}`,
      );
    }
  }
  if (made.lineage.includes('eu') && !settings.restrictions_need_notice) {
    complain(
      ['restrictions_need_notice'],
      'must be true in the EU: a restriction needs a statement of reasons (DSA art. 17)',
    );
  }
  for (const [id, clock] of Object.entries(settings.clocks)) {
    if (clock?.ground === undefined || settings.grounds[clock.ground]) continue;
    const hint = didYouMean(clock.ground, Object.keys(settings.grounds));
    complain(['clocks', id, 'ground'], `unknown ground "${clock.ground}"${hint}`);
  }
}

function group(rules: readonly CompiledRule[]): Pick<CompiledRegion, 'gated' | 'ungated'> {
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

function readsOf(rules: readonly CompiledRule[]): ReadonlySet<EvidenceKey> {
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
    value: scope.value,
    rules,
    ...group(rules),
    from: Date.parse(settings.effective_from),
    until: settings.effective_until === null ? Number.POSITIVE_INFINITY : Date.parse(settings.effective_until),
    reads: readsOf(rules.filter((rule) => rule.mode.kind !== 'disabled')),
  };
}
