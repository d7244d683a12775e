/** A person decides a case: rights, ladder and clause first, then one transaction that the claim fences. */
import { type Action, type RegionId, strengthOf } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import type { Bundle } from '../../policy/bundle.js';
import { keptOnFinding } from '../../policy/preserve.js';
import { policyOf } from '../../policy/regions.js';
import type { AppealState, CaseFile, DeskStore, Sight, Submission, SubmitResult } from '../../ports/review.js';
import type { StoredDecision } from '../../ports/store.js';
import type { Clock } from '../../ports.js';
import type { BundleAt } from './bundles.js';
import {
  type CheckedVerdict,
  checkVerdicts,
  clausesOf,
  type VerdictInput,
  type VerdictScene,
  verdictOf,
} from './choices.js';
import { noticesOf } from './notice.js';
import { myRegions, obstacleTo } from './sight.js';

export interface DecidePorts {
  readonly desk: Pick<DeskStore, 'submit'>;
  readonly bundleAt: BundleAt;
  readonly clock: Clock;
  readonly undoMs: number;
  readonly appealUrl: string | null;
}
export type Decided = Extract<SubmitResult, { kind: 'decided' }>;
export type AppealOutcome = 'uphold' | 'overturn' | 'change_ground';
export interface DecisionOrder {
  readonly epoch: number;
  readonly verdicts: readonly VerdictInput[];
  readonly outcome?: AppealOutcome | undefined;
  readonly reason?: string | undefined;
  readonly seconds?: number | undefined;
  readonly translationShown?: boolean | undefined;
}

/** The rules of the time where the case is an appeal; else those in force. */
export async function bundleOf(ports: Pick<DecidePorts, 'bundleAt'>, file: CaseFile): Promise<Bundle> {
  const then = file.row.reason === 'appeal' ? await ports.bundleAt(file.bundleHash) : null;
  const bundle = then ?? (await ports.bundleAt(null));
  if (bundle === null) throw new Error('there is no bundle in force');
  return bundle;
}

export const standingOf = (file: CaseFile, region: RegionId): StoredDecision | undefined =>
  file.decisions.findLast((decision) => decision.supersededBy === null && decision.regions.includes(region));

export async function decideCase(
  ports: DecidePorts,
  sight: Sight,
  file: CaseFile,
  order: DecisionOrder,
): Promise<Decided> {
  const obstacle = obstacleTo(sight, file.row);
  if (obstacle !== null) throw new InvalidInputError('forbidden', `This case is not yours to decide (${obstacle}).`);
  const now = ports.clock.now();
  const bundle = await bundleOf(ports, file);
  const mine = myRegions(sight, file.row.regions);
  checkOutcome(file, order.outcome);
  const scene = sceneOf(file, bundle, now);
  const wanted = verdictsOf(scene, mine, order);
  checkRegions(wanted, mine);
  const upheld = order.outcome === 'uphold';
  // What is upheld was allowed by the rules of its time; nothing new is decided.
  const checked = upheld ? upholding(scene, mine) : checkVerdicts(wanted, scene);
  if (order.outcome === 'change_ground') checkGround(file, checked);
  const result = await ports.desk.submit(submissionOf(ports, { sight, file, order, bundle, checked, now }), now);
  switch (result.kind) {
    case 'decided':
      return result;
    case 'lease_lost':
      throw new InvalidInputError('lease_lost', 'The claim on this case has expired or was taken over.');
    case 'closed':
      throw new InvalidInputError('conflict', 'The case is closed already.');
    case 'regions':
      throw new InvalidInputError('conflict', 'The regions of the case have changed; open it again.');
    case 'unknown':
      throw new InvalidInputError('not_found', 'There is no such case.');
  }
}

/** My last decision about the case, if it has not been taken back and was one that can be. */
export function lastOfMine(
  { row, people }: Pick<CaseFile, 'row' | 'people'>,
  { userId }: Pick<Sight, 'userId'>,
): Takeable | null {
  const last = people.findLast(({ caseId, by }) => caseId === row.caseId && by.id === userId);
  if (last === undefined || last.undoneAt !== null || last.undoUntil === null) return null;
  return { ...last, undoUntil: last.undoUntil };
}
type Takeable = CaseFile['people'][number] & { readonly undoUntil: string };

