/** Which file speaks for a region: its own, else its group's, else global. */
import type { RegionId } from '../domain.js';
import type { Bundle, CompiledRegion } from './model.js';

export interface ResolvedRegion {
  readonly policy: RegionId;
  /** False when only global speaks for want of a file for the region or its group. */
  readonly exact: boolean;
}

export function resolveRegion(bundle: Bundle, region: RegionId): ResolvedRegion {
  if (bundle.regions.has(region)) return { policy: region, exact: true };
  const group = bundle.groups.get(region);
  return group === undefined ? { policy: 'global', exact: false } : { policy: group, exact: true };
}

/** A bundle always holds global; ids come from `resolveRegion` and `extends`, both checked at load. */
export function fileOf(bundle: Bundle, id: RegionId): CompiledRegion {
  const region = bundle.regions.get(id);
  if (region === undefined) throw new Error(`no policy file ${id} in the bundle`);
  return region;
}

/** The file that speaks for a region, in force or not. */
export const speaksFor = (bundle: Bundle, region: RegionId): CompiledRegion =>
  fileOf(bundle, resolveRegion(bundle, region).policy);

/** The file that speaks for a region at this moment: one that is not in force leaves the word to what it extends. */
export function policyOf(bundle: Bundle, id: RegionId, now: number): CompiledRegion {
  let region = speaksFor(bundle, id);
  while (region.parent !== null && !(now >= region.from && now < region.until)) region = fileOf(bundle, region.parent);
  return region;
}
