/** Regions on the command line. */
import { isRegionCode, regionHint } from '../policy/countries.js';
import { usageError } from './io.js';

/** A comma-separated list in any case. */
export function regionsIn(list: string | undefined, usage: string): readonly string[] {
  const regions = (list ?? '').split(',').flatMap((region) => region.trim().toLowerCase() || []);
  const unknown = regions.find((region) => !isRegionCode(region));
  if (unknown !== undefined) throw usageError(`"${unknown}" is not a region${regionHint(unknown)}`, usage);
  return regions;
}
