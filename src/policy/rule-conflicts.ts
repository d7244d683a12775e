/** What the domain forbids, whatever the author meant. Each line is a law of the docs or of a statute. */
import { CATEGORIES } from '../categories.js';
import { type Action, strengthOf } from '../domain.js';
import { ladderObstacle, type Means, RESTRICTIONS } from './choose-action.js';
import type { LintId } from './lints.js';
import type { Complete } from './rule-parts.js';

export interface Conflict {
  readonly field: string;
  readonly lint: LintId;
  readonly message: string;
}
type Row = readonly [boolean, string, LintId, string];

const hasLawOnly = (source: Complete): boolean =>
  typeof source.ground.law === 'string' && typeof source.ground.terms !== 'string';

function aboutAction(source: Complete, action: Action): readonly Row[] {
  const side = source.then.side ?? [];
  const restricts = strengthOf(action) > strengthOf('review') || RESTRICTIONS.has(action);
  return [
    [
      source.severity === 3 && action === 'remove' && !side.includes('escalate'),
      'then',
      'unconfirmed-removal',
      'a removal of severity 3 needs a person to confirm it: add escalate to side',
    ],
    [
      source.category === 'selfharm.risk' && restricts,
      'then',
      'selfharm-help',
      'selfharm.risk is answered with help: label, warn or review, never a restriction',
    ],
    [
      action === 'remove' && hasLawOnly(source),
      'then',
      'local-law-removal',
      'a local law alone withholds in its country: use geo_withhold, or name a clause of the terms too',
    ],
    [
      action === 'allow' && source.exempts === undefined,
      'then',
      'allow-without-exempts',
      'a rule that allows must name what it exempts',
    ],
    [
      action !== 'allow' && source.exempts !== undefined,
      'exempts',
      'exempts-without-allow',
      'only a rule with action allow may exempt',
    ],
  ];
}

export function conflicts(source: Complete, action: Action, means: Means): readonly Conflict[] {
  const { category, severity } = source;
  const { maxSeverity } = CATEGORIES[category];
  const blank = source.message.match(/\{\w+\}/g)?.find((one) => one !== '{by}');
  const tooStrong = ladderObstacle(action, severity, means);
  const table: readonly Row[] = [
    [severity > maxSeverity, 'severity', 'severity', `severity ${severity} is above the ${maxSeverity} of ${category}`],
    [tooStrong !== null, 'then', 'ladder', tooStrong ?? ''],
    [blank !== undefined, 'message', 'blanks', `the message has the blank ${blank}; only {by} is filled in`],
    ...aboutAction(source, action),
  ];
  return table.flatMap(([wrong, field, lint, message]) => (wrong ? [{ field, lint, message }] : []));
}
