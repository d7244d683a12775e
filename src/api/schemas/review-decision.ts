/** What a person decides, the notice that follows from it, and the way back. */
import { z } from 'zod';
import { CATEGORY_IDS } from '../../categories.js';
import { ACTIONS } from '../../domain.js';
import { storableText } from '../../usecases/note-input.js';
import { Id, Instant, RegionName, whole } from './common.js';
import { DecisionAnswer, noticeText } from './note.js';
import { LeaseAnswer, NextInput } from './review-queue.js';

/** As many as one decision takes along. */
export const MOST_ALIKE = 50;

export const Verdict = z
  .strictObject({
    regions: z.array(RegionName).min(1).max(300),
    action: z.enum(ACTIONS).describe('One of `actionsBySeverity` of each region'),
    category: z.enum(CATEGORY_IDS).nullable().default(null).describe('Needed for everything but allow'),
    clause: z.string().max(120).nullable().default(null).describe('Id of a clause; needed for everything but allow'),
    notice: z.string().max(120).nullable().default(null).describe('Key of the sentence; null: that of the category'),
    hours: z
      .number()
      .int()
      .min(1)
      .max(8_784)
      .optional()
      .describe('How long; hold takes the hours of the region unless said'),
  })
  .meta({ id: 'Verdict' });

export const DecisionInput = z
  .strictObject({
    epoch: whole,
    verdicts: z
      .array(Verdict)
      .max(300)
      .describe('Together every region of the case that is mine, each once; may be empty with `uphold`'),
    outcome: z
      .enum(['uphold', 'overturn', 'change_ground'])
      .optional()
      .describe(
        'For appeals: uphold keeps what stands; overturn without verdicts allows; change_ground keeps the action',
      ),
    reason: storableText(4_000).min(1).optional().describe('For colleagues and for the answer to an appeal'),
    seconds: z.number().int().min(0).max(86_400).optional().describe('Time spent on it'),
    translationShown: z.boolean().optional(),
    alike: z
      .array(Id)
      .max(MOST_ALIKE)
      .optional()
      .describe('Other cases of the same text or campaign, to be decided like this one, each by itself'),
    next: NextInput.omit({ release: true })
      .optional()
      .describe('The view to take the most pressing case of in the same step'),
  })
  .meta({ id: 'CaseDecision' });

export const AlikeAnswer = z
  .object({
    caseId: z.string(),
    externalId: z.string().nullable().describe('Of its note; null where the case is none that you see'),
    submissionId: z.string().nullable().describe('Of this case alone; taken back by itself'),
    undoUntil: Instant.nullable(),
    refused: z.object({ code: z.string(), detail: z.string() }).nullable().describe('Why it was not decided'),
  })
  .meta({ id: 'DecidedAlike' });
export type AlikeAnswer = z.infer<typeof AlikeAnswer>;

export const DecidedAnswer = z
  .object({
    submissionId: z.string(),
    undoUntil: Instant.describe('Until then nothing has left; POST /v1/submissions/:id/undo'),
    closed: z.boolean().describe('False: regions are left for somebody else'),
    decisions: z.array(DecisionAnswer),
    alike: z.array(AlikeAnswer).optional().describe('Where it was asked for: what became of each of the others'),
    next: LeaseAnswer.nullable()
      .optional()
      .describe('Where it was asked for: the claim on the next case; null: nothing is left in the view'),
  })
  .meta({ id: 'DecidedAnswer' });

export const UndoneAnswer = z
  .object({ lease: LeaseAnswer.describe('The case is open again, and yours') })
  .meta({ id: 'UndoneAnswer' });

export const NoticeInput = z
  .strictObject({ verdicts: z.array(Verdict).min(1).max(300), language: z.string().max(64).optional() })
  .meta({ id: 'NoticeOrder' });
export const NoticeAnswer = z
  .object({
    items: z.array(
      z.object({
        action: z.string(),
        ...noticeText,
        silent: z.boolean().describe('True: allow sends no notice'),
      }),
    ),
  })
  .meta({ id: 'NoticePreview' });
