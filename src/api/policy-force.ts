/** What is in force, as the routes of policies ask for it. */
import { InvalidInputError } from '../errors.js';
import type { Bundle } from '../policy/bundle.js';
import type { InForce } from '../ports/policy.js';
import type { ApiDeps } from './deps.js';

/** Without overrides: what the files say. */
export const baseOf = (deps: ApiDeps): Bundle => (deps.baseBundle ?? deps.bundle)();

export async function forceOf(deps: ApiDeps): Promise<InForce> {
  const force = await deps.store.policy.inForce();
  if (force === null) throw new InvalidInputError('conflict', 'No policy is in force yet.');
  return force;
}
