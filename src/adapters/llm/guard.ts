/** What stands before an endpoint, whoever asks: requests per minute, retries with pauses drawn by lot, a circuit breaker. */
import { setTimeout as pause } from 'node:timers/promises';
import { UnavailableError } from '../../errors.js';
import type { Clock } from '../../ports.js';
import { type Again, LlmPauseError } from '../../ports-llm.js';
import { turnsOf } from './turns.js';

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
  /** `ask` is one attempt; `again` is awaited before each further one. */
  run<T>(ask: () => Promise<T>, signal: AbortSignal, again?: Again): Promise<T>;
  readonly isOpen: () => boolean;
}

export function openGuard(options: GuardOptions, ports: GuardPorts): Guard {
  const breaker = breakerOf(options, ports.clock);
  const turns = turnsOf(options, ports.clock);
  const attempt = async <T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    breaker.check();
    await turns.wait(signal);
    // It may have opened while this one stood in line.
    breaker.check();
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
    async run(ask, signal, again) {
      for (let tried = 1; ; tried += 1) {
        signal.throwIfAborted();
        try {
          return await attempt(ask, signal);
        } catch (error) {
          const waitMs = waitOf(error, tried, options, ports.chance);
          if (!(error instanceof UnavailableError) || waitMs === null || breaker.isOpen()) throw error;
          await again?.(error);
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
