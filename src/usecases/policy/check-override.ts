/** An override by a person: the rule and region exist, and a grave rule is never raised past the second person. */
import { InvalidInputError } from '../../errors.js';
import type { Bundle } from '../../policy/bundle.js';
import { unknownRegion } from '../../policy/edit-rule.js';
import { didYouMean } from '../../policy/nearest.js';
import { modeFrom, reachOfMode } from '../../policy/overrides.js';
import type { Override } from '../../ports/policy.js';
import { GRAVE_SEVERITY } from './propose.js';

export type OverrideOrder = Pick<Override, 'rule' | 'region' | 'mode' | 'why' | 'until'>;

const refused = (pointer: string, message: string): InvalidInputError =>
  new InvalidInputError('body_invalid', message, [{ pointer, message }]);

/** `base` without overrides. */
export function checkOverride(
  base: Bundle,
  order: OverrideOrder,
  { approval, now }: { readonly approval: boolean; readonly now: number },
): void {
  const regions = order.region === '*' ? [...base.regions.values()] : [base.regions.get(order.region)];
  if (regions.includes(undefined)) throw refused('/region', unknownRegion(order.region, base.regions.keys()));
  const rules = regions.flatMap((region) => region?.rules.filter((rule) => rule.id === order.rule) ?? []);
  if (rules.length === 0) {
    const known = new Set([...base.regions.values()].flatMap((region) => region.rules.map((rule) => rule.id)));
    throw refused('/rule', `There is no rule "${order.rule}" there${didYouMean(order.rule, known)}`);
  }
  if (order.until !== null && Date.parse(order.until) <= now) throw refused('/until', 'This time has passed.');
  const reach = reachOfMode(modeFrom(order.mode));
  const raised = rules.find((rule) => rule.severity >= GRAVE_SEVERITY && reach > reachOfMode(rule.mode));
  if (approval && raised !== undefined) {
    const message = `${order.rule} has severity ${raised.severity}: an override may lessen it, more goes by its file and a second person.`;
    throw new InvalidInputError('conflict', message);
  }
}
