/** Any OpenAI-compatible endpoint. Only importer of openai. One attempt a call: retries are of `llm/guard.ts`. */
import OpenAI, { APIConnectionError, APIError } from 'openai';
import { InvalidInputError, UnavailableError } from '../errors.js';
import { type ChatAnswer, type ChatAsk, type ChatPart, LlmPauseError } from '../ports-llm.js';
import { cappedFetch } from './llm/capped-fetch.js';

export interface EndpointOptions {
  readonly baseUrl: string;
  readonly apiKey: string | null;
  readonly model: string;
  /** Of one attempt, the whole body included. */
  readonly timeoutMs: number;
}
export interface ChatOptions extends EndpointOptions {
  readonly stream: boolean;
  readonly answerFormat: 'json_schema' | 'json_object' | 'none';
  readonly tokensField: 'max_tokens' | 'max_completion_tokens';
  readonly pricePrompt: number;
  readonly priceCompletion: number;
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
    withinTime(options.timeoutMs, signal, async (limited) => {
      const started = performance.now();
      const said = await (options.stream ? streamed : whole)(client, requestOf(options, ask), limited);
      if (said.refusal) throw new InvalidInputError('llm_refused', 'The language model refused to answer');
      const { pricePrompt, priceCompletion } = options;
      return {
        text: said.text,
        json: jsonOf(said.text),
        model: said.model,
        promptTokens: said.promptTokens,
        completionTokens: said.completionTokens,
        costMicros: Math.ceil(said.promptTokens * pricePrompt + said.completionTokens * priceCompletion),
        finish: said.finish,
        ms: Math.round(performance.now() - started),
      };
    });
}

export function openModerations(options: EndpointOptions): ScoreText {
  const client = clientOf(options);
  return (text, signal) =>
    withinTime(options.timeoutMs, signal, async (limited) => {
      const answer = await client.moderations.create({ model: options.model, input: text }, { signal: limited });
      const scores = Object.entries(answer.results?.[0]?.category_scores ?? {}).filter(
        (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] >= 0 && entry[1] <= 1,
      );
      if (scores.length === 0) throw badAnswer('The moderation endpoint gave no scores');
      return { model: String(answer.model).slice(0, 100), scores: Object.fromEntries(scores) };
    });
}

interface Said {
  readonly text: string;
  readonly refusal: boolean;
  readonly finish: ChatAnswer['finish'];
  readonly model: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
}
type Request = OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming;

async function whole(client: OpenAI, request: Request, signal: AbortSignal): Promise<Said> {
  const answer = await client.chat.completions.create(request, { signal });
  const choice = answer?.choices?.[0];
  if (choice?.message === undefined) throw badAnswer('The endpoint answered without a message');
  return {
    text: textOf(choice.message.content),
    refusal: isRefusal(choice.message.refusal, choice.finish_reason),
    finish: choice.message.tool_calls?.length ? 'tool_calls' : finishOf(choice.finish_reason),
    model: String(answer.model).slice(0, 100),
    ...tokensOf(answer.usage),
  };
}

async function streamed(client: OpenAI, request: Request, signal: AbortSignal): Promise<Said> {
  const asked = { ...request, stream: true, stream_options: { include_usage: true } } as const;
  const chunks = await client.chat.completions.create(asked, { signal });
  const seen = { text: '', refusal: '', tools: false, reason: null as string | null, model: request.model };
  let tokens = tokensOf(undefined);
  for await (const chunk of chunks) {
    const choice = chunk.choices?.[0];
    seen.text += textOf(choice?.delta?.content);
    seen.refusal += textOf(choice?.delta?.refusal);
    seen.tools ||= (choice?.delta?.tool_calls?.length ?? 0) > 0;
    seen.reason = choice?.finish_reason ?? seen.reason;
    seen.model = typeof chunk.model === 'string' ? chunk.model.slice(0, 100) : seen.model;
    if (chunk.usage) tokens = tokensOf(chunk.usage);
  }
  signal.throwIfAborted();
  // A stream that ends without saying why was cut off.
  if (seen.reason === null) throw badAnswer('The stream of the endpoint ended early');
  const finish = seen.tools ? 'tool_calls' : finishOf(seen.reason);
  return { text: seen.text, refusal: isRefusal(seen.refusal, seen.reason), finish, model: seen.model, ...tokens };
}

const textOf = (content: unknown): string => (typeof content === 'string' ? content : '');
const isRefusal = (refusal: unknown, reason: unknown): boolean =>
  (typeof refusal === 'string' && refusal !== '') || reason === 'content_filter';

function finishOf(reason: unknown): ChatAnswer['finish'] {
  return reason === 'stop' || reason === 'length' || reason === 'tool_calls' ? reason : 'other';
}

const count = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.floor(value) : 0;
const tokensOf = (
  usage: { readonly prompt_tokens?: unknown; readonly completion_tokens?: unknown } | null | undefined,
) => ({
  promptTokens: count(usage?.prompt_tokens),
  completionTokens: count(usage?.completion_tokens),
});

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

/** Models without a JSON mode like to fence it. */
function jsonOf(text: string): unknown {
  const bare = text.trim().replace(/^```(?:json)?\s*\n([\s\S]*)\n```$/, '$1');
  try {
    return JSON.parse(bare);
  } catch {
    return null;
  }
}

const badAnswer = (message: string): InvalidInputError => new InvalidInputError('llm_bad_answer', message);

async function withinTime<T>(
  timeoutMs: number,
  signal: AbortSignal,
  ask: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    return await ask(AbortSignal.any([signal, limit]));
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted) {
      throw new UnavailableError('llm_timeout', `The language model took over ${timeoutMs} ms`, {
        cause: nameOf(error),
      });
    }
    throw ours(error);
  }
}

/** Messages of the vendor are dropped: they may quote what was asked. */
function ours(error: unknown): unknown {
  if (error instanceof InvalidInputError || error instanceof UnavailableError) return error;
  if (error instanceof APIConnectionError) {
    return new UnavailableError('llm_unavailable', 'The language model cannot be reached', { cause: nameOf(error) });
  }
  if (error instanceof APIError && typeof error.status === 'number') return ofStatus(error.status, error.headers);
  // What the client throws of answers that it cannot read: no JSON, no server-sent events, more bytes than are taken.
  return badAnswer('The endpoint gave an answer that is none');
}

function ofStatus(status: number, headers: Headers | undefined): Error {
  if (status === 429) {
    return new LlmPauseError('llm_rate_limited', 'The language model asks for a pause', retryAfterOf(headers));
  }
  if (status >= 500 || status === 408 || status === 409) {
    return new LlmPauseError('llm_unavailable', `The language model answered ${status}`, retryAfterOf(headers));
  }
  return new InvalidInputError('llm_rejected', `The endpoint of the language model refused the request: ${status}`);
}

/** Seconds or an HTTP date. */
function retryAfterOf(headers: Headers | undefined): number | null {
  const said = headers?.get('retry-after') ?? null;
  if (said === null) return null;
  const seconds = Number(said);
  const ms = Number.isNaN(seconds) ? Date.parse(said) - Date.now() : seconds * 1_000;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
