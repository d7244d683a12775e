/** What stands before an endpoint, whoever asks: requests per minute, retries with pauses drawn by lot, a circuit breaker. */
import { setTimeout as pause } from 'node:timers/promises';
import { UnavailableError } from '../../errors.js';
import type { Clock } from '../../ports.js';
import { LlmPauseError } from '../../ports-llm.js';

export interface GuardOptions {
  readonly attempts: number;
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
  readonly requestsPerMinute: number;
  readonly breakerFailures: number;
  readonly breakerRestMs: number;
}
export interface GuardPorts {
  readonly clock: Clock;
  /** 0 to 1. */
  readonly chance: () => number;
}
export interface Guard {
  /** `ask` is one attempt. */
  run<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T>;
  readonly isOpen: () => boolean;
}

const MINUTE_MS = 60_000;

export function openGuard(options: GuardOptions, ports: GuardPorts): Guard {
  const breaker = breakerOf(options, ports.clock);
  const turn = turnsOf(options, ports.clock);
  const attempt = async <T>(ask: () => Promise<T>): Promise<T> => {
    breaker.check();
    turn();
    breaker.enter();
    try {
      const answer = await ask();
      breaker.succeeded();
      return answer;
    } catch (error) {
      if (error instanceof UnavailableError) breaker.failed();
      // An answer that is of no use is an answer all the same; an abort says nothing.
      else breaker.neutral();
      throw error;
    }
  };
  return {
    isOpen: breaker.isOpen,
    async run(ask, signal) {
      for (let tried = 1; ; tried += 1) {
        signal.throwIfAborted();
        try {
          return await attempt(ask);
        } catch (error) {
          const waitMs = waitOf(error, tried, options, ports.chance);
          if (waitMs === null || breaker.isOpen()) throw error;
          await pause(waitMs, undefined, { signal });
        }
      }
    },
  };
}

/** Null: a further attempt is of no use. */
function waitOf(error: unknown, tried: number, options: GuardOptions, chance: () => number): number | null {
  if (!(error instanceof UnavailableError) || tried >= options.attempts) return null;
  const asked = error instanceof LlmPauseError ? error.retryAfterMs : null;
  // Whoever wants a longer pause than we have is asked again by the next job, not waited for.
  if (asked !== null && asked > options.retryMaxMs) return null;
  const grown = Math.min(options.retryMaxMs, options.retryBaseMs * 2 ** (tried - 1));
  return Math.max(asked ?? 0, grown / 2 + (grown / 2) * chance());
}

/** After so many failures in a row nothing is asked for a while; then one request tries, and the rest wait for its word. */
function breakerOf({ breakerFailures, breakerRestMs }: GuardOptions, clock: Clock) {
  let failures = 0;
  let restUntil = 0;
  let trying = false;
  const isOpen = (): boolean => failures >= breakerFailures && (clock.now() < restUntil || trying);
  return {
    isOpen,
    check(): void {
      if (isOpen()) throw new UnavailableError('llm_unavailable', 'The language model is left alone after failures');
    },
    enter(): void {
      trying = failures >= breakerFailures;
    },
    succeeded(): void {
      failures = 0;
      trying = false;
    },
    failed(): void {
      failures += 1;
      trying = false;
      restUntil = clock.now() + breakerRestMs;
    },
    neutral(): void {
      trying = false;
    },
  };
}

/** A bucket that fills evenly; it holds at most what a minute brings. */
function turnsOf({ requestsPerMinute }: GuardOptions, clock: Clock): () => void {
  let left = requestsPerMinute;
  let at = clock.now();
  return () => {
    const now = clock.now();
    left = Math.min(requestsPerMinute, left + ((now - at) / MINUTE_MS) * requestsPerMinute);
    at = now;
    if (left < 1) {
      const waitMs = ((1 - left) / requestsPerMinute) * MINUTE_MS;
      throw new LlmPauseError('llm_rate_limited', 'LLM_REQUESTS_PER_MINUTE is used up', waitMs);
    }
    left -= 1;
  };
}
