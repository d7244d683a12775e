/** What webhooks carry: ids and verdicts, never text. Whoever needs more asks `GET /v1/notes/:id`. */
import { z } from 'zod';
import type { EventType } from '../../domain.js';
import { ActionName, Instant } from './common.js';

const envelope = <T extends EventType, D extends z.ZodType>(type: T, payload: D) =>
  z.object({ type: z.literal(type), timestamp: Instant, data: payload });

const decision = z.object({
  decisionId: z.string(),
  sequence: z.number().int().describe('Rises with every decision of the note; ignore one that is lower than the last'),
  revision: z.number().int(),
  regions: z.array(z.string()),
  action: ActionName,
  sideActions: z.array(z.string()),
  category: z.string().nullable(),
  supersedes: z.string().nullable().describe('The decision that this one takes the place of'),
});

export const NoteDecided = envelope(
  'note.decided',
  z.object({
    noteId: z.string(),
    externalId: z.string(),
    revision: z.number().int(),
    status: z.enum(['decided', 'held']),
    decisions: z.array(decision),
  }),
).meta({ id: 'NoteDecidedEvent' });

export const DecisionChanged = envelope(
  'decision.changed',
  z.object({
    noteId: z.string(),
    externalId: z.string(),
    by: z.enum(['policy', 'person']),
    ...decision.shape,
  }),
).meta({ id: 'DecisionChangedEvent' });

export const NoteErased = envelope('note.erased', z.object({ noteId: z.string(), externalId: z.string() })).meta({
  id: 'NoteErasedEvent',
});

export const EndpointTest = envelope('endpoint.test', z.object({ endpointId: z.string() })).meta({
  id: 'EndpointTestEvent',
});

export const EVENT_SCHEMAS = {
  'note.decided': { summary: 'A revision has its decisions', schema: NoteDecided },
  'decision.changed': { summary: 'A later decision of a person, an undo or an appeal', schema: DecisionChanged },
  'note.erased': { summary: 'A note was erased here', schema: NoteErased },
  'endpoint.test': { summary: 'Sent on request to try an endpoint', schema: EndpointTest },
} as const satisfies Record<EventType, { readonly summary: string; readonly schema: z.ZodType }>;
