/** Appeals and reports: checked against what stands and against the region's rules, then a case for a person. */
import { CATEGORIES, type CategoryId } from '../../categories.js';
import { DAY_MS, type RegionId } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import type { Bundle } from '../../policy/bundle.js';
import { type CaseSubject, gravestOf, termsOf } from '../../policy/case-terms.js';
import { isRegionCode, unknownRegionWord } from '../../policy/countries.js';
import { policyOf } from '../../policy/regions.js';
import type { RegionSettings } from '../../policy/schema.js';
import type { Appeal, DeskStore, PleaNote, PleaResult, Report, Reporter } from '../../ports/review.js';
import type { Actor, StoredDecision } from '../../ports/store.js';
import type { Clock } from '../../ports.js';
import { restricts } from './choices.js';
import { sameAppeal, sameReport } from './same-plea.js';

export interface PleaPorts {
  readonly desk: Pick<DeskStore, 'findNote' | 'openAppeal' | 'openReport' | 'appeals'>;
  readonly bundle: () => Bundle;
  readonly clock: Clock;
}
interface Named {
  readonly noteId?: string | undefined;
  readonly externalId?: string | undefined;
  readonly reference: string;
  readonly regions?: readonly RegionId[] | undefined;
  readonly language?: string | undefined;
}
export interface AppealOrder extends Named {
  readonly by: 'author' | 'notifier';
  readonly decisionId?: string | undefined;
  readonly text: string;
}
export interface ReportOrder extends Named {
  readonly category?: CategoryId | undefined;
  readonly reasons: string;
  readonly law?: string | undefined;
  readonly urls: readonly string[];
  readonly reporter: {
    readonly kind: Reporter['kind'];
    readonly name?: string | undefined;
    readonly email?: string | undefined;
  };
}
export interface From {
  readonly sourceId: string;
  readonly actor: Actor;
}
export interface Received<T> {
  readonly plea: T;
  readonly replayed: boolean;
}

/** Sexual offences against children may be reported without a name (DSA Art. 16(2)(c)). */
const NAMELESS: ReadonlySet<CategoryId> = new Set(['child.csam', 'child.grooming', 'child.endanger', 'sexual.exploit']);

export async function receiveAppeal(ports: PleaPorts, from: From, order: AppealOrder): Promise<Received<Appeal>> {
  const note = await noteOf(ports, from, order);
  const before = await ports.desk.appeals(from.sourceId, { noteId: note.noteId }, null, MOST_APPEALS);
  // Asked before the rules: once it is decided nothing may stand that an appeal could be about, and a repetition still gets it.
  const known = before.items.find(({ reference }) => reference === order.reference);
  if (known !== undefined) return { plea: sameAppeal(known, note, order), replayed: true };
  const bundle = ports.bundle();
  const now = ports.clock.now();
  const standing = appealed(note, order, finalFor(order.by, before.items));
  const { decisions, regions } = openTo(bundle, order, standing, now);
  const lead = decisions.toSorted((a, b) => b.severity - a.severity)[0];
  if (lead === undefined) throw refused('Nothing that was decided here restricts the note.');
  const subject: CaseSubject = {
    reason: 'appeal',
    regions,
    ...gravestOf(decisions),
    reach: note.reach,
    end: null,
    escalate: false,
  };
  // Everyone who has decided about the note, not only about what stands: nobody judges their own word twice.
  const deciders = note.deciders.map(({ userId }) => userId);
  const result = await ports.desk.openAppeal(
    {
      ...placeOf(from, note, order),
      revision: lead.revision,
      revisionId: revisionOf(note, lead),
      regions,
      terms: termsOf(bundle, subject, now),
      decisionIds: decisions.map(({ decisionId }) => decisionId),
      by: order.by,
      text: order.text,
      excluded: [...new Set(deciders)],
    },
    from.actor,
    now,
  );
  const { plea, replayed } = received(result, 'An appeal against this decision is open already.');
  return { plea: replayed ? sameAppeal(plea, note, order) : plea, replayed };
}

