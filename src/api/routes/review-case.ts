/** One case: reading it, talking about it, deciding it and taking that back. */
import { z } from 'zod';
import { InvalidInputError } from '../../errors.js';
import { policyOf } from '../../policy/regions.js';
import type { CaseFile, CaseFilter, Lease, Sight } from '../../ports/review.js';
import { isPlea, mayGoAlong, similarNotes } from '../../usecases/review/alike.js';
import { momentOf } from '../../usecases/review/bundles.js';
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
import { storedTranslation } from '../../usecases/translate/translate-case.js';
import { decideAlike } from '../alike.js';
import { caseAnswer } from '../case-answer.js';
import { checkColleague, inEachLanguage } from '../colleagues.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import type { Desk } from '../desk.js';
import { aroundFor } from '../look-up.js';
import { decisionAnswer } from '../note-answer.js';
import { caseRowAnswer } from '../queue-answer.js';
import { Id, IdParams, problems } from '../schemas/common.js';
import { CaseDetail, CommentAnswer, OpinionAnswer } from '../schemas/review-case.js';
import { DecidedAnswer, DecisionInput, NoticeAnswer, NoticeInput, UndoneAnswer } from '../schemas/review-decision.js';
import { AlikeList, AskInput, CommentInput, OpinionInput, UnblurredInput } from '../schemas/review-queue.js';
import { TranslationQuery } from '../schemas/review-translation.js';

import { translateDeps, translationAnswer, translationSubject, wishOf } from '../translate.js';

const tags = ['cases'];
const MOST_ALIKE = 50;

export function caseRoutes(server: ApiServer, deps: ApiDeps, desk: Desk): void {
  const { store, clock } = deps;
  const audit = (verb: string, { userId }: Sight, file: CaseFile['row'], detail: Readonly<Record<string, unknown>>) =>
    store.audit.append(
      { actor: { kind: 'user', id: userId }, verb, subject: file.noteId, detail: { caseId: file.caseId, ...detail } },
      clock.now(),
    );
  server.route({
    method: 'GET',
    url: '/v1/cases/:id',
    schema: {
      tags,
      summary: 'Everything about one case; that you have seen it is recorded',
      params: IdParams,
      querystring: TranslationQuery,
      response: { 200: CaseDetail, ...problems },
    },
    handler: async (request) => {
      const sight = await desk.sight(request);
      const file = await aroundFor(deps, sight, await desk.file(sight, request.params.id));
      await audit('case.seen', sight, file.row, { revision: file.row.revision });
      const moment = momentOf(file.decisions, file.row.decisionId);
      const [then, bundle] = [await desk.bundleAt(file.bundleHash, moment), await bundleOf(desk, file)];
      const wish = wishOf(deps, request.query.to, bundle);
      const stored = await storedTranslation(translateDeps(deps), translationSubject(file), wish);
      const translation = translationAnswer(stored);
      return caseAnswer({ file, sight, then, bundle, current: deps.bundle(), now: clock.now(), translation });
    },
  });
  server.route({
    method: 'POST',
    url: '/v1/cases/:id/unblurred',
    schema: {
      tags,
      summary: 'Say that a picture or the text was unblurred',
      params: IdParams,
      body: UnblurredInput,
      response: { 204: z.undefined().describe('Recorded'), ...problems },
    },
    handler: async (request, reply) => {
      const sight = await desk.sight(request);
      const row = await desk.row(sight, request.params.id);
      await audit('case.unblurred', sight, row, { revision: row.revision, image: request.body.image });
      return reply.code(204).send();
    },
  });
  talkRoutes(server, deps, desk);
  decisionRoutes(server, deps, desk);
}

