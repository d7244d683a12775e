/** Statuses of an endpoint -> our errors. Messages of the vendor are dropped: they may quote what was asked. */
import { InvalidInputError } from '../../errors.js';
import { LlmPauseError } from '../../ports/llm.js';
import { retryAfterMs } from '../retry-after.js';

export function ofStatus(status: number, headers: Headers | undefined): Error {
  const pause = retryAfterMs(headers?.get('retry-after'));
  if (status === 429) {
    return new LlmPauseError('llm_rate_limited', 'The language model asks for a pause', pause);
  }
  if (status >= 500 || status === 408 || status === 409) {
    return new LlmPauseError('llm_unavailable', `The language model answered ${status}`, pause);
  }
  return new InvalidInputError('llm_rejected', `The endpoint of the language model refused the request: ${status}`);
}

/** What `fetch` throws where a body ends before its time. */
export const isBrokenBody = (error: unknown): boolean =>
  error instanceof TypeError && /terminated|fetch failed|network|aborted/i.test(error.message);