/** More appeals than this about one note would take as many decisions of people. */
const MOST_APPEALS = 200;

type IsFinal = (decision: StoredDecision) => boolean;

/** Each side is heard once: about what it has appealed against, and about what answered it. */
function finalFor(by: AppealOrder['by'], appeals: readonly Appeal[]): IsFinal {
  const own = appeals.filter((appeal) => appeal.by === by);
  const ids = new Set(own.map(({ id }) => id));
  // What is still open is a conflict, which the store tells.
  const heardOf = new Set(own.filter(({ state }) => state !== 'open').flatMap(({ decisionIds }) => decisionIds));
  return ({ decisionId, triggerRef }) => heardOf.has(decisionId) || ids.has(triggerRef ?? '');
}

export async function receiveReport(ports: PleaPorts, from: From, order: ReportOrder): Promise<Received<Report>> {
  checkReporter(order);
  const { kind, name, email } = order.reporter;
  const category = order.category ?? null;
  const note = await noteOf(ports, from, order);
  const bundle = ports.bundle();
  const now = ports.clock.now();
  const standing = note.decisions.filter(({ supersededBy }) => supersededBy === null).flatMap(({ regions }) => regions);
  const shown = standing.length > 0 ? standing : note.regions.length > 0 ? note.regions : [...bundle.regions.keys()];
  const regions = regionsOf(order, shown);
  const severity = category === null ? 1 : CATEGORIES[category].maxSeverity;
  const also = kind === 'authority' ? (['order'] as const) : [];
  const subject = {
    reason: 'report',
    regions,
    category,
    severity,
    reach: note.reach,
    end: null,
    escalate: false,
    also,
  } as const;
  const result = await ports.desk.openReport(
    {
      ...placeOf(from, note, order),
      revision: note.revision,
      revisionId: note.revisionId,
      regions,
      terms: termsOf(bundle, subject, now),
      reasons: order.reasons,
      law: order.law ?? null,
      urls: order.urls,
      reporter: { kind, name: name ?? null, email: email ?? null },
    },
    from.actor,
    now,
  );
  const { plea, replayed } = received(result, 'The report conflicts with another one.');
  return { plea: replayed ? sameReport(plea, note, order) : plea, replayed };
}

function checkReporter({ category, reporter }: ReportOrder): void {
  if (reporter.kind === 'authority' || (category !== undefined && NAMELESS.has(category))) return;
  const missing = (['name', 'email'] as const).filter((key) => reporter[key] === undefined);
  if (missing.length === 0) return;
  const faults = missing.map((key) => ({ pointer: `/reporter/${key}`, message: 'Needed for this category' }));
  throw new InvalidInputError('body_invalid', 'The reporter needs a name and an email address', faults);
}

async function noteOf(ports: PleaPorts, from: From, order: Named): Promise<PleaNote> {
  const note = await ports.desk.findNote(from.sourceId, order);
  if (note === null) throw new InvalidInputError('not_found', 'There is no such note.');
  return note;
}

const placeOf = (from: From, note: PleaNote, order: Named) => ({
  sourceId: from.sourceId,
  reference: order.reference,
  noteId: note.noteId,
  language: languageOf(order.language),
  noteLanguage: note.language,
});

function languageOf(tag: string | undefined): string | null {
  if (tag === undefined) return null;
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch (cause) {
    const faults = [{ pointer: '/language', message: 'Not a BCP 47 tag' }];
    throw new InvalidInputError('language_unknown', 'Not a BCP 47 tag', faults, { cause });
  }
}

