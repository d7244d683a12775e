/** One decision said of several cases of a campaign: which they may be, and what it says of each of them. */
import type { RegionId } from '../../domain.js';
import type { QueueRow, Sight } from '../../ports/review.js';
import type { VerdictInput } from './choices.js';
import { myRegions, obstacleTo } from './sight.js';

type PolicyIdOf = (region: RegionId) => string;

/** Appeals and reports want an answer of their own, neither are they the measure for others. */
export const isPlea = ({ reason }: Pick<QueueRow, 'reason'>): boolean => reason === 'appeal' || reason === 'report';

/** Free or mine, mine to decide, and about regions that the first case speaks for too. */
export function mayGoAlong(sight: Sight, like: QueueRow, other: QueueRow, policyIdOf: PolicyIdOf): boolean {
  if (isPlea(like) || isPlea(other) || other.status !== 'open') return false;
  if (other.holder !== null || (other.assignedTo !== null && other.assignedTo.id !== sight.userId)) return false;
  if (obstacleTo(sight, other) !== null) return false;
  const spoken = new Set(myRegions(sight, like.regions).map(policyIdOf));
  return myRegions(sight, other.regions).every((region) => spoken.has(policyIdOf(region)));
}

/** Each region gets the verdict of its own, else that of a region under the same policy file. Null: one has neither. */
export function verdictsFor(
  verdicts: readonly VerdictInput[],
  regions: readonly RegionId[],
  policyIdOf: PolicyIdOf,
): readonly VerdictInput[] | null {
  const byVerdict = new Map<VerdictInput, RegionId[]>();
  for (const region of regions) {
    const policy = policyIdOf(region);
    const verdict =
      verdicts.find((one) => one.regions.includes(region)) ??
      verdicts.find((one) => one.regions.some((named) => policyIdOf(named) === policy));
    if (verdict === undefined) return null;
    byVerdict.set(verdict, [...(byVerdict.get(verdict) ?? []), region]);
  }
  return [...byVerdict].map(([verdict, own]) => ({ ...verdict, regions: own }));
}
