/** The entry in the book for one request, whatever came of it. */
import type { ChatAnswer } from '../../ports/llm.js';
import type { OpinionExchange } from '../../ports/opinions.js';
import { type AskDeps, type Question, sha256Of } from './question.js';

export type Said = Pick<
  OpinionExchange,
  'answeredBy' | 'answer' | 'promptTokens' | 'completionTokens' | 'costMicros' | 'ms' | 'cachedFrom'
>;
export const NOTHING_SAID: Said = {
  answeredBy: null,
  answer: null,
  promptTokens: 0,
  completionTokens: 0,
  costMicros: 0,
  ms: 0,
  cachedFrom: null,
};
export const saidBy = ({ model, text, promptTokens, completionTokens, costMicros, ms }: ChatAnswer): Said => ({
  answeredBy: model,
  answer: text,
  promptTokens,
  completionTokens,
  costMicros,
  ms,
  cachedFrom: null,
});

export function exchangeOf(
  { order, pictures, system, user, cacheKey }: Question,
  { chat, prompts, ids, clock }: AskDeps,
  said: Said & { readonly outcome: string; readonly user?: string },
): OpinionExchange {
  return {
    exchangeId: ids.next('xch'),
    at: clock.now(),
    model: chat.model,
    endpointRegion: chat.region,
    promptVersion: prompts.version,
    bundleHash: order.plan.bundleHash,
    cacheKey,
    system,
    pictures: pictures.map(sha256Of),
    user,
    ...said,
  };
}
