/** What the law of a region says to keep of a note, from when on and for how long. */
import type { Decision, HoldTerm, RegionId } from '../domain.js';
import type { Bundle, CompiledRegion, CompiledRule } from './model.js';
import { policyOf } from './regions.js';
import { refOf } from './schema.js';

/** The terms of one region file, the law as it is quoted to people. */
export function termsToKeep({ settings }: CompiledRegion, region: RegionId): readonly HoldTerm[] {
  return Object.entries(settings.preserve).flatMap(([term, entry]): readonly HoldTerm[] => {
    if (entry === null) return [];
    const { categories, days, starts, gag } = entry;
    const law = settings.grounds[entry.ground];
    const ground = law === undefined || law === null ? entry.ground : refOf(law);
    return [{ region, term, categories, days, starts, ground, gag: gag ?? false }];
  });
}

/** Whether a hit of the rule is a suspicion in one of the categories: its own, or one that its condition asks for. */
export const suspects = ({ category, variant }: CompiledRule, categories: readonly string[]): boolean =>
  categories.some((one) => one === category || variant.when.source.includes(`"${one}"`));

/** What a decision of the policy begins to keep, until a person has looked. */
export function keptOnSuspicion(bundle: Bundle, decision: Decision, now: number): readonly HoldTerm[] {
  const asking = new Set(
    decision.rules.filter(({ sideActions }) => sideActions.includes('preserve')).map(({ rule }) => rule),
  );
  if (asking.size === 0) return [];
  return decision.regions.flatMap((region) => {
    const policy = policyOf(bundle, region, now);
    const rules = policy.rules.filter(({ id }) => asking.has(id));
    return termsToKeep(policy, region).filter(({ categories }) => rules.some((rule) => suspects(rule, categories)));
  });
}

/** What a person's finding keeps; a category that no term names keeps nothing. */
export function keptOnFinding(
  bundle: Bundle,
  { regions, action, category }: Pick<Decision, 'regions' | 'action' | 'category'>,
  now: number,
): readonly HoldTerm[] {
  if (category === null || action === 'allow') return [];
  return regions.flatMap((region) =>
    termsToKeep(policyOf(bundle, region, now), region).filter(({ categories }) => categories.includes(category)),
  );
}
