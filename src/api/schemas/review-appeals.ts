/** Appeals and reports, as platforms send them for their users. */
import { z } from 'zod';
import { CATEGORY_IDS } from '../../categories.js';
import { APPEAL_STATES, REPORT_STATES } from '../../ports/review.js';
import { ForeignId, storableText } from '../../usecases/note-input.js';
import { Cursor, Id, Instant, Limit, pageOf, RegionInAnyCase } from './common.js';

const target = {
  noteId: Id.optional(),
  externalId: ForeignId.optional().describe('Your id of the note, instead of noteId'),
};
const namesOne = (input: { noteId?: string | undefined; externalId?: string | undefined }): boolean =>
  (input.noteId === undefined) !== (input.externalId === undefined);

export const AppealInput = z
  .strictObject({
    ...target,
    reference: ForeignId.describe('Your id of the appeal; sent again it answers the same appeal'),
    by: z.enum(['author', 'notifier']).describe('Who appeals; the region says who may'),
    decisionId: Id.optional().describe('Default: what holds now'),
    regions: z
      .array(RegionInAnyCase)
      .max(300)
      .optional()
      .describe('Default: those of the decision where this appeal is open'),
    text: storableText(10_000).min(1).describe('In the words of the person'),
    language: z.string().min(1).max(64).optional().describe('BCP 47, of `text`'),
  })
  .refine(namesOne, 'Name the note by noteId or by externalId')
  .meta({ id: 'NewAppeal' });

export const AppealAnswer = z
  .object({
    id: z.string(),
    reference: z.string(),
    noteId: z.string(),
    revision: z.number().int(),
    decisionIds: z.array(z.string()).describe('What is appealed against'),
    regions: z.array(z.string()),
    by: z.enum(['author', 'notifier']),
    text: z.string().nullable().describe('Null once erased'),
    language: z.string().nullable(),
    state: z.enum(APPEAL_STATES),
    reason: z.string().nullable().describe('Of the person who decided'),
    receivedAt: Instant,
    dueAt: Instant,
    decidedAt: Instant.nullable(),
    caseId: z.string(),
  })
  .meta({ id: 'Appeal' });
export type AppealAnswer = z.infer<typeof AppealAnswer>;
export const AppealPage = pageOf(AppealAnswer).meta({ id: 'AppealPage' });

const Reporter = z.strictObject({
  kind: z.enum(['person', 'entity', 'trusted_flagger', 'authority']).default('person'),
  name: storableText(200).min(1).optional(),
  // Names in any script: a reporter's address is theirs to spell.
  email: storableText(254).regex(z.regexes.unicodeEmail, 'Not an email address').optional(),
});
export const ReportInput = z
  .strictObject({
    ...target,
    reference: ForeignId.describe('Your id of the report; sent again it answers the same report'),
    category: z.enum(CATEGORY_IDS).optional(),
    regions: z
      .array(RegionInAnyCase)
      .max(300)
      .optional()
      .describe('Where it is said to be illegal; default: all of the note'),
    reasons: storableText(10_000)
      .min(1)
      .describe('Why the content is said to be illegal or against the terms (Art. 16(2)(a))'),
    law: storableText(500).min(1).optional().describe('The law that it is said to break'),
    urls: z
      .array(z.url({ protocol: /^https?$/ }).max(2_000))
      .max(20)
      .default([])
      .describe('Exact electronic location, where the note is not enough (Art. 16(2)(b))'),
    reporter: Reporter.default({ kind: 'person' }).describe(
      'Name and email (Art. 16(2)(c)); may be missing for sexual offences against children',
    ),
    goodFaith: z.literal(true).describe('The reporter confirms that it is accurate and complete (Art. 16(2)(d))'),
    language: z.string().min(1).max(64).optional(),
  })
  .refine(namesOne, 'Name the note by noteId or by externalId')
  .meta({ id: 'NewReport' });

export const ReportAnswer = z
  .object({
    id: z.string(),
    reference: z.string(),
    noteId: z.string(),
    revision: z.number().int(),
    category: z.string().nullable(),
    regions: z.array(z.string()),
    reasons: z.string().nullable(),
    law: z.string().nullable(),
    urls: z.array(z.string()),
    reporter: z.object({ kind: z.string(), name: z.string().nullable(), email: z.string().nullable() }),
    state: z.enum(REPORT_STATES),
    automated: z.literal(false).describe('Reports are decided by people'),
    reason: z.string().nullable(),
    receivedAt: Instant,
    dueAt: Instant,
    decidedAt: Instant.nullable(),
    caseId: z.string(),
  })
  .meta({ id: 'Report' });
export type ReportAnswer = z.infer<typeof ReportAnswer>;
export const ReportPage = pageOf(ReportAnswer).meta({ id: 'ReportPage' });
const queryOf = <const S extends readonly [string, ...string[]]>(states: S) =>
  z.strictObject({
    noteId: Id.optional(),
    state: z.enum(states).optional(),
    cursor: Cursor.optional(),
    limit: Limit,
  });
export const AppealQuery = queryOf(APPEAL_STATES);
export const ReportQuery = queryOf(REPORT_STATES);