/** Whoever decides again what they have decided, because the answer was lost, gets the answer of the first time. */
export function repeatedOf(
  file: Pick<CaseFile, 'row' | 'people'>,
  sight: Pick<Sight, 'userId'>,
  { epoch, outcome, verdicts }: Pick<DecisionOrder, 'epoch' | 'outcome' | 'verdicts'>,
): Decided | null {
  const { row, people } = file;
  const isHeld = row.status === 'open' && row.holder?.id === sight.userId && row.epoch === epoch;
  const last = lastOfMine(file, sight);
  if (isHeld || last === null) return null;
  const { submissionId, undoUntil } = last;
  const made = people.filter((one) => one.submissionId === submissionId);
  const saysAll = outcome === 'uphold' || (outcome === 'overturn' && verdicts.length === 0);
  if (last.outcome !== (outcome ?? null) || !(saysAll || isSame(made, verdicts))) return null;
  return { kind: 'decided', submissionId, undoUntil, closed: row.status === 'closed' };
}

type Part = Pick<VerdictInput, 'action' | 'category' | 'regions'>;
const partsOf = (verdicts: readonly Part[]): readonly string[] =>
  verdicts
    .flatMap(({ action, category, regions }) => regions.map((region) => `${region} ${action} ${category}`))
    .toSorted();
const isSame = (made: readonly Part[], asked: readonly Part[]): boolean =>
  partsOf(made).join() === partsOf(asked).join();

function checkOutcome(file: CaseFile, outcome: AppealOutcome | undefined): void {
  const isAppeal = file.row.reason === 'appeal';
  if (isAppeal && outcome === undefined)
    throw fault('/outcome', 'An appeal is upheld, overturned, or changes its ground');
  if (!isAppeal && outcome !== undefined) throw fault('/outcome', 'Only an appeal has an outcome');
}

const fault = (pointer: string, message: string): InvalidInputError =>
  new InvalidInputError('verdict_invalid', message, [{ pointer, message }]);

interface Scene extends VerdictScene {
  readonly file: CaseFile;
}

/** What verdicts about a case are held against. */
export const sceneOf = (file: CaseFile, bundle: Bundle, now: number): Scene => ({
  file,
  bundle,
  about: file.row,
  isFinal: file.appeal?.by === 'author',
  now,
});

function verdictsOf(scene: Scene, mine: readonly RegionId[], order: DecisionOrder): readonly VerdictInput[] {
  if (order.verdicts.length > 0 && order.outcome !== 'uphold') return order.verdicts;
  if (order.outcome === 'overturn')
    return [{ regions: mine, action: 'allow', category: null, clause: null, notice: null }];
  if (order.outcome === 'uphold')
    return upholding(scene, mine).map((verdict) => ({ ...verdict, clause: clauseFor(scene, verdict) }));
  throw fault('/verdicts', 'Every region of the case needs a verdict');
}

const clauseFor = ({ bundle, now }: Scene, { policy, ground }: CheckedVerdict): string | null =>
  clausesOf(policyOf(bundle, policy, now)).find(({ kind, ref }) => kind === ground?.kind && ref === ground.ref)?.id ??
  null;

/** What stands, said again by a person. */
function upholding(scene: Scene, mine: readonly RegionId[]): readonly CheckedVerdict[] {
  const { file } = scene;
  const appealed = new Set(file.appeal?.decisionIds ?? []);
  const byDecision = new Map<StoredDecision, RegionId[]>();
  for (const region of mine) {
    const stands =
      standingOf(file, region) ??
      file.decisions.find((one) => appealed.has(one.decisionId) && one.regions.includes(region));
    if (stands !== undefined) byDecision.set(stands, [...(byDecision.get(stands) ?? []), region]);
  }
  return [...byDecision].map(([decision, regions]) => verdictOf({ ...decision, regions }, scene));
}

function checkRegions(verdicts: readonly VerdictInput[], mine: readonly RegionId[]): void {
  const named = verdicts.flatMap(({ regions }) => regions);
  const twice = named.find((region, index) => named.indexOf(region) !== index);
  if (twice !== undefined) throw fault('/verdicts', `${twice} has two verdicts`);
  const foreign = named.find((region) => !mine.includes(region));
  if (foreign !== undefined) throw fault('/verdicts', `${foreign} is no region of this case that is yours`);
  const missing = mine.find((region) => !named.includes(region));
  if (missing !== undefined) throw fault('/verdicts', `${missing} needs a verdict`);
}

