/** What a person may decide in a region: actions of its ladder, clauses, sentences; and a verdict held against it. */
import { asSeverity, CATEGORIES, CATEGORY_IDS, type CategoryId } from '../../categories.js';
import { ACTIONS, type Action, DAY_MS, type Decision, type Ground, HOUR_MS, strengthOf } from '../../domain.js';
import { type Fault, InvalidInputError } from '../../errors.js';
import type { Bundle, CompiledRegion } from '../../policy/bundle.js';
import { policyOf } from '../../policy/regions.js';
import { refOf } from '../../policy/schema.js';
import type { StoredVerdict } from '../../ports/review.js';

/** A person's word ends what the ladder leaves open: what a machine may only hold, a person may remove. */
const LAST_WORD: Action = 'remove';
/** `review` asks for a person, and here is one; to ask another there is escalation. */
const FOR_PEOPLE = ACTIONS.filter((action) => action !== 'review');

export interface Clause {
  readonly id: string;
  readonly kind: 'law' | 'terms';
  readonly ref: string;
  readonly title: string | null;
  readonly url: string;
  readonly version: string | null;
}
export interface Suggestion {
  readonly category: string;
  readonly clause: string | null;
  readonly notice: string | null;
  readonly rule: string;
}

export function actionsFor(region: CompiledRegion, severity: number): readonly Action[] {
  const step = asSeverity(severity);
  const top = step === 4 ? LAST_WORD : region.settings.ladder[`${step}`];
  return FOR_PEOPLE.filter((action) => strengthOf(action) <= strengthOf(top));
}

/** The category's own severity, or that of the case where it is graver. */
export const severityOf = (
  category: CategoryId,
  about: { readonly category: CategoryId | null; readonly severity: number },
) => Math.max(CATEGORIES[category].maxSeverity, category === about.category ? about.severity : 0);

export const categoriesFor = (about: { readonly category: CategoryId | null; readonly severity: number }) =>
  CATEGORY_IDS.map((id) => ({ id, severity: severityOf(id, about), title: CATEGORIES[id].name }));

export function clausesOf({ settings }: CompiledRegion): readonly Clause[] {
  const laws = Object.entries(settings.grounds).flatMap(([key, law]): readonly Clause[] =>
    law === null
      ? []
      : [{ id: `law:${key}`, kind: 'law', ref: refOf(law), title: null, url: law.url, version: law.version ?? null }],
  );
  const terms = Object.entries(settings.terms).flatMap(([key, clause]): readonly Clause[] =>
    clause === null
      ? []
      : [
          {
            id: `terms:${key}`,
            kind: 'terms',
            ref: key,
            title: clause.title,
            url: clause.url,
            version: clause.version,
          },
        ],
  );
  return [...laws, ...terms];
}

const groundOf = ({ kind, ref, url, version }: Clause): Ground => ({ kind, ref, url, version: version ?? undefined });

/** From the region's own rules: which clause and which sentence it uses for a category, the strongest rule first. */
export function suggestionsOf(region: CompiledRegion): readonly Suggestion[] {
  const clauses = clausesOf(region);
  const rules = region.rules.filter(({ mode, action }) => mode.kind !== 'disabled' && action !== 'allow');
  return rules
    .toSorted((a, b) => b.severity - a.severity || strengthOf(b.action) - strengthOf(a.action))
    .map((rule) => ({
      category: rule.category,
      clause: clauses.find(({ kind, ref }) => kind === rule.ground.kind && ref === rule.ground.ref)?.id ?? null,
      notice: rule.notice,
      rule: rule.id,
    }));
}

export interface VerdictInput {
  readonly regions: readonly string[];
  readonly action: Action;
  readonly category: CategoryId | null;
  readonly clause: string | null;
  readonly notice: string | null;
  readonly hours?: number | undefined;
}
export interface VerdictScene {
  readonly bundle: Bundle;
  readonly about: { readonly category: CategoryId | null; readonly severity: number };
  /** It answers an appeal of the author, who has no second one. */
  readonly isFinal: boolean;
  readonly now: number;
}
export type CheckedVerdict = Omit<StoredVerdict, 'noticeTexts'>;