function talkRoutes(server: ApiServer, deps: ApiDeps, desk: Desk): void {
  const { store, clock } = deps;
  const gone = (): InvalidInputError => new InvalidInputError('conflict', 'The case is closed or its note was erased.');
  server.route({
    method: 'POST',
    url: '/v1/cases/:id/comments',
    schema: {
      tags,
      summary: 'Leave a comment for colleagues',
      params: IdParams,
      body: CommentInput,
      response: { 201: CommentAnswer, ...problems },
    },
    handler: async (request, reply) => {
      const sight = await desk.sight(request);
      const row = await desk.row(sight, request.params.id);
      const comment = await store.desk.comment(row.caseId, sight.userId, request.body.text, clock.now());
      if (comment === null) throw gone();
      return reply.code(201).send(comment);
    },
  });
  server.route({
    method: 'POST',
    url: '/v1/cases/:id/ask',
    schema: {
      tags,
      summary: 'Ask a colleague, blind if wished',
      params: IdParams,
      body: AskInput,
      response: { 201: OpinionAnswer, ...problems },
    },
    handler: async (request, reply) => {
      const { to, blind, question } = request.body;
      const sight = await desk.sight(request);
      const file = await desk.file(sight, request.params.id);
      await checkColleague(deps, [sight.userId, to], inEachLanguage(file));
      const order = { caseId: file.row.caseId, by: sight.userId, of: to, blind, question };
      const opinion = await store.desk.ask(order, clock.now());
      if (opinion === null) throw gone();
      return reply.code(201).send(opinion);
    },
  });
  server.route({
    method: 'POST',
    url: '/v1/cases/:id/opinions/:opinion',
    schema: {
      tags,
      summary: 'Give the opinion that you were asked for',
      params: z.strictObject({ id: Id, opinion: Id }),
      body: OpinionInput,
      response: { 204: z.undefined().describe('Told'), ...problems },
    },
    handler: async (request, reply) => {
      const { userId } = await desk.sight(request);
      const { id: caseId, opinion: opinionId } = request.params;
      const { text, action = null } = request.body;
      const told = await store.desk.answer({ caseId, opinionId, userId, text, action }, clock.now());
      if (!told) throw new InvalidInputError('not_found', 'Nobody asked you this, or it is answered already.');
      return reply.code(204).send();
    },
  });
}

function decisionRoutes(server: ApiServer, deps: ApiDeps, desk: Desk): void {
  const { store, clock, config, log } = deps;
  const appealUrl = config.APPEAL_URL ?? null;
  const ports = { desk: store.desk, bundleAt: desk.bundleAt, clock, undoMs: config.UNDO_SECONDS * 1_000, appealUrl };
  /** What was decided stands, whatever becomes of the next claim: who misses it asks again. */
  const nextOf = (sight: Sight, view: CaseFilter): Promise<Lease | null | undefined> =>
    store.desk.next(sight, view, desk.leaseMs, clock.now()).catch((error: unknown) => {
      log.warn('next case not claimed', { error });
      return undefined;
    });
  const decide = async (sight: Sight, file: CaseFile, order: DecisionOrder): Promise<Decided> => {
    try {
      return await decideCase(ports, sight, file, order);
    } catch (error) {
      const repeated = repeatedOf(await desk.file(sight, file.row.caseId), sight, order);
      if (repeated === null) throw error;
      return repeated;
    }
  };
  const decideOthers = async (sight: Sight, like: CaseFile, order: DecisionOrder, caseIds: readonly string[]) => {
    const scene = {
      sight,
      like,
      order,
      policyIdOf: await policyIdAt(like),
      decide: (file: CaseFile, own: DecisionOrder) => decide(sight, file, own),
      again: (file: CaseFile, own: DecisionOrder) => repeatedOf(file, sight, own),
    };
    return await decideAlike(deps, desk, scene, caseIds);
  };
  const policyIdAt = async (file: CaseFile): Promise<(region: string) => string> => {
    const [bundle, now] = [await bundleOf(desk, file), clock.now()];
    return (region) => policyOf(bundle, region, now).id;
  };
  server.route({
    method: 'GET',
    url: '/v1/cases/:id/alike',
    schema: {
      tags,
      summary: 'Open cases of the same text or campaign that you could decide like this one',
      params: IdParams,
      response: { 200: AlikeList, ...problems },
    },
    handler: async (request) => {
      const sight = await desk.sight(request);
      const file = await desk.file(sight, request.params.id);
      const notes = similarNotes(file);
      if (notes.length === 0 || isPlea(file.row)) return { items: [] };
      const now = clock.now();
      const policyIdOf = await policyIdAt(file);
      const { items } = await store.desk.list(
        sight,
        { status: 'open', notes },
        { cursor: null, limit: MOST_ALIKE, now },
      );
      return {
        items: items
          .filter((row) => mayGoAlong(sight, file.row, row, policyIdOf))
          .map((row) => caseRowAnswer(row, now)),
      };
    },
  });
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
