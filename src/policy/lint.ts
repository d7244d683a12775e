/** What is allowed but probably not meant. Warnings never keep a bundle out of force. */
import type { CategoryId } from '../categories.js';
import { strengthOf } from '../domain.js';
import { isDisclosure } from '../stages/match/contact-disclosures.js';
import { settingKey, settingsOf } from './cites.js';
import { coverageOf, LEAST_MATCHES, LEAST_NO_MATCHES } from './coverage.js';
import { faultOf } from './faults.js';
import { apartRegions } from './lint-regions.js';
import type { LintId } from './lints.js';
import type { CompiledRegion, CompiledRule, Variant } from './model.js';
import { suspects } from './preserve.js';
import { STEPS } from './quoted-words.js';
import type { RegionSettings } from './schema.js';
import type { RegionFile, Report } from './sources.js';
import type { YamlPath } from './yaml.js';

interface Linted {
  readonly region: CompiledRegion;
  readonly parent: CompiledRegion | undefined;
  readonly file: RegionFile;
  /** The group that names the region among its members. */
  readonly group: string | undefined;
  /** The region and all that build on it. */
  readonly heirs: readonly CompiledRegion[];
}
type Warn = (path: YamlPath, lint: LintId, message: string, offset?: number) => void;

function lintDates({ region, file }: Linted, today: string | null, warn: Warn): void {
  const { effective_from, effective_until } = region.settings;
  if (effective_until !== null && effective_until <= effective_from) {
    warn(
      ['effective_until'],
      'ends-early',
      `the file ends on ${effective_until}, before it begins on ${effective_from}`,
    );
  }
  if (today === null) return;
  if (file.source.review_by !== undefined && file.source.review_by < today) {
    warn(['review_by'], 'review-expired', `the review was due on ${file.source.review_by}`);
  }
  (file.source.rules ?? []).forEach((rule, index) => {
    if (rule.review_by === undefined || rule.review_by >= today) return;
    const message = `rule ${rule.id}: the review was due on ${rule.review_by}`;
    warn(['rules', index, 'review_by'], 'review-expired', message);
  });
}

/** A file of its own takes a country out of its group, unless it builds on it. */
function lintGroup({ region, file, group }: Linted, warn: Warn): void {
  if (group === undefined || region.lineage.includes(group)) return;
  const message = `${group} names ${region.id} among its members, and this file does not build on it: its rules no longer hold here; write "extends: ${group}"`;
  warn([file.source.extends === undefined ? 'id' : 'extends'], 'left-group', message);
}

/** Detection knows advertising labels by language; a region says which of these languages count. */
function lintLabels({ file }: Linted, warn: Warn): void {
  for (const [language, labels] of Object.entries(file.source.disclosure ?? {})) {
    (labels ?? []).forEach((label, index) => {
      if (isDisclosure(label, language)) return;
      const message = `detection does not know "${label}" as an advertising label in ${language}: a note with it alone counts as not declared`;
      warn(['disclosure', language, index], 'unknown-label', message);
    });
  }
}

type ClockSource = NonNullable<RegionSettings['clocks'][string]>['source'];
/** From when on a case counts the hours of each source: what its desk knows is when that came in. */
const COUNTED_FROM: Readonly<Record<ClockSource, readonly string[]>> = {
  order: ['order_received'],
  notice: ['valid_notice_received'],
  report: ['valid_notice_received', 'actual_knowledge'],
  appeal: ['appeal_received'],
  grievance: ['valid_notice_received'],
  knowledge: ['actual_knowledge'],
};

function lintClocks({ file }: Linted, warn: Warn): void {
  for (const [name, clock] of Object.entries(file.source.clocks ?? {})) {
    if (clock === null) continue;
    const { source, starts, hours } = clock;
    const from = COUNTED_FROM[source];
    // Without a number there is nothing to count, and the law may well speak of the decision.
    if (from.includes(starts) || (source === 'appeal' && starts === 'decision_communicated' && hours === null))
      continue;
    const message = `clock ${name}: the hours of a clock of ${source} count from ${from.join(' or ')}, not from ${starts}`;
    warn(['clocks', name, 'starts'], 'clock-start', message);
  }
}

