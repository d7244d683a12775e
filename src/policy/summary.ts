/** A region in figures and as one merged file, for `policy show`. */
import type { Bundle, CompiledRegion, CompiledRule } from './model.js';

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
  /** Rules and thresholds that differ from global. */
  readonly differences: readonly string[];
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
    rule.fallback,
    rule.notice,
  ]);

function differences(region: CompiledRegion, global: CompiledRegion | undefined): readonly string[] {
  if (global === undefined || global === region) return [];
  const known = new Map(global.rules.map((rule) => [rule.id, face(rule)]));
  const rules = region.rules.filter((rule) => known.get(rule.id) !== face(rule)).map((rule) => `rule ${rule.id}`);
  const thresholds = [...region.value.thresholds].flatMap(([category, steps]) =>
    [...steps]
      .filter(([step, value]) => global.value.thresholds.get(category)?.get(step) !== value)
      .map(([step]) => `threshold ${category}.${step}`),
  );
  return [...rules, ...thresholds].sort();
}

export function summarise(bundle: Bundle, region: CompiledRegion): RegionSummary {
  const count = (kind: string): number => region.rules.filter((rule) => rule.mode.kind === kind).length;
  const { settings } = region;
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
    differences: differences(region, bundle.regions.get('global')),
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
      mode: rule.mode.kind === 'canary' ? `canary(${rule.mode.percent})` : rule.mode.kind,
      when: rule.variant.when.source,
      unless: rule.variant.unless?.source ?? null,
      // biome-ignore lint/suspicious/noThenProperty: an object, never a function, so nothing takes it for a promise
      then: { action: rule.action, side: rule.sideActions, hours: rule.hours, fallback: rule.fallback },
      ground: rule.ground,
      notice: rule.notice,
      message: rule.message,
      owner: rule.owner,
      tests: rule.tests.length,
    })),
  };
}
