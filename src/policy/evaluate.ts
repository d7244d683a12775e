/** Evidence -> decisions per region. Pure, total and deterministic: the clock is part of the input. */
import {
  type Decision,
  type Evaluation,
  type Gap,
  HOUR_MS,
  type NoteFacts,
  type RegionId,
  type SideAction,
} from '../domain.js';
import type { EvaluationInput } from './context-values.js';
import type { Bundle, CompiledRegion } from './model.js';
import { judge, type Outcome, type Watch } from './outcome.js';
import { fileOf, policyOf, resolveRegion } from './regions.js';
import { Answers } from './verdict.js';

export type { EvaluationInput } from './context-values.js';

interface Spoken {
  readonly asked: RegionId;
  readonly region: CompiledRegion;
  readonly gap: Gap | null;
}

function speakers(bundle: Bundle, regions: readonly RegionId[], facts: NoteFacts): readonly Spoken[] {
  const now = Date.parse(facts.now);
  const asked = regions.length > 0 ? [...new Set(regions)].sort() : [...bundle.regions.keys()];
  return asked.map((id) => {
    const { policy, exact } = resolveRegion(bundle, id);
    const region = policyOf(bundle, id, now);
    const stepped = region.id !== policy;
    const why = stepped
      ? `the file of ${policy} is not in force, ${region.id} speaks`
      : `no file for ${id}, global speaks`;
    const gap: Gap | null =
      exact && !stepped ? null : { stage: 'policy', status: 'no_region_file', why, action: 'allow' };
    return { asked: id, region, gap };
  });
}

function endOf(outcome: Outcome, region: CompiledRegion, facts: NoteFacts): string | null {
  const led = outcome.lead?.action === outcome.action ? (outcome.leadRule?.hours ?? null) : null;
  const hours = led ?? (outcome.action === 'hold' ? region.settings.evidence.hold_hours : null);
  const start = Date.parse(facts.now);
  return hours === null || Number.isNaN(start) ? null : new Date(start + hours * HOUR_MS).toISOString();
}

/** What the people concerned would notice; regions that agree on all of it share one decision. */
function keyOf(decision: Decision): string {
  const hit = (entry: Decision['rules'][number]): readonly unknown[] => [
    entry.rule,
    entry.action,
    entry.mode,
    entry.ground,
    entry.notice,
    entry.sideActions,
  ];
  return JSON.stringify([
    decision.action,
    decision.severity,
    decision.category,
    decision.ground,
    decision.end,
    decision.sideActions,
    decision.rules.map(hit),
    decision.shadow.map(hit),
    decision.gaps.map((gap) => [gap.stage, gap.status, gap.action, gap.status === 'no_region_file' ? '' : gap.why]),
  ]);
}

function decisionOf(outcome: Outcome, spoken: Spoken, facts: NoteFacts): Decision {
  const sides = new Set<SideAction>(outcome.rules.flatMap((hit) => hit.sideActions));
  return {
    regions: [spoken.asked],
    policy: spoken.region.id,
    action: outcome.action,
    sideActions: [...sides].sort(),
    severity: outcome.severity,
    category: outcome.category,
    ground: outcome.lead?.ground ?? null,
    rules: outcome.rules,
    shadow: outcome.shadow,
    gaps: spoken.gap === null ? outcome.gaps : [...outcome.gaps, spoken.gap],
    end: endOf(outcome, spoken.region, facts),
  };
}

/** The nearest file that both build on: it speaks for a decision that several regions share. */
function common(bundle: Bundle, a: RegionId, b: RegionId): RegionId {
  const other = new Set(fileOf(bundle, b).lineage);
  return fileOf(bundle, a).lineage.find((id) => other.has(id)) ?? 'global';
}

function grouped(decisions: readonly Decision[], bundle: Bundle): readonly Decision[] {
  const groups = new Map<string, Decision>();
  for (const decision of decisions) {
    const key = keyOf(decision);
    const known = groups.get(key);
    groups.set(
      key,
      known === undefined
        ? decision
        : {
            ...known,
            regions: [...known.regions, ...decision.regions],
            policy: common(bundle, known.policy, decision.policy),
          },
    );
  }
  return [...groups.values()];
}

/** The walk that `evaluate` and `explain` share. */
export function walk(
  input: EvaluationInput,
  bundle: Bundle,
  regions: readonly RegionId[],
  watch?: (region: CompiledRegion, answers: Answers) => Watch,
): Evaluation {
  const answers = new Answers(input, fileOf(bundle, 'global').value);
  const outcomes = new Map<RegionId, Outcome>();
  const decisions: Decision[] = [];
  let pending = false;
  for (const spoken of speakers(bundle, regions, input.facts)) {
    const { region } = spoken;
    const outcome = outcomes.get(region.id) ?? judge(input, region, answers, watch?.(region, answers));
    outcomes.set(region.id, outcome);
    pending ||= outcome.pending;
    // While required evidence is due there is nothing to allow yet, only what is grave already.
    if (!(outcome.pending && outcome.action === 'allow')) decisions.push(decisionOf(outcome, spoken, input.facts));
  }
  return { pending, decisions: grouped(decisions, bundle), bundleHash: bundle.hash };
}

export function evaluate(input: EvaluationInput, bundle: Bundle, regions: readonly RegionId[]): Evaluation {
  return walk(input, bundle, regions);
}
