/** Appeals and reports, sent by platforms for their users. */

import { InvalidInputError } from '../../errors.js';
import { receiveAppeal, receiveReport } from '../../usecases/review/pleas.js';
import { actorOf, keyOf } from '../auth.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { appealAnswer, reportAnswer } from '../queue-answer.js';
import { IdParams, problems } from '../schemas/common.js';
import {
  AppealAnswer,
  AppealInput,
  AppealPage,
  AppealQuery,
  ReportAnswer,
  ReportInput,
  ReportPage,
  ReportQuery,
} from '../schemas/review-appeals.js';

export function pleaRoutes(server: ApiServer, deps: ApiDeps): void {
  appealRoutes(server, deps);
  reportRoutes(server, deps);
}

function appealRoutes(server: ApiServer, deps: ApiDeps): void {
  const { desk } = deps.store;
  const tags = ['appeals'];
  server.route({
    method: 'POST',
    url: '/v1/appeals',
    schema: {
      tags,
      summary: 'Appeal against a decision; another person than the first decides',
      description: '201 when it was received, 200 when the reference is known already.',
      body: AppealInput,
      response: { 200: AppealAnswer, 201: AppealAnswer, ...problems },
    },
    handler: async (request, reply) => {
      const from = { sourceId: keyOf(request).sourceId, actor: actorOf(request) };
      const { plea, replayed } = await receiveAppeal(
        { desk, bundle: deps.bundle, clock: deps.clock },
        from,
        request.body,
      );
      return reply.code(replayed ? 200 : 201).send(appealAnswer(plea));
    },
  });
  server.route({
    method: 'GET',
    url: '/v1/appeals',
    schema: {
      tags,
      summary: 'Your appeals, newest first',
      querystring: AppealQuery,
      response: { 200: AppealPage, ...problems },
    },
    handler: async (request) => {
      const { cursor, limit, ...filter } = request.query;
      const page = await desk.appeals(keyOf(request).sourceId, filter, cursor ?? null, limit);
      return { items: page.items.map(appealAnswer), nextCursor: page.nextCursor };
    },
  });
  server.route({
    method: 'GET',
    url: '/v1/appeals/:id',
    schema: {
      tags,
      summary: 'One appeal and its state',
      params: IdParams,
      response: { 200: AppealAnswer, ...problems },
    },
    handler: async (request) => {
      const appeal = await desk.appeal(keyOf(request).sourceId, request.params.id);
      if (appeal === null) throw new InvalidInputError('not_found', 'There is no such appeal.');
      return appealAnswer(appeal);
    },
  });
}

function reportRoutes(server: ApiServer, deps: ApiDeps): void {
  const { desk } = deps.store;
  const tags = ['reports'];
  server.route({
    method: 'POST',
    url: '/v1/reports',
    schema: {
      tags,
      summary: 'Report a note (fields of DSA Art. 16); a person decides',
      description: '201 when it was received, 200 when the reference is known already.',
      body: ReportInput,
      response: { 200: ReportAnswer, 201: ReportAnswer, ...problems },
    },
    handler: async (request, reply) => {
      const from = { sourceId: keyOf(request).sourceId, actor: actorOf(request) };
      const { plea, replayed } = await receiveReport(
        { desk, bundle: deps.bundle, clock: deps.clock },
        from,
        request.body,
      );
      return reply.code(replayed ? 200 : 201).send(reportAnswer(plea));
    },
  });
  server.route({
    method: 'GET',
    url: '/v1/reports',
    schema: {
      tags,
      summary: 'Your reports, newest first',
      querystring: ReportQuery,
      response: { 200: ReportPage, ...problems },
    },
    handler: async (request) => {
      const { cursor, limit, ...filter } = request.query;
      const page = await desk.reports(keyOf(request).sourceId, filter, cursor ?? null, limit);
      return { items: page.items.map(reportAnswer), nextCursor: page.nextCursor };
    },
  });
  server.route({
    method: 'GET',
    url: '/v1/reports/:id',
    schema: {
      tags,
      summary: 'One report and its state',
      params: IdParams,
      response: { 200: ReportAnswer, ...problems },
    },
    handler: async (request) => {
      const report = await desk.report(keyOf(request).sourceId, request.params.id);
      if (report === null) throw new InvalidInputError('not_found', 'There is no such report.');
      return reportAnswer(report);
    },
  });
}
