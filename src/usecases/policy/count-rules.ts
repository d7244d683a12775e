/**
 * Counts what rules did, and the circuit breaker: a rule that removed more in a region and day than it may
 * goes on in shadow there, and people are told by log, metric and audit.
 */
import { dayOf } from '../../domain.js';
import type { Bundle } from '../../policy/bundle.js';
import { resolveRegion } from '../../policy/regions.js';
import type { PolicyStore, Removals } from '../../ports/policy.js';
import type { Clock, Log, Metrics } from '../../ports.js';

export interface CountDeps {
  readonly policy: PolicyStore;
  readonly bundle: () => Bundle;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Where the region file names no limit. */
  readonly removalsPerDay: number;
}

const BATCH = 1_000;
const MOST_BATCHES = 20;

/** Regions without a file count with the file that speaks for them. */
function byFile(bundle: Bundle, found: readonly Removals[]): readonly Removals[] {
  const sums = new Map<string, Removals>();
  for (const row of found) {
    const region = resolveRegion(bundle, row.region).policy;
    const key = `${row.rule} ${region}`;
    sums.set(key, { rule: row.rule, region, removals: row.removals + (sums.get(key)?.removals ?? 0) });
  }
  return [...sums.values()];
}

/** Answers how many decisions were counted. */
export function countRulesWith(deps: CountDeps): () => Promise<number> {
  return async () => {
    let counted = 0;
    for (let round = 0; round < MOST_BATCHES; round += 1) {
      const now = await deps.policy.count(BATCH, deps.clock.now());
      counted += now;
      if (now < BATCH) break;
    }
    if (counted > 0) await checkLimits(deps);
    return counted;
  };
}

async function checkLimits(deps: CountDeps): Promise<void> {
  const now = deps.clock.now();
  const day = dayOf(now);
  const bundle = deps.bundle();
  for (const found of byFile(bundle, await deps.policy.removalsOf(day))) {
    const limit = bundle.regions.get(found.region)?.settings.removals_per_day ?? deps.removalsPerDay;
    if (found.removals <= limit) continue;
    if (!(await deps.policy.trip({ ...found, day, limit }, now))) continue;
    deps.metrics.count('policy_breakers_total', { rule: found.rule, region: found.region });
    deps.log.error('circuit breaker: the rule only records now', { ...found, day, limit });
  }
}