/** Throws with one fault for each thing that the region does not allow. */
export function checkVerdicts(verdicts: readonly VerdictInput[], scene: VerdictScene): readonly CheckedVerdict[] {
  const faults: Fault[] = [];
  const checked = verdicts.map((verdict, index) =>
    checkOne(verdict, scene, (at, message) => {
      faults.push({ pointer: `/verdicts/${index}${at}`, message });
    }),
  );
  const [first] = faults;
  if (first !== undefined) throw new InvalidInputError('verdict_invalid', first.message, faults);
  return checked;
}

type Complain = (pointer: string, message: string) => void;

function checkOne(verdict: VerdictInput, scene: VerdictScene, complain: Complain): CheckedVerdict {
  const { regions, action, category } = verdict;
  const severity = category === null ? 0 : severityOf(category, scene.about);
  const policies = regions.map((region) => policyOf(scene.bundle, region, scene.now));
  const [lead] = policies;
  if (lead === undefined) throw new Error('a verdict without a region');
  complainOf(verdict, { severity, policies, bundle: scene.bundle }, complain);
  // Nobody waits longer than their own region says.
  const shortest = Math.min(...policies.map(({ settings }) => settings.evidence.hold_hours));
  const ends = verdict.hours ?? (action === 'hold' ? shortest : null);
  const end = ends === null ? null : new Date(scene.now + ends * HOUR_MS).toISOString();
  const base = { regions, policy: lead.id, action, end };
  if (!restricts(verdict))
    return { ...base, severity: 0, category: null, ground: null, notice: null, appealDeadline: null };
  const clause = clausesOf(lead).find(({ id }) => id === verdict.clause);
  return {
    ...base,
    severity,
    category,
    ground: clause === undefined ? null : groundOf(clause),
    notice: verdict.notice ?? suggestionsOf(lead).find((entry) => entry.category === category)?.notice ?? null,
    appealDeadline: appealDeadlineOf(policies, scene),
  };
}

/** Whether the author can do anything about it. */
export const restricts = ({ action }: { readonly action: Action }): boolean =>
  action !== 'allow' && action !== 'review';

/** Of the author, for what restricts the note in all of these. */
export function appealDeadlineOf(
  policies: readonly CompiledRegion[],
  { isFinal, now }: Pick<VerdictScene, 'isFinal' | 'now'>,
): string | null {
  const days = Math.min(...policies.map(({ settings }) => settings.appeal.days));
  return isFinal ? null : new Date(now + days * DAY_MS).toISOString();
}

/** What was decided, as the verdict of whoever says it again. */
export function verdictOf(decision: Decision, scene: Pick<VerdictScene, 'bundle' | 'isFinal' | 'now'>): CheckedVerdict {
  const { regions, policy, action, severity, category, ground, end, rules } = decision;
  const policies = regions.map((region) => policyOf(scene.bundle, region, scene.now));
  const notice = rules.find((rule) => rule.action === action)?.notice ?? null;
  const appealDeadline = restricts(decision) ? appealDeadlineOf(policies, scene) : null;
  return { regions, policy, action, severity, category, ground, notice, end, appealDeadline };
}

interface Scales {
  readonly severity: number;
  readonly policies: readonly CompiledRegion[];
  readonly bundle: Bundle;
}

function complainOf(verdict: VerdictInput, { severity, policies, bundle }: Scales, complain: Complain): void {
  const { regions, action, category, clause, notice } = verdict;
  if (action !== 'allow' && category === null) complain('/category', `${action} needs a category`);
  if (action !== 'allow' && clause === null) complain('/clause', `${action} needs a clause`);
  for (const [index, policy] of policies.entries()) {
    if (!actionsFor(policy, severity).includes(action)) {
      complain('/action', `${regions[index]} does not allow ${action} at severity ${severity}`);
    }
    if (clause !== null && !clausesOf(policy).some(({ id }) => id === clause)) {
      complain('/clause', `${regions[index]} has no clause ${clause}`);
    }
  }
  if (notice !== null && bundle.notices.get('en')?.sentences.has(notice) !== true) {
    complain('/notice', `There is no sentence ${notice}`);
  }
}
