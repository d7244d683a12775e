/** One case: reading it and talking about it. */
import { z } from 'zod';
import { InvalidInputError } from '../../errors.js';
import type { CaseFile, Sight } from '../../ports/review.js';
import { momentOf } from '../../usecases/review/bundles.js';
import { bundleOf } from '../../usecases/review/decide.js';
import { storedTranslation } from '../../usecases/translate/translate-case.js';
import { undoOf } from '../alike.js';
import { caseAnswer } from '../case-answer.js';
import { checkColleague, inEachLanguage } from '../colleagues.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import type { Desk } from '../desk.js';
import { aroundFor } from '../look-up.js';
import { Id, IdParams, problems } from '../schemas/common.js';
import { CaseDetail, CommentAnswer, OpinionAnswer } from '../schemas/review-case.js';
import { AskInput, CommentInput, OpinionInput, UnblurredInput } from '../schemas/review-queue.js';
import { TranslationQuery } from '../schemas/review-translation.js';
import { translateDeps, translationAnswer, translationSubject, wishOf } from '../translate.js';

const tags = ['cases'];

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
      const undo = await undoOf(deps, file, sight);
      return caseAnswer({ file, sight, then, bundle, current: deps.bundle(), now: clock.now(), undo, translation });
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
