/** POST /v1/moderations: OpenAI's endpoint for clients that already speak it. Stores nothing. */
import { z } from 'zod';
import type { EvidenceKey, ImageRef, Note } from '../../domain.js';
import { InvalidInputError, UnavailableError } from '../../errors.js';
import { repairText } from '../../stages/normalise/repair.js';
import { timeLimit } from '../../time-limit.js';
import { turns } from '../../turns.js';
import { reachOf } from '../auth.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { OPENAI_CATEGORIES, type OpenaiResult, toOpenaiResult } from '../openai.js';
import { problems } from '../schemas/common.js';

const MAX_INPUTS = 32;
const TIME_LIMIT_MS = 30_000;
/** The model shares its cores with everything else that this process does. */
const MAX_AT_ONCE = 4;
/** What the answer reads; the campaign stage needs a store and a source. */
const STAGES: readonly EvidenceKey[] = ['normalise', 'language', 'images', 'match', 'classify'];

const Part = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image_url'), image_url: z.object({ url: z.string().max(20_000_000) }) }),
]);
/** Not strict: clients of that endpoint may send more than we read. */
const Moderation = z
  .object({
    model: z.string().max(200).optional().describe('Ignored: the loaded model answers and is named in the answer'),
    input: z.union(
      [z.string(), z.array(z.string()).min(1).max(MAX_INPUTS), z.array(Part).min(1).max(MAX_INPUTS)],
      `A text, 1 to ${MAX_INPUTS} texts, or 1 to ${MAX_INPUTS} parts of the type text or image_url`,
    ),
  })
  .meta({ id: 'Moderation' });
type Input = z.infer<typeof Moderation>['input'];

const perCategory = <T extends z.ZodType>(value: T) =>
  z.object(
    Object.fromEntries(OPENAI_CATEGORIES.map((name) => [name, value])) as Record<(typeof OPENAI_CATEGORIES)[number], T>,
  );
const ModerationAnswer = z
  .object({
    id: z.string(),
    model: z.string(),
    results: z.array(
      z.object({
        flagged: z.boolean(),
        categories: perCategory(z.boolean()),
        category_scores: perCategory(z.number()).describe('.5 is the shipped flag threshold'),
        category_applied_input_types: perCategory(z.array(z.literal('text'))).describe('Empty: nothing assessed it'),
        x_not_assessed: z.array(z.enum(OPENAI_CATEGORIES)).describe('Categories whose 0 means unknown, not harmless'),
        x_images_not_assessed: z.number().int().describe('Image parts of which some reading is missing'),
      }),
    ),
  })
  .meta({ id: 'ModerationAnswer' });

interface Task {
  readonly text: string;
  readonly images: readonly ImageRef[];
}

/** A list of strings is a list of texts; a list of parts is one text with its images. */
function tasksOf(input: Input): readonly Task[] {
  if (typeof input === 'string') return [{ text: input, images: [] }];
  const texts: string[] = [];
  const parts: string[] = [];
  const images: ImageRef[] = [];
  for (const item of input) {
    if (typeof item === 'string') texts.push(item);
    else if (item.type === 'text') parts.push(item.text);
    else images.push(imageOf(item.image_url.url, images.length));
  }
  return texts.length > 0 ? texts.map((text) => ({ text, images: [] })) : [{ text: parts.join('\n'), images }];
}

/** A data URL carries the bytes; its media type is not believed. Anything else is an address, judged when it is fetched. */
function imageOf(url: string, index: number): ImageRef {
  const data = /^data:[^,]{0,100};base64,([A-Za-z0-9+/]*={0,2})$/.exec(url)?.[1];
  return data === undefined ? { index, url } : { index, data };
}

function noteOf({ text, images }: Task, textLimitChars: number): Note {
  if (text.length > textLimitChars) {
    const message = `A text may have ${textLimitChars} UTF-16 code units; this has ${text.length}.`;
    throw new InvalidInputError('body_invalid', message, [{ pointer: '/input', message }]);
  }
  return { kind: 'note', title: '', body: repairText(text).text, regions: ['global'], context: {}, images };
}

export function moderationRoutes(server: ApiServer, deps: ApiDeps): void {
  const inTurn = turns(MAX_AT_ONCE);
  server.route({
    method: 'POST',
    url: '/v1/moderations',
    schema: {
      tags: ['moderations'],
      summary: 'Compatible with the moderation endpoint of OpenAI',
      body: Moderation,
      response: { 200: ModerationAnswer, ...problems },
    },
    handler: async (request, reply) => {
      const notes = tasksOf(request.body.input).map((task) => ({
        note: noteOf(task, deps.config.TEXT_LIMIT_CHARS),
        images: task.images.length,
      }));
      const sourceId = reachOf(request) ?? undefined;
      const gone = new AbortController();
      // Also comes after the answer, when it changes nothing.
      reply.raw.once('close', () => gone.abort(new UnavailableError('deadline_exceeded', 'Nobody waits any more')));
      const late = () => new UnavailableError('deadline_exceeded', `The texts took over ${TIME_LIMIT_MS} ms`);
      const limit = timeLimit(TIME_LIMIT_MS, gone.signal, late);
      try {
        const results: OpenaiResult[] = [];
        let model = deps.config.TEXT_MODEL;
        // One after the other: one caller's list must not take every core.
        for (const { note, images } of notes) {
          const { evidence } = await inTurn(() => {
            limit.signal.throwIfAborted();
            return deps.moderate(note, { stages: STAGES, regions: ['global'], sourceId }, limit.signal);
          });
          if (evidence.classify.status === 'found') model = evidence.classify.value.model;
          results.push(toOpenaiResult(evidence, images));
        }
        return { id: deps.ids.next('modr'), model, results };
      } finally {
        limit.end();
      }
    },
  });
}
