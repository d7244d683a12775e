/** What stands before an endpoint, whoever asks: requests per minute, retries with pauses drawn by lot, a circuit breaker. */
import { setTimeout as pause } from 'node:timers/promises';
import { UnavailableError } from '../../errors.js';
import { type Again, LlmPauseError } from '../../ports/llm.js';
import type { Clock } from '../../ports.js';
import { type Line, LONGEST_LINE_MS } from './line.js';

export interface GuardOptions {
  readonly attempts: number;
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
}
export interface GuardPorts {
  readonly clock: Clock;
  /** 0 to 1. */
  readonly chance: () => number;
  readonly line: Line;
}
export interface Guard {
  /** `ask` is one attempt; `again` is awaited before each further one. */
  run<T>(ask: () => Promise<T>, signal: AbortSignal, again?: Again): Promise<T>;
}

export function openGuard(options: GuardOptions, { clock, chance, line }: GuardPorts): Guard {
  const leftAlone = () => new UnavailableError('llm_unavailable', 'The language model is left alone after failures');
  const turn = async (signal: AbortSignal): Promise<void> => {
    const waitMs = await line.take(clock.now());
    if (waitMs === null)
      throw new LlmPauseError('llm_rate_limited', 'LLM_REQUESTS_PER_MINUTE is used up', LONGEST_LINE_MS);
    if (waitMs === 0) return;
    try {
      await pause(waitMs, undefined, { signal });
    } catch (error) {
      await line.giveBack(clock.now());
      throw error;
    }
  };
  const attempt = async <T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    if (await line.isOpen(clock.now())) throw leftAlone();
    await turn(signal);
    // It may have opened while this one stood in line.
    if (!(await line.enter(clock.now()))) throw leftAlone();
    try {
      const answer = await ask();
      await line.ended('succeeded', clock.now());
      return answer;
    } catch (error) {
      // An answer that is of no use is an answer all the same; an abort says nothing.
      const isFault = error instanceof UnavailableError && !signal.aborted;
      await line.ended(isFault ? 'failed' : 'neutral', clock.now());
      throw error;
    }
  };
  return {
    async run(ask, signal, again) {
      for (let tried = 1; ; tried += 1) {
        signal.throwIfAborted();
        try {
          return await attempt(ask, signal);
        } catch (error) {
          const waitMs = waitOf(error, tried, options, chance);
          if (!(error instanceof UnavailableError) || waitMs === null || (await line.isOpen(clock.now()))) throw error;
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
