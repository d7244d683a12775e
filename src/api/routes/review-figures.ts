/** Figures of the start page, the record, and the look-up of notes by their words. */
import { InvalidInputError } from '../../errors.js';
import { isSearchable } from '../../usecases/review/search-text.js';
import { sessionOf } from '../auth.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { lookUpOf } from '../look-up.js';
import { rowAnswer } from '../note-answer.js';
import { problems } from '../schemas/common.js';
import { AuditPage, AuditQuery, AuditVerified, SearchAnswer, SearchQuery } from '../schemas/review-audit.js';
import { StatisticsAnswer, StatisticsQuery } from '../schemas/review-statistics.js';

export function figureRoutes(server: ApiServer, deps: ApiDeps): void {
  const { desk } = deps.store;
  const lookUp = lookUpOf(deps);
  server.route({
    method: 'GET',
    url: '/v1/statistics',
    schema: {
      tags: ['overview'],
      summary: 'Backlog, clocks and volume over some days',
      querystring: StatisticsQuery,
      response: { 200: StatisticsAnswer, ...problems },
    },
    handler: async (request) =>
      structuredClone(await desk.statistics(request.query.days, deps.clock.now())) as StatisticsAnswer,
  });
  server.route({
    method: 'GET',
    url: '/v1/search',
    schema: {
      tags: ['notes'],
      summary: 'Notes with these words, exactly or in part; the search is recorded',
      querystring: SearchQuery,
      response: { 200: SearchAnswer, ...problems },
    },
    handler: async (request) => {
      const { text, limit } = request.query;
      if (!isSearchable(text)) {
        const least = 'At least 3 characters that are no blanks; 2 of Chinese, Japanese or Korean.';
        throw new InvalidInputError('query_invalid', least);
      }
      const { userId } = sessionOf(request).session.user;
      const found = await desk.search(text, limit);
      const [exact, containing] = [
        await lookUp.only(request, found.exact),
        await lookUp.only(request, found.containing),
      ];
      const detail = { exact: exact.length, containing: containing.length };
      await deps.store.audit.append(
        { actor: { kind: 'user', id: userId }, verb: 'notes.searched', subject: userId, detail },
        deps.clock.now(),
      );
      return { ...found, exact: exact.map(rowAnswer), containing: containing.map(rowAnswer) };
    },
  });
  auditRoutes(server, deps);
}

function auditRoutes(server: ApiServer, deps: ApiDeps): void {
  const { desk, people, audit } = deps.store;
  const tags = ['audit'];
  server.route({
    method: 'GET',
    url: '/v1/audit',
    schema: {
      tags,
      summary: 'What was done, newest first',
      querystring: AuditQuery,
      response: { 200: AuditPage, ...problems },
    },
    handler: async (request) => {
      const { cursor, limit, ...asked } = request.query;
      const all = await people.people();
      // Auditors know people by their logins, the record knows them by id.
      const actor = all.find(({ login }) => login === asked.actor)?.userId ?? asked.actor;
      const page = await desk.audit({ ...asked, actor }, cursor ?? null, limit);
      const logins = new Map(all.map(({ userId, login }) => [userId, login]));
      const items = page.items.map((event) => ({
        ...event,
        actor: { ...event.actor, login: logins.get(event.actor.id) ?? null },
        detail: { ...event.detail },
      }));
      return { items, nextCursor: page.nextCursor };
    },
  });
  server.route({
    method: 'GET',
    url: '/v1/audit/verify',
    schema: { tags, summary: 'Recompute the chain', response: { 200: AuditVerified, ...problems } },
    handler: async () => {
      const { checked, broken } = await audit.verify();
      return { checked, broken: broken.map((link) => ({ ...link })) };
    },
  });
}
