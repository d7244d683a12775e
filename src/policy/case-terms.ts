/**
 * Which decisions a person has to look at, until when, and how pressing that is.
 *
 * The queue is ordered by a moment, so that an index holds it: `rankAt = openedAt + (dueAt - openedAt) / weight`.
 * A case that is graver or seen by more people uses its time up faster; of two equal ones that with less time left
 * comes first; and once the moment has passed the case only becomes more pressing against new ones.
 * `weight = SEVERITY_WEIGHT[severity] * (1 + log10(1 + reach) / 3)`: no unit, 1 to 40.
 */
import type { CategoryId } from '../categories.js';
import {
  type CaseClock,
  type CaseReason,
  type CaseTerms,
  type Decision,
  type Desk,
  type Gap,
  HOUR_MS,
  type RegionId,
  type RuleHit,
  strengthOf,
} from '../domain.js';
import type { Bundle } from './model.js';
import { policyOf } from './regions.js';
import type { RegionSettings } from './schema.js';
import { VISIBILITY } from './second-opinion.js';

const SEVERITY_WEIGHT = [1, 1, 2, 4, 8] as const;
/** From here on a decision takes something away from its author. */
const RESTRICTS_FROM = strengthOf('limit_interact');
const CONFIRM_SEVERITY = 3;
/** Where no law sets a time and no hold ends sooner: hours by severity. */
const TARGET_HOURS = [168, 72, 48, 24, 12] as const;
/** What people ask for is answered sooner than the sample of the day. */
const ASKED_HOURS: Partial<Record<CaseReason, number>> = { appeal: 72, report: 24, overdue: 24 };

type ClockSource = NonNullable<RegionSettings['clocks'][string]>['source'];
/** Which clocks of the region files run for which case. */
const SOURCES: Readonly<Record<CaseReason, readonly ClockSource[]>> = {
  hold: ['knowledge'],
  review: ['knowledge'],
  severity: ['knowledge'],
  sampling: [],
  appeal: ['appeal'],
  report: ['notice', 'report', 'grievance'],
  overdue: [],
};

export interface CaseSubject {
  readonly reason: CaseReason;
  readonly regions: readonly RegionId[];
  readonly category: CategoryId | null;
  readonly severity: number;
  readonly reach: number;
  /** End of a hold; null for everything else. */
  readonly end: string | null;
  readonly escalate: boolean;
  /** Clocks that run beside those of the reason, such as `order` for an authority's report. */
  readonly also?: readonly ClockSource[];
}

const at = <T>(table: readonly T[], severity: number): T =>
  table[Math.max(0, Math.min(table.length - 1, Math.trunc(severity)))] as T;

export const weightOf = (severity: number, reach: number): number =>
  at(SEVERITY_WEIGHT, severity) * (1 + Math.log10(1 + Math.max(0, reach)) / 3);

type Asking = RuleHit | Gap;
const asks = ({ action }: Asking): boolean => action === 'review' || action === 'hold';

/**
 * What asks for a person, whatever action came of it. What nobody sees any more, or its author has to change, answers
 * the questions that are no graver.
 */
export function askers({ action, severity, rules, gaps }: Decision): readonly Asking[] {
  const answered = VISIBILITY[action] <= VISIBILITY.require_edit && action !== 'hold';
  return answered ? rules.filter((hit) => asks(hit) && hit.severity > severity) : [...rules, ...gaps].filter(asks);
}

/** Null: nobody has to look. A grave automatic restriction is confirmed by a person. */
export function reasonOf(decision: Decision): CaseReason | null {
  if (decision.action === 'hold') return 'hold';
  const asking = askers(decision);
  if (decision.action === 'review' || asking.length > 0) return isSample(asking) ? 'sampling' : 'review';
  const restricts = strengthOf(decision.action) >= RESTRICTS_FROM;
  return restricts && decision.severity >= CONFIRM_SEVERITY ? 'severity' : null;
}

/** Text that no model can vouch for and that chance has drawn; the gap says so in these words. */
const isSample = (asking: readonly Asking[]): boolean =>
  asking.length > 0 && asking.every((entry) => 'why' in entry && entry.why.endsWith(', drawn for review'));

const isForChildSafety = (category: CategoryId | null): boolean =>
  category?.startsWith('child.') === true || category === 'sexual.exploit';

function deskOf(subject: CaseSubject): Desk {
  if (isForChildSafety(subject.category)) return 'child_safety';
  return subject.severity >= 4 || subject.escalate ? 'senior' : 'general';
}

interface Due {
  readonly dueAt: number;
  readonly clock: CaseClock;
}

