/** Statuses of an endpoint -> our errors. Messages of the vendor are dropped: they may quote what was asked. */
import { InvalidInputError } from '../../errors.js';
import { LlmPauseError } from '../../ports/llm.js';

export function ofStatus(status: number, headers: Headers | undefined): Error {
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

/** What `fetch` throws where a body ends before its time. */
export const isBrokenBody = (error: unknown): boolean =>
  error instanceof TypeError && /terminated|fetch failed|network|aborted/i.test(error.message);
