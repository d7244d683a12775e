/** What a candidate changes: files, rules and settings, and whether a second person has to look. */
import type { BundleDifference, RuleChange } from '../ports/policy.js';
import { filesIn } from './bundle-content.js';
import { type ReadNote, wordsAlike } from './changed-words.js';
import type { Bundle, CompiledRegion, CompiledRule } from './model.js';
import { modeText } from './overrides.js';
import { speaksFor } from './regions.js';
import { parseYaml } from './yaml.js';

type Kind = 'added' | 'removed' | 'changed';
function changes<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>, same: (a: T, b: T) => boolean) {
  const found: {
    readonly key: string;
    readonly kind: Kind;
    readonly was: T | undefined;
    readonly is: T | undefined;
  }[] = [];
  for (const key of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [was, is] = [before.get(key), after.get(key)];
    if (was !== undefined && is !== undefined && same(was, is)) continue;
    found.push({ key, kind: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed', was, is });
  }
  return found;
}

/** What a note can meet; remarks, owners and tests are not among it. Thresholds count with the rule that asks them. */
function faceOf(rule: CompiledRule): Readonly<Record<string, unknown>> {
  const { variant } = rule;
  const uses = [...variant.when.thresholds, ...(variant.unless?.thresholds ?? [])];
  return {
    category: rule.category,
    severity: rule.severity,
    mode: modeText(rule.mode),
    when: variant.when.source,
    unless: variant.unless?.source ?? null,
    action: [rule.action, rule.sideActions, rule.hours, rule.fallback],
    exempts: [...rule.exempts].sort(),
    ground: rule.ground,
    notice: rule.notice,
    thresholds: uses.map((use) => variant.region.thresholds.get(use.category)?.get(use.step) ?? null),
  };
}

function changedFields(was: CompiledRule, is: CompiledRule): readonly string[] {
  const [a, b] = [faceOf(was), faceOf(is)];
  return Object.keys(a).filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));
}

const regionsOf = (before: Bundle, after: Bundle): readonly string[] =>
  [...new Set([...before.regions.keys(), ...after.regions.keys()])].sort();

/** A country's first file differs from the file that spoke for it before. */
function rulesOf(before: Bundle, after: Bundle): readonly RuleChange[] {
  const found = new Map<string, RuleChange>();
  const byId = ({ rules }: CompiledRegion) => new Map(rules.map((rule) => [rule.id, rule]));
  for (const id of regionsOf(before, after)) {
    const [was, is] = [byId(speaksFor(before, id)), byId(speaksFor(after, id))];
    for (const change of changes(was, is, (a, b) => changedFields(a, b).length === 0)) {
      const fields = change.was && change.is ? changedFields(change.was, change.is) : [];
      const key = JSON.stringify([change.key, change.kind, fields]);
      const severity = Math.max(change.was?.severity ?? 0, change.is?.severity ?? 0);
      const known = found.get(key);
      found.set(key, {
        rule: change.key,
        severity: Math.max(severity, known?.severity ?? 0),
        kind: change.kind,
        regions: [...(known?.regions ?? []), id],
        fields,
      });
    }
  }
  return [...found.values()];
}

function settingsOf(before: Bundle, after: Bundle): BundleDifference['settings'] {
  return regionsOf(before, after).flatMap((region) => {
    const [was, is] = [speaksFor(before, region).settings, speaksFor(after, region).settings];
    const [a, b] = [new Map(Object.entries(was)), new Map(Object.entries(is))];
    const names = [...new Set([...a.keys(), ...b.keys()])].filter(
      (name) => name !== 'id' && JSON.stringify(a.get(name)) !== JSON.stringify(b.get(name)),
    );
    return names.length === 0 ? [] : [{ region, names }];
  });
}

interface Term {
  readonly text: string;
  readonly severity: number;
}
/** Entries of a file of terms by id; the stage that matches them checks their shape. */
function termsOf(text: string | undefined, file: string): ReadonlyMap<string, Term> {
  if (text === undefined) return new Map();
  const { value } = parseYaml(text, file);
  const terms: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'terms') : null;
  if (!Array.isArray(terms)) return new Map();
  return new Map(
    terms.map((entry: Readonly<Record<string, unknown>>) => {
      const severity = Number(entry['severity'] ?? 0);
      return [String(entry['id']), { text: JSON.stringify(entry), severity }];
    }),
  );
}

/** How far machines go by themselves, unproven or with a part missing, and what a law keeps: every rule stands on these. */
const GRAVE_SETTINGS: ReadonlySet<string> = new Set(['model_alone', 'ladder', 'evidence', 'preserve']);
const GRAVE = 4;

export function bundleDifference(before: Bundle, after: Bundle): BundleDifference {
  const [old, fresh] = [filesIn(before.content), filesIn(after.content)];
  const files = changes(old, fresh, (a, b) => a === b).map(({ key, kind }) => ({ file: key, kind }));
  const terms = files
    .filter(({ file }) => file.startsWith('terms/'))
    .flatMap(({ file }) =>
      changes(termsOf(old.get(file), file), termsOf(fresh.get(file), file), (a, b) => a.text === b.text).map(
        ({ key, was, is }) => ({ id: key, severity: Math.max(was?.severity ?? 0, is?.severity ?? 0) }),
      ),
    );
  const rules = rulesOf(before, after);
  const settings = settingsOf(before, after);
  const isGrave = settings.some(({ names }) => names.some((name) => GRAVE_SETTINGS.has(name)));
  const severities = [...rules, ...terms].map((change) => change.severity);
  return { files, rules, settings, terms, severity: Math.max(isGrave ? GRAVE : 0, ...severities) };
}

/**
 * Whether a note meets the same in these regions: rules, settings, and words as far as they have to do with it; files of
 * other regions are no matter.
 */
export function judgesAlike(
  before: Bundle,
  after: Bundle,
  regions: readonly string[],
  note: ReadNote | null = null,
): boolean {
  const settings = (region: CompiledRegion): string => JSON.stringify({ ...region.settings, id: '' });
  const rules = (region: CompiledRegion): string => JSON.stringify(region.rules.map((rule) => [rule.id, faceOf(rule)]));
  const rulesAlike = regions.every((id) => {
    const [was, is] = [speaksFor(before, id), speaksFor(after, id)];
    return settings(was) === settings(is) && rules(was) === rules(is);
  });
  return rulesAlike && wordsAlike(before, after, note);
}

export const noDifference: BundleDifference = { files: [], rules: [], settings: [], terms: [], severity: 0 };
