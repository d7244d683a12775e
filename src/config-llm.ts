/** Variables of the language model: one endpoint for all purposes, each value of a purpose overrides the common one. */
import { z } from 'zod';
import { InvalidInputError } from './errors.js';
import type { ChatPurpose } from './ports/llm.js';

/** A whole number between two bounds. */
export const whole = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback);
const price = z.coerce.number().min(0).max(10_000).optional();
const regionName = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'Expected a short name in small letters, such as eu');

export const LLM_ENV = {
  LLM_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('OpenAI-compatible endpoint, loopback included; unset with a key: the one of OpenAI'),
  LLM_API_KEY: z.string().optional().describe('Key of the endpoint; unset and no LLM_BASE_URL: no language model'),
  LLM_MODEL: z.string().optional().describe('Model of both purposes; unset: none but what a purpose names'),
  LLM_REGION: regionName
    .optional()
    .describe('Where the endpoint computes (eu, us, local); region files may forbid what is not declared'),
  LLM_ANSWER_FORMAT: z
    .enum(['json_schema', 'json_object', 'none'])
    .default('json_schema')
    .describe('How the endpoint is asked for JSON; the answer is checked here in any case'),
  LLM_TOKENS_FIELD: z
    .enum(['max_tokens', 'max_completion_tokens'])
    .default('max_tokens')
    .describe('Name of the limit of an answer in requests; reasoning models want the longer one'),
  LLM_STREAM: z.enum(['on', 'off']).default('off').describe('on: answers come as streams'),
  LLM_TIMEOUT_MS: whole(20_000, 50, 300_000).describe('Time limit of one attempt at the language model, body included'),
  LLM_ATTEMPTS: whole(3, 1, 10).describe('Attempts at one question, with growing pauses drawn by lot'),
  LLM_RETRY_BASE_MS: whole(500, 1, 60_000).describe(
    'First pause between attempts; it doubles, half of it is drawn by lot',
  ),
  LLM_RETRY_MAX_MS: whole(15_000, 1, 300_000).describe(
    'Longest pause between attempts, one that the endpoint asks for included',
  ),
  LLM_REQUESTS_PER_MINUTE: whole(120, 1, 1_000_000).describe(
    'Requests to one endpoint per minute, of all processes together',
  ),
  LLM_BREAKER_FAILURES: whole(5, 1, 1_000).describe('Failures in a row after which the endpoint is left alone'),
  LLM_BREAKER_REST_MS: whole(30_000, 1, 3_600_000).describe('How long it is left alone before one request tries again'),
  LLM_PRICE_PROMPT: price.describe('Price of a million prompt tokens, in the currency of your budgets'),
  LLM_PRICE_COMPLETION: price.describe('Price of a million completion tokens'),
  OPINION_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Endpoint of second opinions alone'),
  OPINION_API_KEY: z.string().optional().describe('Key of second opinions alone'),
  OPINION_MODEL: z.string().optional().describe('Model of second opinions alone'),
  OPINION_REGION: regionName.optional().describe('Where the endpoint of second opinions computes'),
  OPINION_IMAGES: z.enum(['on', 'off']).default('off').describe('on: the model of second opinions sees pictures'),
  OPINION_PRICE_PROMPT: price.describe('Price of a million prompt tokens of second opinions'),
  OPINION_PRICE_COMPLETION: price.describe('Price of a million completion tokens of second opinions'),
  MODERATION_ENDPOINT: z
    .enum(['on', 'off'])
    .default('off')
    .describe('on: the moderation endpoint beside it is asked for scores as well'),
  MODERATION_MODEL: z.string().default('omni-moderation-latest').describe('Model of the moderation endpoint'),
  TRANSLATION_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Endpoint of translations alone'),
  TRANSLATION_API_KEY: z.string().optional().describe('Key of translations alone'),
  TRANSLATION_MODEL: z.string().optional().describe('Model of translations alone'),
  TRANSLATION_REGION: regionName.optional().describe('Where the endpoint of translations computes'),
  TRANSLATION_PRICE_PROMPT: price.describe('Price of a million prompt tokens of translations'),
  TRANSLATION_PRICE_COMPLETION: price.describe('Price of a million completion tokens of translations'),
} as const;
const LlmEnv = z.object(LLM_ENV);
export type LlmEnv = z.infer<typeof LlmEnv>;

export interface ChatConfig {
  readonly baseUrl: string;
  /** Null where the endpoint wants none. */
  readonly apiKey: string | null;
  readonly model: string;
  readonly region: string | null;
  readonly pricePrompt: number;
  readonly priceCompletion: number;
}

const DEFAULT_BASE_URL = 'https://api.openai.com/v1';
const PREFIX = { opinion: 'OPINION', translation: 'TRANSLATION' } as const satisfies Record<ChatPurpose, string>;

/** A key goes only to the endpoint that it was given for. */
function endpointOf(
  env: LlmEnv,
  purpose: ChatPurpose,
): { readonly baseUrl: string; readonly apiKey: string | null } | null {
  const ownUrl = env[`${PREFIX[purpose]}_BASE_URL`];
  const ownKey = env[`${PREFIX[purpose]}_API_KEY`];
  if (ownUrl !== undefined) return { baseUrl: ownUrl, apiKey: ownKey ?? null };
  const apiKey = ownKey ?? env.LLM_API_KEY ?? null;
  if (env.LLM_BASE_URL === undefined && apiKey === null) return null;
  return { baseUrl: env.LLM_BASE_URL ?? DEFAULT_BASE_URL, apiKey };
}

/** Null: nothing is configured for this purpose. Half of it is a fault. */
export function chatConfigOf(env: LlmEnv, purpose: ChatPurpose): ChatConfig | null {
  const prefix = PREFIX[purpose];
  const endpoint = endpointOf(env, purpose);
  const own = env[`${prefix}_MODEL`];
  const model = own ?? env.LLM_MODEL;
  if (endpoint === null) {
    if (own === undefined) return null;
    throw new InvalidInputError('config_invalid', `${prefix}_MODEL needs ${prefix}_BASE_URL, LLM_BASE_URL or a key`);
  }
  if (model === undefined) {
    const isWanted = env[`${prefix}_BASE_URL`] !== undefined || env[`${prefix}_API_KEY`] !== undefined;
    const other = purpose === 'opinion' ? env.TRANSLATION_MODEL : env.OPINION_MODEL;
    // An endpoint that the other purpose uses alone is no fault of this one.
    if (!isWanted && other !== undefined) return null;
    throw new InvalidInputError(
      'config_invalid',
      `A language model is configured without LLM_MODEL or ${prefix}_MODEL`,
    );
  }
  const hasOwnEndpoint = env[`${prefix}_BASE_URL`] !== undefined;
  return {
    ...endpoint,
    model,
    region: env[`${prefix}_REGION`] ?? (hasOwnEndpoint ? undefined : env.LLM_REGION) ?? null,
    pricePrompt: env[`${prefix}_PRICE_PROMPT`] ?? env.LLM_PRICE_PROMPT ?? 0,
    priceCompletion: env[`${prefix}_PRICE_COMPLETION`] ?? env.LLM_PRICE_COMPLETION ?? 0,
  };
}
