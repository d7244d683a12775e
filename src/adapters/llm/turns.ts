/** Requests per minute as a line: whoever comes too early waits for their turn, up to a limit, and no request fails for it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../ports.js';
import { LlmPauseError } from '../../ports-llm.js';

const MINUTE_MS = 60_000;
/** Whoever would wait longer is asked again by the next job, not held in a process. */
const LONGEST_LINE_MS = MINUTE_MS;

export interface Turns {
  wait(signal: AbortSignal): Promise<void>;
}

/** A bucket that fills evenly and holds at most what a minute brings; below zero are those who stand in line. */
export function turnsOf({ requestsPerMinute }: { readonly requestsPerMinute: number }, clock: Clock): Turns {
  let left = requestsPerMinute;
  let at = clock.now();
  const take = (): number => {
    const now = clock.now();
    left = Math.min(requestsPerMinute, left + (Math.max(0, now - at) / MINUTE_MS) * requestsPerMinute);
    at = now;
    left -= 1;
    return left >= 0 ? 0 : (-left / requestsPerMinute) * MINUTE_MS;
  };
  return {
    async wait(signal) {
      const waitMs = take();
      if (waitMs === 0) return;
      if (waitMs > LONGEST_LINE_MS) {
        left += 1;
        throw new LlmPauseError('llm_rate_limited', 'LLM_REQUESTS_PER_MINUTE is used up', waitMs);
      }
      try {
        await pause(waitMs, undefined, { signal });
      } catch (error) {
        // Who leaves the line asks for nothing.
        left += 1;
        throw error;
      }
    },
  };
}
