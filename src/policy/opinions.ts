/** The only gate to paid calls: which notes the regions want a second opinion on, and on what terms. */
import type { CategoryId } from '../categories.js';
import {
  type Evidence,
  findingsOf,
  foundIn,
  HARM_KEYS,
  type Note,
  type OpinionReason,
  type RegionId,
  SCORE_KEYS,
} from '../domain.js';
import type { OpinionBudget, OpinionClause, OpinionPlan } from '../stages/deliberate/plan.js';
import type { Bundle, CompiledRegion } from './model.js';
import { policyOf } from './regions.js';
import { refOf } from './schema.js';

export interface OpinionSubject {
  readonly note: Note;
  readonly evidence: Partial<Evidence>;
  readonly now: number;
}
const MONEY = 1_000_000;
/** Scores from here on say which clauses may matter. */
const CLAUSE_SCORE = 0.2;

function regionsOf(bundle: Bundle, { note, now }: OpinionSubject): readonly CompiledRegion[] {
  const asked = note.regions.length > 0 ? note.regions : [...bundle.regions.keys()];
  const spoken = new Map<RegionId, CompiledRegion>();
  for (const id of asked) {
    const region = policyOf(bundle, id, now);
    spoken.set(region.id, region);
  }
  return [...spoken.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

type Ask = CompiledRegion['settings']['opinions']['ask'];

function inBand(subject: OpinionSubject, { scores: band }: Ask): boolean {
  const scores = foundIn(subject.evidence.classify)?.scores;
  if (band === null || scores === undefined) return false;
  return HARM_KEYS.some((key) => scores[key].calibrated >= band.from && scores[key].calibrated < band.below);
}

function isUnvalidated({ evidence }: OpinionSubject): boolean {
  const classify = foundIn(evidence.classify);
  return classify !== null && (classify.language === 'und' || classify.competence.toxicity === 'none');
}

const hasUnseenPicture = ({ evidence }: OpinionSubject): boolean =>
  (foundIn(evidence.images)?.readings ?? []).some(
    ({ facts, model }) => facts.status === 'found' && model.status !== 'found',
  );

function reasonsOf(subject: OpinionSubject, { settings }: CompiledRegion): readonly OpinionReason[] {
  const { ask } = settings.opinions;
  const named = new Set<CategoryId>(ask.categories);
  const asks: Readonly<Record<Exclude<OpinionReason, 'person'>, boolean>> = {
    score_band: inBand(subject, ask),
    category: findingsOf(subject.evidence).some(({ category }) => named.has(category)),
    language: ask.unvalidated_language && isUnvalidated(subject),
    picture: ask.unseen_pictures && hasUnseenPicture(subject),
  };
  return (Object.keys(asks) as (keyof typeof asks)[]).filter((reason) => asks[reason]);
}

/** Null: nobody asks. `byPerson`: a reviewer did, which needs no reason of the note's own. */
export function planOpinion(bundle: Bundle, subject: OpinionSubject, byPerson = false): OpinionPlan | null {
  const all = regionsOf(bundle, subject);
  const asking = byPerson ? all : all.filter((region) => reasonsOf(subject, region).length > 0);
  if (asking.length === 0) return null;
  const own = asking.flatMap((region) => reasonsOf(subject, region));
  const places = all.flatMap(({ settings }) =>
    settings.opinions.endpoints === null ? [] : [settings.opinions.endpoints],
  );
  return {
    bundleHash: bundle.hash,
    reasons: [...new Set(byPerson ? ['person' as const] : own)].sort(),
    regions: asking.map(({ id }) => id),
    // A note is sent as a whole: the strictest of its regions speaks, whether it asks or not.
    redact: all.some(({ settings }) => settings.opinions.redact),
    endpoints: places.length === 0 ? null : places.reduce((both, next) => both.filter((place) => next.includes(place))),
    budgets: asking.map(budgetOf),
    clauses: clausesOf(asking, touched(subject)),
  };
}

/** What a region file may spend a day; opinions and translations draw on the same. */
export function budgetOf({ id, settings }: CompiledRegion): OpinionBudget {
  const { tokens_per_day: tokens, money_per_day: money } = settings.opinions.budget;
  return { region: id, tokens, micros: money === null ? null : Math.round(money * MONEY) };
}

function touched(subject: OpinionSubject): ReadonlySet<CategoryId> {
  const scores = foundIn(subject.evidence.classify)?.scores;
  const scored = SCORE_KEYS.flatMap((key) =>
    key !== 'toxicity' && (scores?.[key].calibrated ?? 0) >= CLAUSE_SCORE ? [key] : [],
  );
  return new Set([...findingsOf(subject.evidence).map(({ category }) => category), ...scored]);
}

const MOST_CLAUSES = 40;

/** What rules in force rest on; where nothing was found yet, all of it. */
function clausesOf(regions: readonly CompiledRegion[], wanted: ReadonlySet<CategoryId>): readonly OpinionClause[] {
  const clauses = new Map<string, { title: string; regions: Set<RegionId>; categories: Set<CategoryId> }>();
  for (const { id, settings, rules } of regions) {
    for (const { cites, category, mode } of rules) {
      if (mode.kind === 'disabled' || (wanted.size > 0 && !wanted.has(category))) continue;
      const law = settings.grounds[cites];
      const title = law ? refOf(law) : settings.terms[cites]?.title;
      if (title === undefined) continue;
      const clause = clauses.get(cites) ?? { title, regions: new Set(), categories: new Set() };
      clause.regions.add(id);
      clause.categories.add(category);
      clauses.set(cites, clause);
    }
  }
  return [...clauses]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MOST_CLAUSES)
    .map(([id, { title, regions: where, categories }]) => ({
      id,
      title,
      regions: [...where].sort(),
      categories: [...categories].sort(),
    }));
}
