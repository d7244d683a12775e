/** What webhooks carry: ids and verdicts, never text. Whoever needs more asks `GET /v1/notes/:id`. */
import { z } from 'zod';
import type { EventType } from '../../domain.js';
import { ActionName, Instant, Kept } from './common.js';

const envelope = <T extends EventType, D extends z.ZodType>(type: T, payload: D) =>
  z.object({ type: z.literal(type), timestamp: Instant, data: payload });

const about = {
  noteId: z.string(),
  externalId: z.string(),
  revision: z.number().int(),
  sequence: z
    .number()
    .int()
    .describe('Rises with every event of the note; drop an event whose number is not above the last one that you took'),
};
const decisions = z.array(
  z.object({
    decisionId: z.string(),
    regions: z.array(z.string()),
    action: ActionName,
    category: z.string().nullable(),
    supersedes: z.string().nullable().describe('The decision that this one takes the place of'),
  }),
);

const NoteDecided = envelope('note.decided', z.object({ ...about, decisions })).meta({ id: 'NoteDecidedEvent' });

const DecisionChanged = envelope(
  'decision.changed',
  z.object({ ...about, decisions: decisions.describe('Only those that differ from what stood before') }),
).meta({ id: 'DecisionChangedEvent' });

const NoteErased = envelope(
  'note.erased',
  z.object({ ...about, kept: z.array(Kept).optional().describe('Absent where nothing is kept') }),
).meta({ id: 'NoteErasedEvent' });

const EndpointTest = envelope('endpoint.test', z.object({ endpointId: z.string() })).meta({
  id: 'EndpointTestEvent',
});

export const EVENT_SCHEMAS = {
  'note.decided': { summary: 'A revision has its decisions', schema: NoteDecided },
  'decision.changed': {
    summary: 'A later decision: of a person, an appeal, or a new revision',
    schema: DecisionChanged,
  },
  'note.erased': { summary: 'A note was erased here', schema: NoteErased },
  'endpoint.test': { summary: 'Sent on request to try an endpoint', schema: EndpointTest },
} as const satisfies Record<EventType, { readonly summary: string; readonly schema: z.ZodType }>;
