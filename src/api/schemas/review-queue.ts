/** The queue of cases: rows, counts, claims with a lease, and the stream of changes. */
import { z } from 'zod';
import { CATEGORY_IDS } from '../../categories.js';
import { CASE_REASONS, DESKS, PLEA_FROM } from '../../ports/review.js';
import { storableText } from '../../usecases/note-input.js';
import { Cursor, Id, Instant, Limit, pageOf, RegionInAnyCase, Tag, whole } from './common.js';
import { GapAnswer } from './note.js';

/** `a,b` in an address; empty entries are dropped. */
const listOf = <T extends z.ZodType<string, string>>(item: T) =>
  z
    .string()
    .max(500)
    .transform((text) => text.split(',').filter((entry) => entry !== ''))
    .pipe(z.array(item).max(50));

export const PersonRef = z.object({ id: z.string(), login: z.string() }).meta({ id: 'PersonRef' });
export const Desk = z.enum(DESKS).meta({
  id: 'Desk',
  description: 'Who works the case off: everyone, seniors, or people with the right to that desk',
});
export const CaseReason = z.enum(CASE_REASONS).meta({
  id: 'CaseReason',
  description:
    'hold and review: the policy asked for a person; severity: a grave automatic decision to confirm; sampling: drawn from text that no model can vouch for; appeal; report; overdue: a time-boxed decision that ran out',
});

const Holder = z.object({ ...PersonRef.shape, until: Instant.describe('End of the lease unless it is extended') });
export const CaseClock = z
  .object({
    region: z.string().nullable().describe('Policy file that sets the time; null: our own target'),
    name: z.string().describe('Name of the clock in that file, `hold_end` or `target`'),
    ref: z.string().nullable().describe('Law or article'),
  })
  .meta({ id: 'CaseClock' });

export const CaseRowAnswer = z
  .object({
    id: z.string(),
    noteId: z.string(),
    externalId: z.string(),
    source: z.object({ id: z.string(), name: z.string() }).describe('The platform that sent the note'),
    revision: whole,
    decisionId: z.string().nullable().describe('What the policy said last; another one means that it has judged again'),
    reason: CaseReason,
    from: z.enum(PLEA_FROM).nullable().describe('Who appeals or reports; of several reports the weightiest'),
    desk: Desk,
    severity: whole,
    category: z.string().nullable(),
    regions: z.array(z.string()).describe('Those that still wait for a decision'),
    language: z.string().nullable(),
    status: z.enum(['open', 'closed']),
    outcome: z.enum(['decided', 'superseded', 'erased']).nullable(),
    openedAt: Instant,
    dueAt: Instant,
    clock: CaseClock,
    overdue: z.boolean(),
    reach: whole.describe('Views that the platform reported, 0 when it did not'),
    rankAt: Instant.describe(
      'What the queue is ordered by: openedAt + (dueAt - openedAt) / weight; the earliest first',
    ),
    weight: z.number().describe('Of severity and reach; see docs/api.md'),
    holder: Holder.nullable(),
    assignedTo: PersonRef.nullable().describe('Handed over to this person, who has not taken it yet'),
    nativeSpeaker: z.boolean().describe('Waits for someone who has this language among their rights by name'),
    opinions: z.object({
      asked: whole,
      answered: whole,
      ofMe: z.boolean().describe('You were asked and have not answered yet'),
    }),
    title: z.string().nullable().describe('At most 120 characters; null once erased or past its retention time'),
    gap: GapAnswer.nullable().describe('Without a category: what the policy wanted to know and did not get'),
  })
  .meta({ id: 'CaseRow' });
export type CaseRowAnswer = z.infer<typeof CaseRowAnswer>;
export const CasePage = pageOf(CaseRowAnswer).meta({ id: 'CasePage' });

export const AlikeList = z.object({
  items: z.array(CaseRowAnswer),
  total: whole.describe('Of all that could be decided so, as far as they are counted (500); the rest come after these'),
});

const filter = {
  status: z.enum(['open', 'closed']).default('open').describe('Closed ones come latest first'),
  language: listOf(Tag).optional().describe('Comma list; `und` for none; `zh` finds zh-Hans too'),
  region: listOf(RegionInAnyCase).optional().describe('Comma list: any of them'),
  category: listOf(z.enum(CATEGORY_IDS)).optional(),
  reason: listOf(z.enum(CASE_REASONS)).optional(),
  desk: listOf(z.enum(DESKS)).optional(),
  source: Id.optional().describe('Id of the platform'),
  noteId: Id.optional(),
  holder: z
    .enum(['mine', 'none', 'others'])
    .optional()
    .describe('mine: claimed by me, handed over to me, or asked of me'),
  overdue: z.enum(['true', 'false']).optional(),
};
export const CaseFilterQuery = z.strictObject(filter);
export const CaseListQuery = z.strictObject({ ...filter, cursor: Cursor.optional(), limit: Limit });

