/** POST /v1/notes/batch: each item stands for itself, one bad item never harms another. */
import { z } from 'zod';
import { ERROR_CODES, type ErrorCode, type Fault, InvalidInputError } from '../../errors.js';
import { plainWords } from '../../plain-words.js';
import type { AcceptNote } from '../../ports/store.js';
import { NoteInput } from '../../usecases/note-input.js';
import { checkFilled, submitMany, toAccept } from '../../usecases/submit.js';
import { keyOf } from '../auth.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { problemOf } from '../errors.js';
import { answeredOrThrow, DOCUMENTED_KEY, idempotencyKeyOf } from '../idempotency.js';
import { acceptedAnswer } from '../note-answer.js';
import { faultsOf } from '../schema-compiler.js';
import { Problem, problems } from '../schemas/common.js';
import { AcceptedAnswer } from '../schemas/note.js';
import { submitPorts } from '../submit-ports.js';

export const MAX_BATCH = 500;

/** Items are checked one by one in the handler; the schema here only bounds the list. */
const Batch = z.strictObject({
  notes: z.array(z.unknown()).min(1).max(MAX_BATCH).meta({ description: 'Notes as POST /v1/notes takes them' }),
});
const BatchItem = z
  .object({
    index: z.number().int(),
    status: z.number().int(),
    accepted: AcceptedAnswer.optional(),
    replayed: z.literal(true).optional().describe('The key of this item came before: this is the answer of then'),
    problem: Problem.optional(),
  })
  .meta({ id: 'BatchItem' });
const BatchAnswer = z
  .object({ accepted: z.number().int(), refused: z.number().int(), items: z.array(BatchItem) })
  .meta({ id: 'BatchAnswer' });
type BatchItem = z.infer<typeof BatchItem>;

interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly faults: readonly Fault[];
}
const refusalOf = (error: unknown): Refusal => {
  if (!(error instanceof InvalidInputError)) throw error;
  return { code: error.code, message: error.message, faults: error.faults };
};

function refusedItem(index: number, refusal: Refusal, traceId: string): BatchItem {
  const problem = problemOf(refusal.code, refusal.message, traceId, refusal.faults);
  return {
    index,
    status: problem.status,
    problem: { ...problem, errors: problem.errors?.map((fault) => ({ ...fault })) },
  };
}

export function batchRoutes(server: ApiServer, deps: ApiDeps): void {
  const ports = submitPorts(deps);

  const read = (raw: unknown, sourceId: string, idempotencyKey: string | null, now: number): AcceptNote | Refusal => {
    const parsed = NoteInput.safeParse(raw, { error: plainWords });
    if (!parsed.success) {
      const faults = faultsOf(parsed.error.issues);
      return { code: 'body_invalid', message: 'The note does not fit the schema.', faults };
    }
    try {
      return toAccept(ports, { sourceId, input: parsed.data, idempotencyKey }, now);
    } catch (error) {
      return refusalOf(error);
    }
  };

  const filled = async (row: AcceptNote, before: readonly (AcceptNote | Refusal)[]): Promise<AcceptNote | Refusal> => {
    const isKnown = () => before.some((other) => 'note' in other && other.externalId === row.externalId);
    return checkFilled(ports, row).then(
      () => row,
      (error: unknown) => (isKnown() ? row : refusalOf(error)),
    );
  };

  server.route({
    method: 'POST',
    url: '/v1/notes/batch',
    config: { documented: DOCUMENTED_KEY },
    schema: {
      tags: ['notes'],
      summary: 'Submit up to 500 notes with a result each',
      description:
        'Answers 202 when at least one note was stored and 200 when none was; `items` are in the order of the request. With `Idempotency-Key` the key of item n is `<key>/<n>`; items that came before say `replayed`, and the answer has the header `idempotency-replayed` when all that were accepted did.',
      body: Batch,
      response: { 200: BatchAnswer, 202: BatchAnswer, ...problems },
    },
    handler: async (request, reply) => {
      const { sourceId } = keyOf(request);
      const key = idempotencyKeyOf(request);
      const now = deps.clock.now();
      const rows: (AcceptNote | Refusal)[] = [];
      for (const [index, raw] of request.body.notes.entries()) {
        const row = read(raw, sourceId, key === null ? null : `${key}/${index}`, now);
        rows.push('note' in row ? await filled(row, rows) : row);
      }
      const good = rows.filter((row): row is AcceptNote => 'note' in row);
      const results = (await submitMany(ports, good)).values();
      const items = rows.map((row, index): BatchItem => {
        if (!('note' in row)) return refusedItem(index, row, request.id);
        const result = results.next().value;
        if (result === undefined) throw new Error('the store answered fewer results than notes');
        // The store's message may hold a vendor's words; the title of the code says enough.
        if (result.kind === 'failed') {
          const refusal = { code: result.code, message: ERROR_CODES[result.code].title, faults: [] };
          return refusedItem(index, refusal, request.id);
        }
        try {
          const stored = answeredOrThrow(result);
          const replayed = stored.kind === 'replayed' ? ({ replayed: true } as const) : {};
          return { index, status: 202, accepted: acceptedAnswer(row.externalId, stored), ...replayed };
        } catch (error) {
          return refusedItem(index, refusalOf(error), request.id);
        }
      });
      const accepted = items.filter((item) => item.accepted !== undefined).length;
      const replayed = items.filter((item) => item.replayed).length;
      if (replayed > 0 && replayed === accepted) void reply.header('idempotency-replayed', 'true');
      return reply.code(accepted > 0 ? 202 : 200).send({ accepted, refused: items.length - accepted, items });
    },
  });
}
