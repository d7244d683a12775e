/** Counts of the last day, for everyone who is signed in. */
import { z } from 'zod';
import type { ApiDeps, ApiServer } from '../deps.js';
import { ActionName, problems } from '../schemas/common.js';

const count = z.number().int();
const OverviewAnswer = z
  .object({
    notes: z.object({ accepted24h: count, decided24h: count, pending: count }),
    byAction: z.array(z.object({ action: ActionName, count })),
    byLanguage: z.array(z.object({ language: z.string(), count })),
    openCases: count,
  })
  .meta({ id: 'Overview' });
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
}