/** What stands and restricts; a named decision may be one that was replaced since, except by its own undoing. */
function appealed(note: PleaNote, order: AppealOrder, isFinal: IsFinal): readonly StoredDecision[] {
  if (order.decisionId !== undefined) {
    const named = note.decisions.find(({ decisionId }) => decisionId === order.decisionId);
    if (named === undefined) throw new InvalidInputError('not_found', 'The note has no such decision.');
    if (order.by === 'author' && !restricts(named)) throw refused('The decision does not restrict the note.');
    if (isFinal(named)) throw heard(order.by);
    return [named];
  }
  const standing = note.decisions.filter(
    ({ supersededBy, regions }) =>
      supersededBy === null &&
      (order.regions === undefined || regions.some((region) => order.regions?.includes(region))),
  );
  // Whoever reported may appeal against nothing having been done (DSA Art. 20(1)).
  const appealable = order.by === 'author' ? standing.filter(restricts) : standing;
  const left = appealable.filter((decision) => !isFinal(decision));
  if (left.length < appealable.length && (left.length === 0 || order.regions !== undefined)) throw heard(order.by);
  return left;
}

const heard = (by: AppealOrder['by']): InvalidInputError =>
  refused(`This was decided on an appeal of the ${by} already.`);

const refused = (message: string): InvalidInputError => new InvalidInputError('appeal_refused', message);

/** Of what is appealed against, what the regions let this party appeal against now; a region that was named has to be among it. */
function openTo(bundle: Bundle, order: AppealOrder, decisions: readonly StoredDecision[], now: number) {
  const known = decisions.flatMap((decision) => decision.regions);
  const asked = regionsOf(order, known);
  const closed = new Map<RegionId, string>();
  for (const { regions, createdAt } of decisions) {
    for (const region of regions.filter((one) => asked.includes(one))) {
      const why = closedBy(policyOf(bundle, region, now).settings.appeal, { region, createdAt, by: order.by, now });
      if (why !== null) closed.set(region, why);
    }
  }
  const regions = asked.filter((region) => !closed.has(region));
  const [why] = closed.values();
  if (why !== undefined && (isNamed(order) || regions.length === 0)) throw refused(why);
  return { regions, decisions: decisions.filter((one) => one.regions.some((region) => regions.includes(region))) };
}

interface Wish {
  readonly region: RegionId;
  /** Of the decision. */
  readonly createdAt: string;
  readonly by: AppealOrder['by'];
  readonly now: number;
}

/** Why the region takes no such appeal; null: it does. */
function closedBy(appeal: RegionSettings['appeal'], { region, createdAt, by, now }: Wish): string | null {
  if (!appeal.open_to.includes(by)) return `In ${region} this appeal is not open to the ${by}.`;
  if (Date.parse(createdAt) + appeal.days * DAY_MS >= now) return null;
  return `The ${appeal.days} days for an appeal in ${region} are over.`;
}

const isNamed = ({ regions }: Named): boolean => regions !== undefined && regions.length > 0;

function regionsOf(order: Named, known: readonly RegionId[]): readonly RegionId[] {
  const all = [...new Set(known)];
  const named = order.regions ?? [];
  if (named.length === 0) return all;
  named.forEach((region, index) => {
    if (isRegionCode(region) && all.includes(region)) return;
    const message = isRegionCode(region) ? 'Nothing was decided for this region' : unknownRegionWord(region);
    throw new InvalidInputError('region_unknown', message, [{ pointer: `/regions/${index}`, message }]);
  });
  return [...new Set(named)];
}

const revisionOf = (note: PleaNote, decision: StoredDecision): string =>
  decision.revision === note.revision
    ? note.revisionId
    : (note.revisions.find(({ revision }) => revision === decision.revision)?.revisionId ?? note.revisionId);

function received<T>(result: PleaResult<T>, conflict: string): Received<T> {
  switch (result.kind) {
    case 'opened':
    case 'replayed':
      return { plea: result.plea, replayed: result.kind === 'replayed' };
    case 'conflict':
      throw new InvalidInputError('conflict', conflict);
    case 'erased':
      throw new InvalidInputError('not_found', 'There is no such note.');
  }
}
