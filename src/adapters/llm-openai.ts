/** Any OpenAI-compatible endpoint. Only importer of openai. One attempt a call: retries are of `llm/guard.ts`. */
import OpenAI, { APIConnectionError, APIError } from 'openai';
import { InvalidInputError, isOurs, UnavailableError } from '../errors.js';
import { type ChatAnswer, type ChatAsk, type ChatPart, LlmBrokenError } from '../ports/llm.js';
import { withinTime } from '../time-limit.js';
import { cappedFetch } from './llm/capped-fetch.js';
import { jsonOf } from './llm/json-text.js';
import { badAnswer, modelNameOf, readStream, readWhole, type Said } from './llm/said.js';
import { isBrokenBody, ofStatus } from './llm/status-faults.js';
import { costMicrosOf, type Prices, usageOf } from './llm/usage.js';

export interface EndpointOptions {
  readonly baseUrl: string;
  readonly apiKey: string | null;
  readonly model: string;
  /** Of one attempt, the whole body included. */
  readonly timeoutMs: number;
}
export interface ChatOptions extends EndpointOptions, Prices {
  readonly stream: boolean;
  readonly answerFormat: 'json_schema' | 'json_object' | 'none';
  readonly tokensField: 'max_tokens' | 'max_completion_tokens';
}
export type Complete = (ask: ChatAsk, signal: AbortSignal) => Promise<ChatAnswer>;
export type ScoreText = (
  text: string,
  signal: AbortSignal,
) => Promise<{ readonly model: string; readonly scores: Readonly<Record<string, number>> }>;

/** Everything is said, so that no OPENAI_* variable of the process has a word. Its log would quote the note. */
const clientOf = ({ baseUrl, apiKey, timeoutMs }: EndpointOptions): OpenAI =>
  new OpenAI({
    baseURL: baseUrl,
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: timeoutMs,
    logLevel: 'off',
    fetch: cappedFetch,
    // An endpoint that sends elsewhere sends the note elsewhere.
    fetchOptions: { redirect: 'error' },
  });

export function openChat(options: ChatOptions): Complete {
  const client = clientOf(options);
  return (ask, signal) =>
    asked(options.timeoutMs, signal, async (limited) => {
      const started = performance.now();
      const said = await (options.stream ? streamed : whole)(client, requestOf(options, ask), limited);
      if (said.refusal) throw new InvalidInputError('llm_refused', 'The language model refused to answer');
      const usage = usageOf(said.usage, weightOf(ask, said.text));
      return {
        text: said.text,
        json: jsonOf(said.text),
        model: said.model,
        ...usage,
        costMicros: costMicrosOf(options, usage),
        finish: said.finish,
        ms: Math.round(performance.now() - started),
      };
    });
}

export function openModerations(options: EndpointOptions): ScoreText {
  const client = clientOf(options);
  return (text, signal) =>
    asked(options.timeoutMs, signal, async (limited) => {
      const answer = await client.moderations.create({ model: options.model, input: text }, { signal: limited });
      const scores = Object.entries(answer.results?.[0]?.category_scores ?? {}).filter(
        (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] >= 0 && entry[1] <= 1,
      );
      if (scores.length === 0) throw badAnswer('The moderation endpoint gave no scores');
      return { model: modelNameOf(answer.model), scores: Object.fromEntries(scores) };
    });
}

type Request = OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming;

const whole = async (client: OpenAI, request: Request, signal: AbortSignal): Promise<Said> =>
  readWhole(await client.chat.completions.create(request, { signal }));

async function streamed(client: OpenAI, request: Request, signal: AbortSignal): Promise<Said> {
  const asked = { ...request, stream: true, stream_options: { include_usage: true } } as const;
  const chunks = await client.chat.completions.create(asked, { signal });
  return readStream(chunks, { model: request.model, signal });
}

function weightOf({ system, user }: ChatAsk, answer: string) {
  const texts = [system, ...user.flatMap((part) => (part.kind === 'text' ? [part.text] : []))];
  return {
    promptBytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    pictures: user.filter(({ kind }) => kind === 'image').length,
    answer,
  };
}

function requestOf(options: ChatOptions, { system, user, answer, maxTokens }: ChatAsk): Request {
  const format =
    answer === null || options.answerFormat === 'none'
      ? {}
      : options.answerFormat === 'json_object'
        ? { response_format: { type: 'json_object' as const } }
        : { response_format: { type: 'json_schema' as const, json_schema: { ...answer, strict: true } } };
  return {
    model: options.model,
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: user.map(partOf) },
    ],
    [options.tokensField]: maxTokens,
    ...format,
  };
}

const partOf = (part: ChatPart): OpenAI.Chat.Completions.ChatCompletionContentPart =>
  part.kind === 'text'
    ? { type: 'text', text: part.text }
    : {
        type: 'image_url',
        image_url: { url: `data:${part.mediaType};base64,${Buffer.from(part.bytes).toString('base64')}` },
      };

async function asked<T>(timeoutMs: number, stop: AbortSignal, ask: (limited: AbortSignal) => Promise<T>): Promise<T> {
  const late = () => new UnavailableError('llm_timeout', `The language model took over ${timeoutMs} ms`);
  try {
    return await withinTime(timeoutMs, stop, late, ask);
  } catch (error) {
    stop.throwIfAborted();
    throw ours(error);
  }
}

/** Messages of the vendor are dropped: they may quote what was asked. */
function ours(error: unknown): unknown {
  if (isOurs(error)) return error;
  if (error instanceof APIConnectionError) {
    return new UnavailableError('llm_unavailable', 'The language model cannot be reached', { cause: nameOf(error) });
  }
  if (error instanceof APIError && typeof error.status === 'number') return ofStatus(error.status, error.headers);
  if (isBrokenBody(error)) return new LlmBrokenError({ cause: nameOf(error) });
  // What the client throws of answers that it cannot read: no JSON, no server-sent events, more bytes than are taken.
  return badAnswer('The endpoint gave an answer that is none');
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
