/** The second opinion of a language model on the note of a case. */
import { z } from 'zod';
import { Instant, whole } from './common.js';
import { Span } from './note.js';

export const SecondOpinionAnswer = z
  .object({
    configured: z.boolean().describe('Whether a language model is configured here'),
    status: z.enum(['none', 'due', 'found', 'failed', 'skipped']),
    why: z.string().nullable().describe('Error code or reason, where there is no opinion'),
    askedBy: z.string().nullable().describe('Id of the person who asked; null: the policy did, or nobody'),
    reasons: z.array(z.string()),
    opinions: z.array(
      z.object({
        model: z.string(),
        prompt: z.string().describe('Version of the prompt files'),
        doubtsRemoval: z.boolean(),
        rationale: z.string().describe('Words of a model: untrusted, plain text'),
        findings: z.array(
          z.object({
            category: z.string(),
            severity: whole,
            confidence: z.number(),
            part: z.string(),
            spans: z.array(Span),
            quote: z.string().describe('What stands there in the note'),
            clause: z.string().nullable(),
            rationale: z.string().describe('Words of a model: untrusted, plain text'),
          }),
        ),
      }),
    ),
    scores: z
      .array(z.object({ category: z.string(), score: z.number(), detector: z.string() }))
      .describe('Of the moderation endpoint'),
    exchanges: z
      .array(
        z.object({
          id: z.string(),
          at: Instant,
          model: z.string(),
          answeredBy: z.string().nullable(),
          endpointRegion: z.string().nullable(),
          promptVersion: z.string(),
          bundleHash: z.string(),
          outcome: z.string(),
          tokens: whole,
          costMicros: whole.describe('Millionths of the configured currency'),
          ms: whole,
        }),
      )
      .describe('What was asked, oldest first, without its words'),
  })
  .meta({ id: 'SecondOpinion' });
export type SecondOpinionAnswer = z.infer<typeof SecondOpinionAnswer>;

export const AskedAnswer = z.object({ status: z.literal('due') }).meta({ id: 'SecondOpinionAsked' });
