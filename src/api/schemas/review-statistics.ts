/** The start page: figures from stored rows, over a bounded time. */
import { z } from 'zod';
import { ActionName, Instant, whole } from './common.js';

export const StatisticsQuery = z.strictObject({
  days: z.coerce.number().int().min(1).max(31).default(7),
});
export const StatisticsAnswer = z
  .object({
    from: Instant,
    to: Instant,
    bucketHours: whole.describe('1 up to two days, else 24'),
    backlog: z.object({
      open: whole,
      unclaimed: whole,
      overdue: whole,
      oldestOpenedAt: Instant.nullable(),
      byDesk: z.array(z.object({ desk: z.string(), count: whole })),
    }),
    clocks: z.object({
      met: whole.describe('Cases decided in time'),
      missed: whole,
      medianMinutes: z.number().nullable().describe('From opening to decision'),
      byRegion: z.array(z.object({ region: z.string(), met: whole, missed: whole })),
    }),
    volume: z.object({
      total: z.array(z.object({ at: Instant, decided: whole })).describe('Notes by the time of their decision'),
      byLanguage: z.array(z.object({ at: Instant, language: z.string(), count: whole })),
      byRegion: z.array(z.object({ at: Instant, region: z.string(), count: whole })),
      byAction: z.array(z.object({ at: Instant, action: ActionName, count: whole })),
    }),
    people: z.object({
      decided: z.array(z.object({ at: Instant, count: whole, persons: whole })),
      medianSeconds: z.number().nullable(),
      undone: whole,
    }),
    appeals: z.object({ open: whole, upheld: whole, overturned: whole, other: whole }),
    reports: z.object({ open: whole, actioned: whole, noAction: whole }),
    limited: z.boolean().describe('True: more rows than are counted at once; the figures are of the latest'),
  })
  .meta({ id: 'Statistics' });
export type StatisticsAnswer = z.infer<typeof StatisticsAnswer>;
