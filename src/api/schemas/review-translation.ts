/** Translations of a case: a stranger's words in other words, never to be trusted alone. */
import { z } from 'zod';
import { TRANSLATION_DOUBTS } from '../../ports/translation.js';
import { Span } from './note.js';

const LanguageTo = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/)
  .describe('BCP 47 tag of the language wanted');

export const TranslationQuery = z.strictObject({
  to: LanguageTo.optional().describe('Language of the stored translation; unset: the first of TRANSLATION_TO'),
});

export const TranslationInput = z.strictObject({
  to: LanguageTo,
  notice: z
    .strictObject({ language: LanguageTo, sentences: z.array(z.string().min(1).max(4_000)).min(1).max(20) })
    .optional()
    .describe('Sentences of the notice, to be read in the language wanted'),
});

export const TranslationAnswer = z
  .object({
    status: z
      .enum(['not_configured', 'forbidden', 'not_needed', 'absent', 'ready'])
      .describe('forbidden: a region lets its notes go to no such endpoint; absent: it can be asked for'),
    to: z.string(),
    untrusted: z.literal(true),
    engine: z.string().nullable(),
    parts: z.array(
      z.object({
        part: z.string().describe('As in `parts` of the case, or notice:<n>'),
        language: z.string().describe('Of the original'),
        segments: z.array(
          z.object({
            span: Span.describe('Of the original'),
            text: z.string().nullable().describe('Null: not translated'),
            confidence: z.number().nullable().describe('The own figure of the engine, never measured'),
            doubts: z.array(z.enum(TRANSLATION_DOUBTS)),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'CaseTranslation' });
export type TranslationAnswer = z.infer<typeof TranslationAnswer>;
