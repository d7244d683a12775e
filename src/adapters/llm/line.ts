/** What stands between the requests of many and one endpoint: turns by the minute, and a rest after failures. */
import { MINUTE_MS } from '../../domain.js';

export interface LineOptions {
  readonly requestsPerMinute: number;
  readonly breakerFailures: number;
  readonly breakerRestMs: number;
  /** How long a trial holds the others back when nobody says how it ended. */
  readonly trialMs: number;
}
export interface Line {
  /** Takes a turn; how long to wait for it. Null: the line is too long, and no turn was taken. */
  take(now: number): Promise<number | null>;
  /** Who leaves the line has taken no turn. */
  giveBack(now: number): Promise<void>;
  /** False: the endpoint is left alone. True after a rest makes this request the one that tries. */
  enter(now: number): Promise<boolean>;
  isOpen(now: number): Promise<boolean>;
  ended(how: Ending, now: number): Promise<void>;
}
/** `neutral`: it says nothing of the endpoint. */
export type Ending = 'succeeded' | 'failed' | 'neutral';

/** Whoever would wait longer is asked again by the next job, not held in a process. */
export const LONGEST_LINE_MS = MINUTE_MS;

/** Of one process. A bucket fills evenly and holds at most what a minute brings; below zero are those who wait. */
export function localLine(options: LineOptions): Line {
  const { requestsPerMinute, breakerFailures, breakerRestMs, trialMs } = options;
  let left = requestsPerMinute;
  let at: number | null = null;
  let [failures, restUntil, trialUntil] = [0, 0, 0];
  const fill = (now: number): void => {
    left = Math.min(requestsPerMinute, left + (Math.max(0, now - (at ?? now)) / MINUTE_MS) * requestsPerMinute);
    at = now;
  };
  const isOpen = (now: number): boolean => failures >= breakerFailures && (now < restUntil || now < trialUntil);
  return {
    async take(now) {
      fill(now);
      const waitMs = Math.max(0, ((1 - left) / requestsPerMinute) * MINUTE_MS);
      if (waitMs > LONGEST_LINE_MS) return null;
      left -= 1;
      return waitMs;
    },
    async giveBack(now) {
      fill(now);
      left = Math.min(requestsPerMinute, left + 1);
    },
    async enter(now) {
      if (isOpen(now)) return false;
      if (failures >= breakerFailures) trialUntil = now + trialMs;
      return true;
    },
    isOpen: async (now) => isOpen(now),
    async ended(how, now) {
      trialUntil = 0;
      if (how === 'succeeded') failures = 0;
      if (how !== 'failed') return;
      failures += 1;
      restUntil = now + breakerRestMs;
    },
  };
}