/** A duty to keep that only a person's finding would ever begin loses what is erased before somebody looks. */
function lintPreserve({ region, file }: Linted, warn: Warn): void {
  const asking = region.rules.filter(
    ({ mode, sideActions }) => mode.kind === 'enforce' && sideActions.includes('preserve'),
  );
  for (const [name, entry] of Object.entries(file.source.preserve ?? {})) {
    if (entry === null || asking.some((rule) => suspects(rule, entry.categories))) continue;
    const message = `preserve ${name}: no enforced rule of ${entry.categories.join(', ')} has the side action preserve`;
    warn(['preserve', name, 'categories'], 'never-kept', message);
  }
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
          'threshold-order',
          `${category}: ${step} (${value}) comes before the milder ${milder.step} (${milder.value})`,
        );
      }
      const written = (file.source.thresholds?.[category as never] as Record<string, unknown> | undefined)?.[step];
      if (written !== undefined && parent?.value.thresholds.get(category)?.get(step) === value) {
        const message = `${category}: ${step} is ${value} in ${parent.id} already`;
        warn([...path, step], 'threshold-same', message);
      }
    }
  }
}

const isConstant = (rule: CompiledRule): boolean => !rule.variant.when.usesVariables;

function lintRules({ region, file }: Linted, warn: Warn): void {
  const byId = new Map(region.rules.map((rule) => [rule.id, rule]));
  const peers = byFirstPart(region.rules);
  (file.source.rules ?? []).forEach((source, index) => {
    const rule = byId.get(source.id);
    if (rule === undefined || rule.mode.kind === 'disabled') return;
    const path = ['rules', index];
    if (isConstant(rule))
      warn([...path, 'when'], 'constant', `rule ${rule.id}: the condition is the same for every note`);
    const never = neverFires(rule.variant);
    if (never !== null) warn([...path, never.field], 'never-fires', `rule ${rule.id} can never fire: ${never.why}`);
    const near = rule.variant.when.all.flatMap((part) => peers.get(firstPart(rule.category, part)) ?? []);
    const always = near.find((other) => coveredBy(rule, other));
    if (always !== undefined) {
      const message = `rule ${rule.id} changes nothing: ${always.id} takes all of its notes, and its action is as strong`;
      warn([...path, 'id'], 'unreachable', message);
    }
    const letThrough = region.rules.find((other) => isExempted(rule, other));
    if (letThrough !== undefined) {
      const message = `rule ${rule.id} never acts: ${letThrough.id} lets ${rule.category} through in all of its notes`;
      warn([...path, 'id'], 'unreachable', message);
    }
  });
}

const isExempted = (rule: CompiledRule, other: CompiledRule): boolean =>
  other.exempts.has(rule.category) &&
  other.mode.kind === 'enforce' &&
  rule.exempts.size === 0 &&
  rule.severity < 4 &&
  takesAllOf(other.variant, rule.variant);

/** A rule that takes all notes of another asks for no more: its first part is one of the other's. */
const firstPart = (category: CategoryId, part: string): string => `${category}\0${part}`;
function byFirstPart(rules: readonly CompiledRule[]): ReadonlyMap<string, readonly CompiledRule[]> {
  const table = new Map<string, CompiledRule[]>();
  for (const rule of rules) {
    const key = firstPart(rule.category, rule.variant.when.all[0] ?? '');
    const known = table.get(key);
    if (known === undefined) table.set(key, [rule]);
    else known.push(rule);
  }
  return table;
}

/** Two parts of a condition that no note can meet together. */
function neverFires({ when, unless }: Variant): { readonly field: 'when' | 'unless'; readonly why: string } | null {
  const wanted = new Set(when.all);
  if (wanted.has('false')) return { field: 'when', why: 'a part of when is always false' };
  const against = when.all.find((part) => wanted.has(`!${part}`) || wanted.has(`!(${part})`));
  if (against !== undefined) return { field: 'when', why: `when asks for ${against} and for its opposite` };
  const apart = apartIn(when.all);
  if (apart !== null) return { field: 'when', why: `when asks for ${apart[0]} and for ${apart[1]} at once` };
  if (unless === null) return null;
  const same = unless.any.find((part) => part === 'true' || wanted.has(part));
  if (same !== undefined) return { field: 'unless', why: `unless takes out what when asks for, ${same}` };
  return unless.source.trim() === when.source.trim() ? { field: 'unless', why: 'unless says the same as when' } : null;
}

