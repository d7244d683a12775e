/** What the inside asks of a language model: one port per purpose, so that each may have a model and an endpoint of its own. */
import { codeOf, type ErrorCode, UnavailableError } from '../errors.js';

export type ChatPurpose = 'opinion' | 'translation';

export type ChatPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'image';
      readonly mediaType: 'image/jpeg' | 'image/png' | 'image/webp';
      readonly bytes: Uint8Array;
    };

/** JSON Schema that the answer must fit; `name` is made of a-z, 0-9 and _. */
export interface AnswerShape {
  readonly name: string;
  readonly schema: Readonly<Record<string, unknown>>;
}
export interface ChatAsk {
  readonly system: string;
  readonly user: readonly ChatPart[];
  /** Null: any text. */
  readonly answer: AnswerShape | null;
  readonly maxTokens: number;
}
export interface ChatAnswer {
  readonly text: string;
  /** What the text says as JSON; null: it is none. Untrusted: the schema was asked for, not checked. */
  readonly json: unknown;
  /** As the endpoint names it. */
  readonly model: string;
  /** As the endpoint counted them; an estimate on the safe side where it did not. */
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Millionths of the currency in which the prices are configured; 0 without prices. */
  readonly costMicros: number;
  readonly finish: 'stop' | 'length' | 'tool_calls' | 'other';
  readonly ms: number;
}

export type Again = (error: UnavailableError) => Promise<void>;

/**
 * Throws UnavailableError `llm_timeout`, `llm_rate_limited`, `llm_unavailable` when its own retries are used up,
 * InvalidInputError `llm_refused`, `llm_bad_answer`, `llm_rejected` where a repetition would not help.
 */
export interface ChatModel {
  readonly purpose: ChatPurpose;
  /** As it is asked for. */
  readonly model: string;
  /** Where the endpoint computes, as the operator declares it (`eu`, `us`, `local`); null: not declared. */
  readonly region: string | null;
  readonly seesImages: boolean;
  /** What so many tokens would cost; unset: nothing is known of prices. */
  costMicrosOf?(promptTokens: number, completionTokens: number): number;
  /** `again` is awaited before every further attempt and told what the last one ended with; what it throws ends the question. */
  complete(ask: ChatAsk, signal: AbortSignal, again?: Again): Promise<ChatAnswer>;
}

/** A moderation endpoint: scores by its own category names, 0 to 1. */
export interface ContentScores {
  readonly model: string;
  readonly region: string | null;
  score(
    text: string,
    signal: AbortSignal,
  ): Promise<{ readonly model: string; readonly scores: Readonly<Record<string, number>> }>;
}

/** The endpoint asks for a pause. */
export class LlmPauseError extends UnavailableError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly retryAfterMs: number | null,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
  }
}

/** The connection broke while the answer came: it was begun, so it may be charged for. */
export class LlmBrokenError extends UnavailableError {
  constructor(options?: ErrorOptions) {
    super('llm_unavailable', 'The answer of the language model broke off', options);
  }
}

const CHARGED: ReadonlySet<ErrorCode> = new Set(['llm_timeout', 'llm_bad_answer', 'llm_refused', 'internal']);
/** Whoever took too long, broke off or answered nonsense may charge for it all the same. */
export const mayBeCharged = (error: unknown): boolean => error instanceof LlmBrokenError || CHARGED.has(codeOf(error));

/** Scripts beyond Latin take up to a token a character; bytes over this are on the safe side of both. */
const BYTES_PER_TOKEN = 2;
export const tokensOfBytes = (bytes: number): number => Math.ceil(bytes / BYTES_PER_TOKEN);
/** A picture is worth about as much as a page. */
export const PICTURE_TOKENS = 1_500;
