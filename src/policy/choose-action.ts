/** The action that a rule takes in one region: its first, or its fallback where the region cannot take the first. */
import { type Action, strengthOf } from '../domain.js';
import type { Notices } from './model.js';
import type { RegionSettings } from './schema.js';

/** Actions that take something from the author; each needs a notice where the law asks for reasons. */
export const RESTRICTIONS: ReadonlySet<Action> = new Set([
  'limit_interact',
  'limit',
  'age_gate',
  'require_edit',
  'geo_withhold',
  'hold',
  'remove',
]);

export interface Wish {
  readonly severity: number;
  readonly action: Action;
  readonly fallback: Action | null;
  readonly notice: string | null;
  readonly law: string | null;
  readonly terms: string | null;
}
export interface Means {
  readonly region: string;
  readonly settings: RegionSettings;
  readonly notices: ReadonlyMap<string, Notices>;
}
export interface Choice {
  readonly action: Action;
  /** Why the first action cannot be taken here; null where it is. */
  readonly fellBack: string | null;
  /** Whether the notice and the law of the rule can be used here. */
  readonly noticeSpoken: boolean;
  readonly lawKnown: boolean;
}

/** A sentence that no language has is a slip of the keyboard, which is told elsewhere, never a reason to fall back. */
function speechless(notice: string, { settings, notices }: Means): readonly string[] {
  if (![...notices.values()].some(({ sentences }) => sentences.has(notice))) return [];
  return settings.notice_languages.filter((language) => notices.get(language)?.sentences.has(notice) === false);
}

function noticeObstacle(action: Action, { notice }: Wish, means: Means): string | null {
  if (!RESTRICTIONS.has(action)) return null;
  if (notice === null) {
    const needed = means.settings.restrictions_need_notice;
    return needed ? `${action} needs a notice in ${means.region}` : null;
  }
  const missing = speechless(notice, means);
  return missing.length === 0 ? null : `the notice "${notice}" is not said in ${missing.join(', ')}`;
}

export function ladderObstacle(action: Action, severity: number, { region, settings }: Means): string | null {
  const most = settings.ladder[String(severity) as '0'];
  if (action === 'allow' || strengthOf(action) <= strengthOf(most)) return null;
  return `${action} is stronger than ${most}, the limit for severity ${severity} in ${region}`;
}

const lawObstacle = ({ law, terms }: Wish, { region, settings }: Means): string | null =>
  law !== null && terms !== null && !settings.grounds[law] ? `${region} has no law "${law}"` : null;

/** A fault where the fallback helps nothing; without one, what is in the way of the action is a fault told elsewhere. */
export function chooseAction(wish: Wish, means: Means): Choice | { readonly fault: string } {
  const { action, fallback } = wish;
  const first = (wanted: Action): string | null =>
    ladderObstacle(wanted, wish.severity, means) ?? noticeObstacle(wanted, wish, means);
  const lawKnown = wish.law === null || Boolean(means.settings.grounds[wish.law]);
  const noticeSpoken = wish.notice === null || speechless(wish.notice, means).length === 0;
  if (fallback === null) return { action, fellBack: null, noticeSpoken: true, lawKnown: true };
  // A look by a person takes nothing from the author, so it is milder than any restriction.
  const milder = strengthOf(fallback) < strengthOf(action) || (fallback === 'review' && RESTRICTIONS.has(action));
  if (!milder) {
    return { fault: `the fallback ${fallback} is not milder than ${action}` };
  }
  const obstacle = lawObstacle(wish, means) ?? first(action);
  if (obstacle === null) return { action, fellBack: null, noticeSpoken, lawKnown };
  const again = first(fallback);
  if (again === null) return { action: fallback, fellBack: obstacle, noticeSpoken, lawKnown };
  // A sentence that waits for its translation is told where it is missing.
  if (!noticeSpoken && ladderObstacle(fallback, wish.severity, means) === null) {
    return { action, fellBack: null, noticeSpoken: true, lawKnown };
  }
  return { fault: `neither ${action} nor its fallback ${fallback} can be taken: ${obstacle}; ${again}` };
}
