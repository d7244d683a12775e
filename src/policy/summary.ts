/** A region in figures and as one merged file, for `policy show`. */
import { type SettingKind, type Source, sourceOf } from './cites.js';
import type { Bundle, CompiledRegion, CompiledRule } from './model.js';
import { modeText } from './overrides.js';

export interface RegionSummary {
  readonly id: string;
  readonly name: string;
  readonly extends: string | null;
  readonly owner: string;
  readonly review_by: string;
  readonly notice_languages: readonly string[];
  readonly rules: {
    readonly all: number;
    readonly own: number;
    readonly enforce: number;
    readonly shadow: number;
    readonly canary: number;
    readonly disabled: number;
  };
  readonly clocks: number;
  readonly grounds: number;
  readonly tests: number;
  /** Everything that differs from global, each with what it rests on. */
  readonly differences: readonly Difference[];
  /** Rules and thresholds that differ and rest on a law. */
  readonly lawful: number;
}

export interface Difference {
  readonly kind: 'rule' | SettingKind;
  readonly name: string;
  /** File that wrote it: the region's own, or one that it extends. */
  readonly from: string;
  readonly source: Source | null;
  readonly why: string | null;
}

const face = (rule: CompiledRule): string =>
  JSON.stringify([
    rule.variant.when.source,
    rule.variant.unless?.source,
    rule.action,
    rule.severity,
    rule.mode,
    rule.ground,
    rule.hours,
    rule.fellBack,
    rule.notice,
    rule.cites,
  ]);

function ruleDifferences(region: CompiledRegion, global: CompiledRegion): readonly Difference[] {
  const known = new Map(global.rules.map((rule) => [rule.id, face(rule)]));
  return region.rules
    .filter((rule) => known.get(rule.id) !== face(rule))
    .map((rule) => ({
      kind: 'rule',
      name: rule.id,
      from: rule.changedIn,
      source: sourceOf(rule.cites, region.settings),
      why: null,
    }));
}

function differences(region: CompiledRegion, global: CompiledRegion | undefined): readonly Difference[] {
  if (global === undefined || global === region) return [];
  const settings = [...region.written]
    // Taken out, or never there, is the same.
    .filter(([key, { value }]) => JSON.stringify(global.written.get(key)?.value ?? null) !== JSON.stringify(value))
    .map(([, { kind, name, file, cites, why }]): Difference => {
      return { kind, name, from: file, source: cites === null ? null : sourceOf(cites, region.settings), why };
    });
  const place = ({ kind, name }: Difference): string => `${kind} ${name}`;
  return [...ruleDifferences(region, global), ...settings].sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

/** Clocks, ages and labels are law by nature; what counts here is what a note meets. */
const isLawful = ({ kind, source }: Difference): boolean =>
  (kind === 'rule' || kind === 'threshold') && source?.kind === 'law';

export function summarise(bundle: Bundle, region: CompiledRegion): RegionSummary {
  const count = (kind: string): number => region.rules.filter((rule) => rule.mode.kind === kind).length;
  const { settings } = region;
  const differing = differences(region, bundle.regions.get('global'));
  return {
    id: region.id,
    name: region.name,
    extends: region.parent,
    owner: settings.owner,
    review_by: settings.review_by,
    notice_languages: settings.notice_languages,
    rules: {
      all: region.rules.length,
      own: region.rules.filter((rule) => rule.home.file === region.file).length,
      enforce: count('enforce'),
      shadow: count('shadow'),
      canary: count('canary'),
      disabled: count('disabled'),
    },
    clocks: Object.values(settings.clocks).filter((clock) => clock !== null).length,
    grounds: Object.values(settings.grounds).filter((ground) => ground !== null).length,
    tests: region.rules
      .filter((rule) => rule.testsFile === region.file)
      .reduce((sum, rule) => sum + rule.tests.length, 0),
    differences: differing,
    lawful: differing.filter(isLawful).length,
  };
}

/** The file as it reads after `extends`, each rule with the file that it comes from. */
export function mergedFile(region: CompiledRegion): Readonly<Record<string, unknown>> {
  return {
    ...region.settings,
    extends: region.parent,
    rules: region.rules.map((rule) => ({
      id: rule.id,
      from: rule.home.file,
      category: rule.category,
      severity: rule.severity,
      mode: modeText(rule.mode),
      when: rule.variant.when.source,
      unless: rule.variant.unless?.source ?? null,
      // biome-ignore lint/suspicious/noThenProperty: an object, never a function, so nothing takes it for a promise
      then: { action: rule.action, side: rule.sideActions, hours: rule.hours, fallback: rule.fallback },
      fell_back: rule.fellBack,
      ground: rule.ground,
      source: sourceOf(rule.cites, region.settings),
      notice: rule.notice,
      message: rule.message,
      owner: rule.owner,
      tests: rule.tests.length,
    })),
  };
}
