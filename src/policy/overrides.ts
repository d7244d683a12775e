/** Overrides of the mode of rules, laid over a bundle: what `policy show` shows and what judges. */
import type { Override } from '../ports/policy.js';
import { groupRules, readsOf } from './compile-region.js';
import type { Bundle, CompiledRegion, CompiledRule, RuleMode } from './model.js';

export const OVERRIDE_MODE = /^(?:disabled|shadow|enforce|canary\((?:100|[1-9]?\d)\))$/;

export function modeFrom(word: string): RuleMode {
  const percent = /^canary\((\d+)\)$/.exec(word)?.[1];
  if (percent !== undefined) return { kind: 'canary', percent: Number(percent) };
  return { kind: word === 'enforce' ? 'enforce' : word === 'shadow' ? 'shadow' : 'disabled' };
}

export const modeText = (mode: RuleMode): string => (mode.kind === 'canary' ? `canary(${mode.percent})` : mode.kind);

/** How much a rule of this mode does; to tell whether an override loosens or tightens. */
export const reachOfMode = (mode: RuleMode): number =>
  mode.kind === 'enforce' ? 100 : mode.kind === 'canary' ? mode.percent : mode.kind === 'shadow' ? -1 : -2;

export const isLive = (override: Override, now: number): boolean =>
  override.until === null || Date.parse(override.until) > now;

/** A kill switch for all regions beats everything; else the region's own override comes before that of all. */
export function overrideOf(overrides: readonly Override[], rule: string, region: string): Override | null {
  const mine = overrides.filter((entry) => entry.rule === rule);
  const all = mine.find((entry) => entry.region === '*');
  if (all?.mode === 'disabled') return all;
  return mine.find((entry) => entry.region === region) ?? all ?? null;
}

function overlaid(region: CompiledRegion, overrides: readonly Override[]): CompiledRegion {
  const rules = region.rules.map((rule): CompiledRule => {
    const override = overrideOf(overrides, rule.id, region.id);
    return override === null ? rule : { ...rule, mode: modeFrom(override.mode) };
  });
  if (rules.every((rule, index) => rule === region.rules[index])) return region;
  return {
    ...region,
    rules,
    ...groupRules(rules),
    reads: readsOf(rules.filter(({ mode }) => mode.kind !== 'disabled')),
  };
}

export function withOverrides(bundle: Bundle, overrides: readonly Override[]): Bundle {
  if (overrides.length === 0) return bundle;
  const regions = [...bundle.regions].map(([id, region]) => [id, overlaid(region, overrides)] as const);
  return { ...bundle, regions: new Map(regions) };
}

/** The bundle as it speaks at a moment; made anew only when an override has run out since. */
export function overlayOf(bundle: Bundle, overrides: readonly Override[]): (now: number) => Bundle {
  const made = new Map<string, Bundle>();
  return (now) => {
    if (overrides.length === 0) return bundle;
    const live = overrides.filter((override) => isLive(override, now));
    const key = live.map(({ rule, region }) => `${rule} ${region}`).join('\n');
    const known = made.get(key) ?? withOverrides(bundle, live);
    made.set(key, known);
    return known;
  };
}
