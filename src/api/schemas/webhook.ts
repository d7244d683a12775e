import { z } from 'zod';
import { EVENT_TYPES } from '../../domain.js';
import { storableText } from '../../usecases/note-input.js';
import { Cursor, Id, Instant, Limit, Moment, pageOf } from './common.js';

const Events = z.array(z.enum(EVENT_TYPES)).min(1).max(EVENT_TYPES.length);
const NewEvents = Events.refine((events) => new Set(events).size === events.length, 'Each event once');

const Target = storableText(2_000).min(1).describe('https, without credentials and port');

export const EndpointInput = z
  .strictObject({
    url: Target,
    events: NewEvents.default(['note.decided', 'decision.changed', 'note.erased']),
    description: storableText(200).default(''),
  })
  .meta({ id: 'Endpoint' });
export const EndpointChange = z
  .strictObject({
    status: z.enum(['active', 'paused']).optional(),
    url: Target.optional(),
    events: NewEvents.optional().describe('From the next event on'),
    description: storableText(200).optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'Name what shall change')
  .meta({ id: 'EndpointChange' });

const endpoint = {
  id: z.string(),
  url: z.string(),
  events: Events,
  status: z.enum(['active', 'paused', 'disabled']).describe('disabled: it answered 410 Gone; set it active again'),
  createdAt: Instant,
  description: z.string(),
};
export const EndpointAnswer = z.object(endpoint).meta({ id: 'EndpointAnswer' });
export const EndpointWithSecret = z
  .object({ ...endpoint, secret: z.string().describe('whsec_…; shown this once (Standard Webhooks)') })
  .meta({ id: 'EndpointWithSecret' });
export const EndpointList = z.object({ items: z.array(EndpointAnswer) });

const DeliveryAnswer = z
  .object({
    id: z.string(),
    endpointId: z.string(),
    eventId: z.string().describe('Sent as webhook-id: the same for every attempt and redelivery'),
    eventType: z.enum(EVENT_TYPES),
    status: z.enum(['due', 'delivered', 'dead']),
    attempts: z.number().int(),
    nextAttemptAt: Instant.nullable(),
    lastStatus: z.number().int().nullable(),
    lastError: z.string().nullable(),
    createdAt: Instant,
  })
  .meta({ id: 'Delivery' });
export const DeliveryPage = pageOf(DeliveryAnswer);
export const DeliveryQuery = z.strictObject({
  endpointId: Id.optional(),
  status: z.enum(['due', 'delivered', 'dead']).optional(),
  cursor: Cursor.optional(),
  limit: Limit,
});

export const RedeliverInput = z
  .strictObject({
    since: Moment.optional().describe('Dead letters of events since then'),
    status: z.literal('dead').optional().describe('Every dead letter'),
  })
  .refine((input) => input.since !== undefined || input.status !== undefined, 'Say `since` or `status: "dead"`');
export const Redelivered = z.object({ redelivered: z.number().int() });