/** The same action for another reason: nothing else may change with it. */
function checkGround(file: CaseFile, verdicts: readonly CheckedVerdict[]): void {
  for (const [index, verdict] of verdicts.entries()) {
    for (const region of verdict.regions) {
      const before = standingOf(file, region);
      if (before !== undefined && before.action !== verdict.action) {
        throw fault(`/verdicts/${index}/action`, `change_ground keeps the action ${before.action} in ${region}`);
      }
    }
  }
}

interface Made {
  readonly sight: Sight;
  readonly file: CaseFile;
  readonly order: DecisionOrder;
  readonly bundle: Bundle;
  readonly checked: readonly CheckedVerdict[];
  readonly now: number;
}

function submissionOf(ports: DecidePorts, { sight, file, order, bundle, checked, now }: Made): Submission {
  const { row } = file;
  const { appealUrl } = ports;
  const scene = { bundle, language: row.language, found: finderOf(file), decided: 'person', appealUrl, now } as const;
  return {
    hold: { caseId: row.caseId, userId: sight.userId, epoch: order.epoch },
    verdicts: checked.map((verdict) => ({
      ...verdict,
      noticeTexts: noticesOf(verdict, scene),
      keeps: keptOnFinding(bundle, verdict, now),
    })),
    bundleHash: bundle.hash,
    ...triggerOf(file),
    outcome: order.outcome ?? null,
    appealState: row.reason === 'appeal' ? appealStateOf(file, order.outcome, checked) : null,
    reportState: row.reason === 'report' ? reportStateOf(file, checked) : null,
    reason: order.reason ?? null,
    seconds: order.seconds ?? null,
    translationShown: order.translationShown ?? null,
    undoMs: ports.undoMs,
  };
}

export const finderOf = (file: CaseFile): 'systems' | 'report' | 'order' => {
  if (file.reports.some(({ reporter }) => reporter.kind === 'authority')) return 'order';
  return file.reports.length > 0 ? 'report' : 'systems';
};

function triggerOf(file: CaseFile): Pick<Submission, 'trigger' | 'triggerRef'> {
  if (file.appeal !== null) return { trigger: 'appeal', triggerRef: file.appeal.id };
  const [report] = file.reports;
  if (report === undefined) return { trigger: 'own_initiative', triggerRef: null };
  const kinds = file.reports.map(({ reporter }) => reporter.kind);
  const trigger = kinds.includes('authority')
    ? 'order'
    : kinds.includes('trusted_flagger')
      ? 'trusted_flagger'
      : 'notice';
  return { trigger, triggerRef: report.id };
}

/** What others have decided for their regions of the same case; the answer is one for all of it. */
const partsBefore = ({ row, people }: CaseFile): CaseFile['people'] =>
  people.filter(({ caseId, undoneAt }) => caseId === row.caseId && undoneAt === null);

function reportStateOf(file: CaseFile, verdicts: readonly CheckedVerdict[]): Submission['reportState'] {
  const actions = [...partsBefore(file), ...verdicts].map(({ action }) => action);
  return actions.some((action) => action !== 'allow') ? 'actioned' : 'no_action';
}

function appealStateOf(
  file: CaseFile,
  outcome: AppealOutcome | undefined,
  verdicts: readonly CheckedVerdict[],
): AppealState {
  const states = [
    ...partsBefore(file).map((part) => outcomeState(part.outcome, [part])),
    outcomeState(outcome ?? null, verdicts),
  ];
  const [first] = states;
  if (first !== undefined && states.every((state) => state === first)) return first;
  const isOverturned = states.some((state) => state === 'overturned' || state === 'partly_overturned');
  return isOverturned ? 'partly_overturned' : 'ground_changed';
}

function outcomeState(outcome: string | null, verdicts: readonly { readonly action: Action }[]): AppealState {
  switch (outcome) {
    case 'overturn':
      return verdicts.every(({ action }) => strengthOf(action) <= strengthOf('label'))
        ? 'overturned'
        : 'partly_overturned';
    case 'change_ground':
      return 'ground_changed';
    default:
      return 'upheld';
  }
}
