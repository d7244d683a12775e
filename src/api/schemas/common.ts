/** Schemas that several routes share; ids in `meta` name them in the OpenAPI file. */
import { z } from 'zod';
import { ACTIONS } from '../../domain.js';
import { ERROR_CODES, type ErrorCode } from '../../errors.js';
import { ForeignId } from '../../usecases/note-input.js';

export const Id = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'An id of letters, digits, _ and -');
export const IdParams = z.strictObject({ id: Id });
export const ForeignIdParams = z.strictObject({ id: ForeignId });
/** A moment that a caller names; the store knows no year before 1. */
export const Moment = z.iso
  .datetime({ offset: true })
  .refine((text) => !(Date.parse(text) < Date.parse('0001-01-01T00:00:00Z')), 'The date lies before the year 1');
export const whole = z.number().int();
/** The id of a policy file or of a country, in any case. */
export const RegionInAnyCase = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,16}$/)
  .transform((region) => region.toLowerCase());
export const RegionName = z.string().regex(/^[a-z0-9-]{1,16}$/);
export const Tag = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);
export const GroundAnswer = z.object({
  kind: z.enum(['law', 'terms']),
  ref: z.string(),
  url: z.string().optional(),
  version: z.string().optional(),
});
export const Instant = z.string().meta({ format: 'date-time' });
/** What a law says to keep of an erased note, out of sight. */
export const Kept = z
  .object({ until: Instant, ground: z.string().describe('Statute and article'), region: z.string() })
  .meta({ id: 'Kept' });
export const ActionName = z
  .enum(ACTIONS)
  .meta({ id: 'Action', description: 'Weakest first; merging takes the strongest' });
export const Cursor = z.string().min(1).max(500);
export const Limit = z.coerce.number().int().min(1).max(200).default(50);

export const Problem = z
  .object({
    type: z.string().describe('urn:polywarden:error:<code>; stable'),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
    traceId: z.string().describe('Also in the header x-request-id; name it when you ask for help'),
    retry: z.boolean().describe('Whether the same request may succeed later'),
    errors: z
      .array(z.object({ pointer: z.string().describe('JSON pointer (RFC 6901)'), message: z.string() }))
      .optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
});
/** Every route may answer these; the codes are listed in docs/errors.md. */
export const problems = {
  '4xx': problem('The request cannot be served as it is'),
  '5xx': problem('Something failed here; `retry` says whether to try again'),
} as const;

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
