/** What is in force, as the routes of policies ask for it. */
import { InvalidInputError } from '../errors.js';
import type { Bundle, CompiledRegion } from '../policy/bundle.js';
import { unknownRegion } from '../policy/edit-rule.js';
import type { InForce } from '../ports/policy.js';
import type { ApiDeps } from './deps.js';

/** Without overrides: what the files say. */
export const baseOf = (deps: ApiDeps): Bundle => (deps.baseBundle ?? deps.bundle)();

export function regionOf(bundle: Bundle, id: string): CompiledRegion {
  const region = bundle.regions.get(id);
  if (region === undefined) throw new InvalidInputError('not_found', unknownRegion(id, bundle.regions.keys()));
  return region;
}

export async function forceOf(deps: ApiDeps): Promise<InForce> {
  const force = await deps.store.policy.inForce();
  if (force === null) throw new InvalidInputError('conflict', 'No policy is in force yet.');
  return force;
}
