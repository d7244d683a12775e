/** Deciding a case: what the author would read, the decision, others of the same campaign, and taking it back. */
import { InvalidInputError } from '../../errors.js';
import { policyOf } from '../../policy/regions.js';
import type { CaseFile, CaseFilter, Lease, Sight } from '../../ports/review.js';
import { isPlea, mayGoAlong } from '../../usecases/review/alike.js';
import { checkVerdicts } from '../../usecases/review/choices.js';
import {
  bundleOf,
  type Decided,
  type DecisionOrder,
  decideCase,
  finderOf,
  repeatedOf,
  sceneOf,
} from '../../usecases/review/decide.js';
import { noticesOf } from '../../usecases/review/notice.js';
import { decideAlike } from '../alike.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import type { Desk } from '../desk.js';
import { decisionAnswer } from '../note-answer.js';
import { caseRowAnswer } from '../queue-answer.js';
import { IdParams, problems } from '../schemas/common.js';
import {
  DecidedAnswer,
  DecisionInput,
  MOST_ALIKE,
  NoticeAnswer,
  NoticeInput,
  UndoneAnswer,
} from '../schemas/review-decision.js';
import { AlikeList } from '../schemas/review-queue.js';

const tags = ['cases'];
const MOST_COUNTED = 500;

export function decisionRoutes(server: ApiServer, deps: ApiDeps, desk: Desk): void {
  noticeRoute(server, deps, desk);
  alikeRoute(server, deps, desk);
  decisionRoute(server, deps, desk);
  undoRoute(server, deps, desk);
}

/** Which policy file speaks for a region, by the policies that the case is decided under. */
async function policyIdAt({ clock }: ApiDeps, desk: Desk, file: CaseFile): Promise<(region: string) => string> {
  const [bundle, now] = [await bundleOf(desk, file), clock.now()];
  return (region) => policyOf(bundle, region, now).id;
}

function noticeRoute(server: ApiServer, { clock, config }: ApiDeps, desk: Desk): void {
  const appealUrl = config.APPEAL_URL ?? null;
  server.route({
    method: 'POST',
    url: '/v1/cases/:id/notice',
    schema: {
      tags,
      summary: 'What the author would read',
      params: IdParams,
      body: NoticeInput,
      response: { 200: NoticeAnswer, ...problems },
    },
    handler: async (request) => {
      const sight = await desk.sight(request);
      const file = await desk.file(sight, request.params.id);
      const bundle = await bundleOf(desk, file);
      const now = clock.now();
      const language = request.body.language ?? file.row.language;
      const checked = checkVerdicts(request.body.verdicts, sceneOf(file, bundle, now));
      const scene = { bundle, language, found: finderOf(file), decided: 'person', appealUrl, now } as const;
      const items = checked.flatMap((verdict) => noticesOf(verdict, scene));
      return {
        items: items.map((item) => ({
          ...item,
          regions: [...item.regions],
          sentences: [...item.sentences],
          openSlots: [...item.openSlots],
        })),
      };
    },
  });
}

function alikeRoute(server: ApiServer, deps: ApiDeps, desk: Desk): void {
  const { store, clock } = deps;
  server.route({
    method: 'GET',
    url: '/v1/cases/:id/alike',
    schema: {
      tags,
      summary: 'Open cases of the same text or campaign that you could decide like this one, the most pressing 50',
      params: IdParams,
      response: { 200: AlikeList, ...problems },
    },
    handler: async (request) => {
      const sight = await desk.sight(request);
      const file = await desk.file(sight, request.params.id);
      const notes = isPlea(file.row) ? [] : await store.desk.similar(file.row);
      if (notes.length === 0) return { items: [], total: 0 };
      const now = clock.now();
      const policyIdOf = await policyIdAt(deps, desk, file);
      const { items } = await store.desk.list(
        sight,
        { status: 'open', notes },
        { cursor: null, limit: MOST_COUNTED, now },
      );
      const open = items.filter((row) => mayGoAlong(sight, file.row, row, policyIdOf));
      return { items: open.slice(0, MOST_ALIKE).map((row) => caseRowAnswer(row, now)), total: open.length };
    },
  });
}

function decisionRoute(server: ApiServer, deps: ApiDeps, desk: Desk): void {
  const { store, clock, log } = deps;
  const decide = decidingWith(deps, desk);
  /** What was decided stands, whatever becomes of the next claim: who misses it asks again. */
  const nextOf = (sight: Sight, view: CaseFilter): Promise<Lease | null | undefined> =>
    store.desk.next(sight, view, desk.leaseMs, clock.now()).catch((error: unknown) => {
      log.warn('next case not claimed', { error });
      return undefined;
    });
  const decideOthers = async (sight: Sight, like: CaseFile, order: DecisionOrder, caseIds: readonly string[]) => {
    const policyIdOf = await policyIdAt(deps, desk, like);
    return await decideAlike(deps, desk, { sight, like, order, policyIdOf, decide }, caseIds);
  };
  server.route({
    method: 'POST',
    url: '/v1/cases/:id/decision',
    schema: {
      tags,
      summary: 'Decide a case that you hold, per region',
      params: IdParams,
      body: DecisionInput,
      response: { 200: DecidedAnswer, ...problems },
    },
    handler: async (request) => {
      const sight = await desk.sight(request);
      const file = await desk.file(sight, request.params.id);
      const { next: view, alike, ...order } = request.body;
      if (alike !== undefined && isPlea(file.row)) {
        const message = 'An appeal or a report is answered by itself.';
        throw new InvalidInputError('body_invalid', message, [{ pointer: '/alike', message }]);
      }
      const { kind: _, ...decided } = await decide(sight, file, order);
      const others = alike === undefined ? {} : { alike: await decideOthers(sight, file, order, alike) };
      const [decisions, next] = await Promise.all([
        store.desk.submitted(decided.submissionId),
        view === undefined ? undefined : nextOf(sight, view),
      ]);
      return {
        ...decided,
        decisions: decisions.map(decisionAnswer),
        ...others,
        ...(next === undefined ? {} : { next }),
      };
    },
  });
}

/** The same decision sent again, because its answer was lost, gets the first answer once more. */
function decidingWith({ store, clock, config }: ApiDeps, desk: Desk) {
  const ports = {
    desk: store.desk,
    bundleAt: desk.bundleAt,
    clock,
    undoMs: config.UNDO_SECONDS * 1_000,
    appealUrl: config.APPEAL_URL ?? null,
  };
  return async (sight: Sight, file: CaseFile, order: DecisionOrder): Promise<Decided> => {
    try {
      return await decideCase(ports, sight, file, order);
    } catch (error) {
      const repeated = repeatedOf(await desk.file(sight, file.row.caseId), sight, order);
      if (repeated === null) throw error;
      return repeated;
    }
  };
}

function undoRoute(server: ApiServer, { store, clock }: ApiDeps, desk: Desk): void {
  server.route({
    method: 'POST',
    url: '/v1/submissions/:id/undo',
    schema: {
      tags,
      summary: 'Take your decision back; the case is open again and yours',
      params: IdParams,
      response: { 200: UndoneAnswer, ...problems },
    },
    handler: async (request) => {
      const { userId } = await desk.sight(request);
      const result = await store.desk.undo(request.params.id, userId, desk.leaseMs, clock.now());
      switch (result.kind) {
        case 'undone':
          return { lease: result.lease };
        case 'too_late':
        case 'undone_before':
          throw new InvalidInputError('undo_too_late', 'The decision can no longer be taken back.');
        case 'unknown':
          throw new InvalidInputError('not_found', 'You made no such decision.');
      }
    },
  });
}