const tally = <K extends string>(key: K) =>
  z.array(z.object({ [key]: z.string(), count: whole } as { [P in K]: z.ZodString } & { count: z.ZodNumber }));
export const CaseCountsAnswer = z
  .object({
    open: whole,
    mine: whole,
    unassigned: whole.describe('Open, held by nobody'),
    overdue: whole,
    dueWithinHour: whole,
    oldestOpenedAt: Instant.nullable(),
    byLanguage: tally('language'),
    byRegion: tally('region').describe('A case of many regions counts in each'),
    byCategory: tally('category'),
    byReason: tally('reason'),
    byDesk: tally('desk'),
    bySource: z.array(z.object({ source: z.string(), name: z.string(), count: whole })),
  })
  .meta({ id: 'CaseCounts', description: 'Within the rights of the person who asks' });
export type CaseCountsAnswer = z.infer<typeof CaseCountsAnswer>;

/** `epoch` is the number of the claim: every step that needs the lease names it. */
export const LeaseAnswer = z
  .object({ caseId: z.string(), epoch: whole, until: Instant })
  .meta({ id: 'Lease', description: 'Extend it every minute while the case is open on the screen' });
export const NextInput = z
  .strictObject({
    language: z.array(Tag).max(50).optional(),
    region: z.array(RegionInAnyCase).max(50).optional(),
    category: z.array(z.enum(CATEGORY_IDS)).max(50).optional(),
    reason: z.array(z.enum(CASE_REASONS)).optional(),
    desk: z.array(z.enum(DESKS)).optional(),
    source: Id.optional(),
    noteId: Id.optional(),
    overdue: z.boolean().optional(),
    release: z.strictObject({ caseId: Id, epoch: whole }).optional().describe('A claim to give back in the same step'),
  })
  .meta({ id: 'NextCase' });
export const NextAnswer = z
  .object({ lease: LeaseAnswer.nullable().describe('Null: nothing is left in this view') })
  .meta({ id: 'NextCaseAnswer' });
export const EpochInput = z.strictObject({ epoch: whole }).meta({ id: 'LeaseRef' });
export const ExtendInput = z
  .strictObject({
    epoch: whole,
    minutes: z
      .union([z.literal(5), z.literal(30)])
      .default(5)
      .describe('30: to look into it'),
  })
  .meta({ id: 'ExtendLease' });
export const SkipInput = z
  .strictObject({
    epoch: whole,
    why: z
      .enum(['later', 'not_this_one'])
      .describe('later: not offered again for 30 minutes; not_this_one: never again'),
  })
  .meta({ id: 'SkipCase' });
export const HandOverInput = z.strictObject({ epoch: whole, to: Id.describe('User id') }).meta({ id: 'HandOverCase' });
export const EscalateInput = z
  .strictObject({
    epoch: whole,
    desk: z.enum(['senior', 'legal', 'child_safety']),
    comment: storableText(2_000).min(1).optional(),
  })
  .meta({ id: 'EscalateCase' });
export const NativeSpeakerInput = z
  .strictObject({ epoch: whole, language: Tag.optional().describe('Default: the language of the case') })
  .meta({ id: 'NeedNativeSpeaker' });
export const AskInput = z
  .strictObject({
    to: Id.describe('User id'),
    blind: z.boolean().default(false).describe('The colleague sees no comment, no opinion and no decision of a person'),
    question: storableText(2_000).min(1),
  })
  .meta({ id: 'AskColleague' });
export const OpinionInput = z
  .strictObject({ text: storableText(4_000).min(1), action: z.string().max(40).optional() })
  .meta({ id: 'GiveOpinion' });
export const CommentInput = z.strictObject({ text: storableText(4_000).min(1) }).meta({ id: 'NewComment' });
export const UnblurredInput = z
  .strictObject({ image: whole.min(0).max(1_000).nullable().describe('Null: the text') })
  .meta({ id: 'Unblurred' });

export const EventsQuery = z.strictObject({
  counts: z.enum(['on', 'off']).default('on').describe('off: changes of cases alone'),
});
/** `data` of the events `case` of GET /v1/cases/events. */
export const StreamCase = z
  .object({
    id: z.string(),
    status: z.enum(['open', 'closed']),
    holder: Holder.nullable(),
    dueAt: Instant,
    decisionId: z.string().nullable(),
  })
  .meta({ id: 'CaseChange', description: 'A case that was opened, claimed, given back, decided or closed' });
export type StreamCase = z.infer<typeof StreamCase>;
