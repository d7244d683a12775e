/** A region as its page shows it: merged rules with overrides, and the tests that stand in its file. */
import type { Bundle, CompiledRegion, CompiledRule } from '../../policy/bundle.js';
import { sourceOf } from '../../policy/cites.js';
import { isLive, modeText, overrideOf, withOverrides } from '../../policy/overrides.js';
import { type JudgeText, runRuleTests, type TestResult } from '../../policy/rule-tests.js';
import { summarise } from '../../policy/summary.js';
import type { Override } from '../../ports/policy.js';

export interface RuleView {
  readonly id: string;
  readonly category: string;
  readonly severity: number;
  /** As the files say. */
  readonly written: string;
  /** As it is in force, overrides included. */
  readonly mode: string;
  readonly override: Override | null;
  readonly when: string;
  readonly unless: string | null;
  readonly action: string;
  readonly fallback: string | null;
  readonly hours: number | null;
  readonly ground: CompiledRule['ground'];
  readonly cites: { readonly name: string; readonly url: string | null } | null;
  readonly notice: string;
  readonly message: string;
  readonly owner: string;
  readonly from: string;
  readonly tests: { readonly passed: number; readonly failed: number; readonly notRun: number };
}

const results = new WeakMap<Bundle, Promise<readonly TestResult[]>>();
/** Tests with evidence take milliseconds; once per bundle all the same. */
export function quickTests(bundle: Bundle): Promise<readonly TestResult[]> {
  const known = results.get(bundle) ?? runRuleTests(bundle, null);
  results.set(bundle, known);
  return known;
}

/** Those of one file, through the whole pipeline. */
export async function regionTests(
  bundle: Bundle,
  region: CompiledRegion,
  judgeText: JudgeText,
): Promise<readonly TestResult[]> {
  return runRuleTests(bundle, judgeText, undefined, region.file);
}

function viewOf(
  rule: CompiledRule,
  region: CompiledRegion,
  live: readonly Override[],
  tests: readonly TestResult[],
): RuleView {
  const override = overrideOf(live, rule.id, region.id);
  const mine = tests.filter((result) => result.rule === rule.id && result.file === rule.testsFile);
  const count = (outcome: TestResult['outcome']): number => mine.filter((one) => one.outcome === outcome).length;
  const source = sourceOf(rule.cites, region.settings);
  return {
    id: rule.id,
    category: rule.category,
    severity: rule.severity,
    written: modeText(rule.mode),
    mode: override?.mode ?? modeText(rule.mode),
    override,
    when: rule.variant.when.source,
    unless: rule.variant.unless?.source ?? null,
    action: rule.action,
    fallback: rule.fallback,
    hours: rule.hours,
    ground: rule.ground,
    cites: source === null ? null : { name: source.ref, url: source.url },
    notice: rule.notice,
    message: rule.message,
    owner: rule.owner,
    from: rule.changedIn,
    tests: { passed: count('passed'), failed: count('failed'), notRun: count('not_run') },
  };
}
export interface RegionView {
  readonly summary: ReturnType<typeof summarise>;
  readonly rules: readonly RuleView[];
}

/** `base` without overrides. */
export async function regionView(
  base: Bundle,
  region: CompiledRegion,
  overrides: readonly Override[],
  now: number,
): Promise<RegionView> {
  const live = overrides.filter((override) => isLive(override, now));
  const tests = await quickTests(base);
  const laid = withOverrides(base, live);
  return {
    summary: summarise(laid, laid.regions.get(region.id) ?? region),
    rules: region.rules.map((rule) => viewOf(rule, region, live, tests)),
  };
}
