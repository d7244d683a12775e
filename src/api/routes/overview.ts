/** What the first pages of the dashboard show, for everyone who is signed in. */
import { z } from 'zod';
import type { ApiDeps, ApiServer } from '../deps.js';
import { ActionName, Cursor, Instant, Limit, pageOf, problems } from '../schemas/common.js';

const count = z.number().int();
const OverviewAnswer = z
  .object({
    notes: z.object({ accepted24h: count, decided24h: count, pending: count }),
    byAction: z.array(z.object({ action: ActionName, count })),
    byLanguage: z.array(z.object({ language: z.string(), count })),
    openCases: count,
  })
  .meta({ id: 'Overview' });
const CaseAnswer = z
  .object({
    id: z.string(),
    noteId: z.string(),
    revision: count,
    reason: z.enum(['hold', 'review']).describe('hold hides the note, review leaves it visible'),
    severity: count,
    regions: z.array(z.string()),
    language: z.string().nullable(),
    status: z.enum(['open', 'closed']),
    openedAt: Instant,
    dueAt: Instant.nullable(),
  })
  .meta({ id: 'Case' });
const CaseQuery = z.strictObject({
  status: z.enum(['open', 'closed']).optional(),
  region: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,16}$/)
    .transform((region) => region.toLowerCase())
    .optional(),
  language: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/)
    .optional(),
  cursor: Cursor.optional(),
  limit: Limit,
});

export function overviewRoutes(server: ApiServer, deps: ApiDeps): void {
  const tags = ['overview'];
  server.route({
    method: 'GET',
    url: '/v1/overview',
    schema: { tags, summary: 'Counts of the last day', response: { 200: OverviewAnswer, ...problems } },
    handler: async () => {
      const { notes, byAction, byLanguage, openCases } = await deps.store.overview(deps.clock.now());
      return { notes, byAction: [...byAction], byLanguage: [...byLanguage], openCases };
    },
  });
  server.route({
    method: 'GET',
    url: '/v1/cases',
    schema: {
      tags,
      summary: 'List cases, oldest first',
      querystring: CaseQuery,
      response: { 200: pageOf(CaseAnswer), ...problems },
    },
    handler: async (request) => {
      const { cursor, limit, ...filter } = request.query;
      const page = await deps.store.cases.list(filter, cursor ?? null, limit);
      const items = page.items.map(({ caseId, regions, ...rest }) => ({ id: caseId, regions: [...regions], ...rest }));
      return { items, nextCursor: page.nextCursor };
    },
  });
}
