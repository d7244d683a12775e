/** Deciding others of a campaign like a case that was just decided: each is claimed, checked, recorded and undone by itself. */
import { codeOf, InvalidInputError, isOurs } from '../errors.js';
import type { CaseFile, QueueRow, Sight } from '../ports/review.js';
import { isPlea, verdictsFor } from '../usecases/review/alike.js';
import { type Decided, type DecisionOrder, lastOfMine, repeatedOf } from '../usecases/review/decide.js';
import { myRegions } from '../usecases/review/sight.js';
import type { ApiDeps } from './deps.js';
import type { Desk } from './desk.js';
import { leaseOf } from './lease-of.js';
import type { CaseDetail } from './schemas/review-case.js';
import { type AlikeAnswer, MOST_ALIKE } from './schemas/review-decision.js';

const DECIDED_ALIKE = 'case.decided_alike';

export interface AlikeScene {
  readonly sight: Sight;
  readonly like: CaseFile;
  readonly order: DecisionOrder;
  readonly policyIdOf: (region: string) => string;
  readonly decide: (sight: Sight, file: CaseFile, order: DecisionOrder) => Promise<Decided>;
}

export async function decideAlike(
  deps: ApiDeps,
  desk: Desk,
  scene: AlikeScene,
  caseIds: readonly string[],
): Promise<AlikeAnswer[]> {
  const answers: AlikeAnswer[] = [];
  const similar = await deps.store.desk.similarAmong(scene.like.row, caseIds);
  for (const caseId of new Set(caseIds)) {
    let externalId: string | null = null;
    try {
      const row = await desk.row(scene.sight, caseId);
      externalId = row.externalId;
      const { submissionId, undoUntil } = await decideOne(deps, desk, scene, { row, isSimilar: similar.has(caseId) });
      answers.push({ caseId, externalId, submissionId, undoUntil, refused: null });
    } catch (error) {
      // The first decision stands, whatever becomes of the others.
      if (!isOurs(error)) deps.log.error('a case was not decided like another', { caseId, error });
      const detail = isOurs(error) ? error.message : 'An unexpected fault';
      const refused = { code: codeOf(error), detail };
      answers.push({ caseId, externalId, submissionId: null, undoUntil: null, refused });
    }
  }
  return answers;
}

/** Whoever missed the answer to a decision finds here what of it can be taken back, with the others decided like it. */
export async function undoOf({ store, clock }: ApiDeps, file: CaseFile, sight: Sight): Promise<CaseDetail['undo']> {
  const made = lastOfMine(file, sight);
  const now = clock.now();
  if (made === null || Date.parse(made.undoUntil) <= now) return null;
  const filter = { actor: sight.userId, verb: DECIDED_ALIKE, since: made.at };
  const { items } = await store.desk.audit(filter, null, 2 * MOST_ALIKE);
  const likeThis = items.filter(({ detail }) => detail['like'] === file.row.caseId);
  const submissions = likeThis.map(({ detail }) => String(detail['submissionId']));
  const others = submissions.length === 0 ? [] : await store.desk.undoable(sight.userId, submissions, now);
  const alike = others.map((other) => ({ ...other, refused: null }));
  return { submissionId: made.submissionId, until: made.undoUntil, alike };
}

interface Other {
  readonly row: QueueRow;
  readonly isSimilar: boolean;
}

async function decideOne(deps: ApiDeps, desk: Desk, scene: AlikeScene, { row, isSimilar }: Other): Promise<Decided> {
  const { sight, like, order, policyIdOf } = scene;
  const { store, clock } = deps;
  const { caseId } = row;
  if (!isSimilar) {
    throw new InvalidInputError('conflict', 'The note of this case is none of the same text or campaign.');
  }
  if (isPlea(row)) throw new InvalidInputError('conflict', 'An appeal or a report wants an answer of its own.');
  const verdicts = verdictsFor(order.verdicts, myRegions(sight, row.regions), policyIdOf);
  if (verdicts === null) throw new InvalidInputError('conflict', 'It has regions that nothing was decided for.');
  const own = { ...order, verdicts, seconds: undefined };
  const before = row.status === 'closed' ? repeatedOf(await desk.file(sight, caseId), sight, own) : null;
  if (before !== null) return before;
  const { epoch } = leaseOf(await store.desk.claim(sight, caseId, desk.leaseMs, clock.now()), row);
  let decided: Decided;
  try {
    decided = await scene.decide(sight, await desk.file(sight, caseId), { ...own, epoch });
  } catch (error) {
    if (row.holder?.id !== sight.userId)
      await store.desk.release({ caseId, userId: sight.userId, epoch }, clock.now()).catch(() => false);
    throw error;
  }
  const entry = {
    actor: { kind: 'user', id: sight.userId },
    verb: DECIDED_ALIKE,
    subject: row.noteId,
    detail: { caseId, like: like.row.caseId, submissionId: decided.submissionId },
  } as const;
  // It is decided, and recorded as every decision; only that it was decided like another would be missing.
  await store.audit
    .append(entry, clock.now())
    .catch((error: unknown) => deps.log.error('not recorded that a case was decided like another', { caseId, error }));
  return decided;
}
