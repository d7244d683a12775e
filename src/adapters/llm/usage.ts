/** Tokens of an exchange: as the endpoint tells them, or an estimate where it tells none or nonsense. */
import { PICTURE_TOKENS, tokensOfBytes } from '../../ports/llm.js';

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}
export interface Prices {
  /** Millionths of the currency for a token. */
  readonly pricePrompt: number;
  readonly priceCompletion: number;
}
/** More than any model reads or writes at once; an endpoint that says more would use up the budget with one figure. */
const MOST_TOKENS = 4_000_000;

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS;

export interface Weight {
  /** Of all texts that were sent. */
  readonly promptBytes: number;
  readonly pictures: number;
  readonly answer: string;
}

/** No question costs nothing: a prompt of no tokens was not counted. Estimates lie on the safe side. */
export function usageOf(told: unknown, { promptBytes, pictures, answer }: Weight): Usage {
  const { prompt_tokens: prompt, completion_tokens: completion } =
    typeof told === 'object' && told !== null
      ? (told as { readonly prompt_tokens?: unknown; readonly completion_tokens?: unknown })
      : {};
  if (isCount(prompt) && prompt > 0 && isCount(completion)) {
    return { promptTokens: prompt, completionTokens: completion };
  }
  return {
    promptTokens: tokensOfBytes(promptBytes) + pictures * PICTURE_TOKENS,
    completionTokens: tokensOfBytes(Buffer.byteLength(answer)),
  };
}

export const costMicrosOf = (
  { pricePrompt, priceCompletion }: Prices,
  { promptTokens, completionTokens }: Usage,
): number => Math.ceil(promptTokens * pricePrompt + completionTokens * priceCompletion);
