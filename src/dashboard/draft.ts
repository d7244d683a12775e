/** What a reviewer has chosen so far -> the verdicts that the API takes. It chooses nothing by itself. */
import type { Action } from '../domain.js';
import type { CaseDetail, RegionChoice, VerdictInput } from './api/types.js';

/** Regions that one policy file speaks for: they share ladder and clauses, so they share one choice. */
export interface Group {
  readonly policy: string;
  readonly regions: readonly string[];
  readonly choice: RegionChoice;
}
export interface Chosen {
  readonly action: Action | null;
  /** Null: the clause that the region's own rules name for the category. */
  readonly clause: string | null;
}
export type Outcome = 'uphold' | 'overturn' | 'change_ground';
export interface Draft {
  readonly category: string | null;
  readonly outcome: Outcome | null;
  readonly reason: string;
  readonly byPolicy: Readonly<Record<string, Chosen>>;
  /** Ids of other cases that are to be decided like this one. */
  readonly alike: readonly string[];
}

export const freshDraft = (detail: CaseDetail): Draft => ({
  category: detail.case.category,
  outcome: null,
  reason: '',
  byPolicy: {},
  alike: [],
});

export function groupsOf(regions: readonly RegionChoice[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const choice of regions.filter(({ mine }) => mine)) {
    const found = groups.get(choice.policy);
    groups.set(choice.policy, {
      policy: choice.policy,
      choice: found?.choice ?? choice,
      regions: [...(found?.regions ?? []), choice.region],
    });
  }
  return [...groups.values()];
}

export function actionsOf(group: Group, severity: number): readonly Action[] {
  return group.choice.actionsBySeverity.find((step) => step.severity === severity)?.actions ?? [];
}

/** Severity of the chosen category; without one only what needs none is offered. */
export const severityOf = (detail: CaseDetail, category: string | null): number =>
  detail.categories.find(({ id }) => id === category)?.severity ?? 0;

/** Another category keeps the actions that its severity allows too; the clause is that of the new one. */
export const underCategory = (
  draft: Draft,
  groups: readonly Group[],
  { category, severity }: { readonly category: string | null; readonly severity: number },
): Pick<Draft, 'category' | 'byPolicy'> => ({
  category,
  byPolicy: Object.fromEntries(
    groups.flatMap((group) => {
      const action = draft.byPolicy[group.policy]?.action ?? null;
      const fits = action !== null && actionsOf(group, severity).includes(action);
      return fits ? [[group.policy, { action, clause: null }]] : [];
    }),
  ),
});

/** What every region of mine allows, weakest first: these have the number keys. */
export function commonActions(groups: readonly Group[], severity: number): readonly Action[] {
  const [first, ...others] = groups;
  if (first === undefined) return [];
  return actionsOf(first, severity).filter((action) =>
    others.every((group) => actionsOf(group, severity).includes(action)),
  );
}

const suggestionOf = (group: Group, category: string | null) =>
  group.choice.suggested.find((one) => one.category === category && one.clause !== null);

export const clauseOf = (draft: Draft, group: Group): string | null =>
  draft.byPolicy[group.policy]?.clause ?? suggestionOf(group, draft.category)?.clause ?? null;

/** Whoever changes the ground of what stands keeps its action. */
export function actionIn(draft: Draft, { policy, choice }: Group): Action | null {
  if (draft.outcome === 'change_ground' && choice.standing !== null) return choice.standing.action;
  return draft.byPolicy[policy]?.action ?? null;
}

export type Missing = 'outcome' | 'action' | 'category' | 'clause';

/** What still stands between the draft and a decision, in the order of the panel. */
export function missingIn(draft: Draft, groups: readonly Group[], isAppeal: boolean): Missing | null {
  if (isAppeal && draft.outcome === null) return 'outcome';
  if (draft.outcome === 'uphold') return null;
  const actions = groups.map((group) => actionIn(draft, group));
  const nothingChosen = actions.every((action) => action === null);
  if (draft.outcome === 'overturn' && nothingChosen) return null;
  if (actions.includes(null)) return 'action';
  const restricted = groups.filter((group) => actionIn(draft, group) !== 'allow');
  if (restricted.length > 0 && draft.category === null) return 'category';
  return restricted.some((group) => clauseOf(draft, group) === null) ? 'clause' : null;
}

export function verdictsOf(draft: Draft, groups: readonly Group[]): readonly VerdictInput[] {
  return groups.flatMap((group): VerdictInput[] => {
    const action = actionIn(draft, group);
    if (action === null) return [];
    const regions = [...group.regions];
    if (action === 'allow') return [{ regions, action }];
    const category = draft.category as VerdictInput['category'];
    return [
      {
        regions,
        action,
        category,
        clause: clauseOf(draft, group),
        notice: suggestionOf(group, category ?? null)?.notice ?? null,
      },
    ];
  });
}