const COMPARED = /^(.+?)(==|>=|<=|>|<)(?:(-?\d+(?:\.\d+)?)|("[^"]*"|'[^']*'))$/;

/** Two parts that ask one value to be two things, or to lie above and below. */
function apartIn(parts: readonly string[]): readonly [string, string] | null {
  const seen = new Map<string, Range & { readonly part: string }>();
  for (const part of parts) {
    const [, left, operator, figure, word] = COMPARED.exec(part) ?? [];
    if (left === undefined || operator === undefined) continue;
    const range = rangeOf(operator, figure === undefined ? null : Number(figure), word ?? null);
    const before = seen.get(left);
    if (before !== undefined && areApart(before, range)) return [before.part, part];
    if (before === undefined) seen.set(left, { ...range, part });
  }
  return null;
}
interface Range {
  readonly word: string | null;
  readonly least: number;
  readonly most: number;
  readonly open: boolean;
}
function rangeOf(operator: string, figure: number | null, word: string | null): Range {
  const open = operator === '>' || operator === '<';
  const least = figure === null || operator.startsWith('<') ? Number.NEGATIVE_INFINITY : figure;
  const most = figure === null || operator.startsWith('>') ? Number.POSITIVE_INFINITY : figure;
  return { word: word?.slice(1, -1) ?? null, least, most, open };
}
function areApart(a: Range, b: Range): boolean {
  if (a.word !== null && b.word !== null) return a.word !== b.word;
  const [least, most] = [Math.max(a.least, b.least), Math.min(a.most, b.most)];
  return least > most || (least === most && (a.open || b.open));
}

/** Whether one takes every note that the other takes: it asks for no more, and takes no more out. */
function takesAllOf(wide: Variant, narrow: Variant): boolean {
  const asks = wide.when.all.every((part) => narrow.when.all.includes(part));
  return asks && (wide.unless?.any ?? []).every((part) => narrow.unless?.any.includes(part) === true);
}

/** The other one takes all that the rule takes, says the same at least, and is as strong in everything. */
function coveredBy(rule: CompiledRule, other: CompiledRule): boolean {
  const strength = strengthOf(other.action) - strengthOf(rule.action);
  // What costs least is asked first: a rule is held against all that begin alike.
  if (other.id === rule.id || other.mode.kind !== 'enforce' || strength < 0 || other.severity < rule.severity)
    return false;
  // What a rule lets through is more than the strength of its own action.
  if (rule.exempts.size > 0) return false;
  if (!takesAllOf(other.variant, rule.variant)) return false;
  if (!rule.sideActions.every((side) => other.sideActions.includes(side))) return false;
  if (strength > 0) return true;
  const saysTheSame = other.notice === rule.notice && other.ground.ref === rule.ground.ref;
  // Of two rules alike one stays.
  return saysTheSame && (!takesAllOf(rule.variant, other.variant) || other.id < rule.id);
}

/** A region that differs says what for; global is the house speaking for itself. */
function lintSources({ parent, region, file }: Linted, warn: Warn): void {
  if (parent === undefined) return;
  for (const setting of settingsOf(file)) {
    const before = parent.written.get(settingKey(setting));
    if (setting.cites !== null || setting.value === null) continue;
    if (before !== undefined && JSON.stringify(before.value) === JSON.stringify(setting.value)) continue;
    const word = setting.kind === 'clock' ? 'ground' : setting.kind === 'disclosure' ? 'disclosure_cites' : 'cites';
    const own = Object.keys(file.source.grounds ?? {});
    const keys = [...new Set([...own, ...Object.keys(region.settings.grounds)])].slice(0, 6).join(', ');
    const message = `${setting.kind} ${setting.name} differs from ${parent.id} and names no source: add "${word}" with a key of grounds (${keys || 'none yet'})`;
    warn(setting.path, 'uncited', message);
  }
}

function lintTests({ region, file }: Linted, warn: Warn): void {
  const written = new Map((file.source.rules ?? []).map((rule, index) => [rule.id, index]));
  for (const gap of coverageOf(region)) {
    if (gap.enough) continue;
    const index = written.get(gap.rule);
    const path: YamlPath = index === undefined ? ['rules'] : ['rules', index, 'id'];
    const { matches, noMatches, untested } = gap;
    if (matches < LEAST_MATCHES || noMatches < LEAST_NO_MATCHES) {
      const have = `${matches} match and ${noMatches} no_match tests`;
      warn(path, 'few-tests', `rule ${gap.rule} has ${have}; it needs ${LEAST_MATCHES} and ${LEAST_NO_MATCHES}`);
    }
    if (untested.length > 0) {
      const message = `rule ${gap.rule} claims ${untested.join(', ')} and has no test that matches in it`;
      warn(path, 'untested-language', message);
    }
  }
}

export function lintRegion(linted: Linted, today: string | null, report: Report): void {
  const { file } = linted;
  const warn: Warn = (path, lint, message, offset) =>
    report(faultOf(lint, { file: file.file, ...file.yaml.locate(path, offset) }, message));
  lintDates(linted, today, warn);
  lintGroup(linted, warn);
  lintLabels(linted, warn);
  lintClocks(linted, warn);
  lintPreserve(linted, warn);
  lintThresholds(linted, warn);
  lintRules(linted, warn);
  for (const { path, offset, message } of apartRegions(linted)) warn(path, 'region-apart', message, offset);
  lintSources(linted, warn);
  lintTests(linted, warn);
}