function clocksOf(bundle: Bundle, subject: CaseSubject, now: number): readonly Due[] {
  const sources: readonly string[] = [...SOURCES[subject.reason], ...(subject.also ?? [])];
  return subject.regions.flatMap((region) => {
    const { id: policy, settings } = policyOf(bundle, region, now);
    return Object.entries(settings.clocks).flatMap(([name, clock]): readonly Due[] => {
      if (clock === null || clock.hours === null || !sources.includes(clock.source)) return [];
      const applies =
        clock.categories === '*' || (subject.category !== null && clock.categories.includes(subject.category));
      if (!applies) return [];
      return [{ dueAt: now + clock.hours * HOUR_MS, clock: { region: policy, name, ref: clock.ground ?? null } }];
    });
  });
}

function dueOf(bundle: Bundle, subject: CaseSubject, now: number): Due {
  const ofLaw = clocksOf(bundle, subject, now);
  const end = subject.end === null ? Number.NaN : Date.parse(subject.end);
  const ofHold: readonly Due[] =
    end > now ? [{ dueAt: end, clock: { region: null, name: 'hold_end', ref: null } }] : [];
  const hours = ASKED_HOURS[subject.reason] ?? at(TARGET_HOURS, subject.severity);
  const target: Due = { dueAt: now + hours * HOUR_MS, clock: { region: null, name: 'target', ref: null } };
  const [first] = [...ofLaw, ...ofHold, ...(ofLaw.length === 0 ? [target] : [])].toSorted((a, b) => a.dueAt - b.dueAt);
  return first ?? target;
}

export function termsOf(bundle: Bundle, subject: CaseSubject, now: number): CaseTerms {
  const { reason, category, severity, reach } = subject;
  const { dueAt, clock } = dueOf(bundle, subject, now);
  const weight = weightOf(severity, reach);
  const rankAt = Math.round(now + (dueAt - now) / weight);
  return { reason, desk: deskOf(subject), category, severity, dueAt, clock, reach, weight, rankAt };
}

/** What the person will see: danger to a child first, then what is gravest, whichever rules led the decisions. */
export function gravestOf(decisions: readonly Decision[]): Pick<CaseSubject, 'category' | 'severity'> {
  const all = decisions.flatMap(({ category, severity, rules }) => [
    { category, severity },
    ...rules.filter(({ action }) => action !== 'allow'),
  ]);
  const child = all.find((one) => isForChildSafety(one.category));
  const [gravest] = all.toSorted((a, b) => b.severity - a.severity);
  return { category: (child ?? gravest)?.category ?? null, severity: gravest?.severity ?? 0 };
}

export function caseTermsOf(bundle: Bundle, decision: Decision, reach: number, now: number): CaseTerms | null {
  const reason = reasonOf(decision);
  if (reason === null) return null;
  const { regions, sideActions, action, end } = decision;
  const escalate = sideActions.includes('escalate');
  const { category, severity } = gravestOf([decision]);
  return termsOf(
    bundle,
    { reason, regions, category, severity, reach, end: action === 'hold' ? end : null, escalate },
    now,
  );
}

/** The reason that a case of several decisions carries. */
const REASON_ORDER: readonly CaseReason[] = ['hold', 'review', 'severity', 'sampling'];

/**
 * The cases of one result, beside its decisions: one for each desk, so that nobody opens the same note twice. It stands
 * beside the gravest of its decisions, speaks for the regions of all of them, and is as pressing as the most pressing.
 */
export function casesOf(
  bundle: Bundle,
  decisions: readonly Decision[],
  reach: number,
  now: number,
): readonly (CaseTerms | null)[] {
  const each = decisions.map((decision, index) => ({
    decision,
    index,
    terms: caseTermsOf(bundle, decision, reach, now),
  }));
  return each.map(({ index, terms }) => {
    if (terms === null) return null;
    const together = each.flatMap((one) => (one.terms?.desk === terms.desk ? [{ ...one, terms: one.terms }] : []));
    const [lead] = together.toSorted((a, b) => b.terms.severity - a.terms.severity || a.index - b.index);
    if (lead?.index !== index || together.length === 1) return lead?.index === index ? terms : null;
    const pressing = together.map((one) => one.terms).toSorted((a, b) => a.rankAt - b.rankAt)[0] ?? terms;
    const reasons = together.map((one) => one.terms.reason);
    return {
      ...pressing,
      category: terms.category,
      severity: terms.severity,
      reason: REASON_ORDER.find((reason) => reasons.includes(reason)) ?? terms.reason,
      regions: [...new Set(together.flatMap((one) => one.decision.regions))],
    };
  });
}
