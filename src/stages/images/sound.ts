/** What the readers of a picture must answer. Anything else is a failure, never "nothing found". */
import { z } from 'zod';
import { CATEGORY_IDS } from '../../categories.js';

const Share = z.number().min(0).max(1);
const Whole = z.int().min(0);
const BoxShape = z.object({ left: z.number(), top: z.number(), width: z.number().min(0), height: z.number().min(0) });
const SpanShape = z.object({ start: Whole, end: Whole });

export const SOUND_TEXT = z
  .object({
    text: z.string(),
    words: z.array(z.object({ box: BoxShape, confidence: Share, span: SpanShape })),
    confidence: Share,
    languages: z.array(z.string()),
  })
  .refine(({ text, words }) => words.every(({ span }) => span.start <= span.end && span.end <= text.length));
export const SOUND_CODES = z.array(z.object({ kind: z.literal('qr'), text: z.string(), box: BoxShape, frame: Whole }));
const Hash = z.string().regex(/^[0-9a-f]{64}$/);
export const SOUND_HASH = z.object({
  pdq: Hash,
  quality: z.number().min(0).max(100),
  turned: z.array(Hash).optional(),
  frames: z.array(Hash).optional(),
});
export const SOUND_LABELS = z.object({
  model: z.string(),
  labels: z.record(z.string(), Share),
  scores: z
    .partialRecord(z.enum(CATEGORY_IDS), z.object({ label: z.string(), score: Share, calibrated: Share }))
    .optional(),
});
