/** What the readers of a picture must answer. Anything else is a failure, never "nothing found". */
import { z } from 'zod';
import { CATEGORY_IDS } from '../../categories.js';
import { IMAGE_FORMATS } from '../../domain.js';
import type { DecodedImage } from '../../ports.js';
import { repairText } from '../normalise/repair.js';

const Share = z.number().min(0).max(1);
const Whole = z.int().min(0);
/** As long as before, so that spans still point at the same words. */
const Words = z.string().transform((text) => repairText(text).text);
const BoxShape = z.object({ left: z.number(), top: z.number(), width: z.number().min(0), height: z.number().min(0) });
const SpanShape = z.object({ start: Whole, end: Whole });

const FACTS = z.object({
  format: z.enum(IMAGE_FORMATS),
  width: z.int().min(1),
  height: z.int().min(1),
  frames: z.int().min(1),
  framesRead: z.array(Whole).min(1),
  bytes: Whole,
  sha256: z.string().min(1),
});
const Frame = z.object({ width: z.int().min(1), height: z.int().min(1), frame: Whole, scale: z.number().positive() });

/** The pixels themselves are counted, not looked at one by one. */
export function soundDecoded(decoded: DecodedImage): DecodedImage {
  FACTS.parse(decoded.facts);
  if (decoded.frames.length === 0) throw new RangeError('the decoder gave no frame');
  if (decoded.pieces.length === 0) throw new RangeError('the decoder gave no piece');
  for (const pixels of [...decoded.frames, ...decoded.pieces]) {
    const { width, height } = Frame.parse(pixels);
    if (pixels.rgb.length !== width * height * 3) throw new RangeError('the decoder gave part of a frame');
  }
  return decoded;
}
export const SOUND_TEXT = z
  .object({
    text: Words,
    words: z.array(z.object({ box: BoxShape, confidence: Share, span: SpanShape })),
    confidence: Share,
    languages: z.array(z.string()),
  })
  .refine(({ text, words }) => words.every(({ span }) => span.start <= span.end && span.end <= text.length));
export const SOUND_CODES = z.array(z.object({ kind: z.literal('qr'), text: Words, box: BoxShape, frame: Whole }));
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
