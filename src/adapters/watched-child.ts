/**
 * A process that works on untrusted things: one order at a time, a limit in time outside of it, killed when it hangs,
 * replaced after a crash, a kill or a few hundred orders, and not started over and over when it cannot start.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { UnavailableError } from '../errors.js';
import { turns } from '../turns.js';

export interface ChildOptions {
  readonly script: string;
  /** The process watches this itself and ends with `MEMORY_EXIT_CODE`. */
  readonly maxRssBytes: number;
  readonly heapMb: number;
  /** From the fork to the word `ready`. */
  readonly startMs: number;
  /** Of one order, unless it is asked for with another. */
  readonly timeoutMs: number;
  /** Orders after which the process is replaced: what a library leaks or learns stays small. */
  readonly recycleAfter: number;
}
/** How an order ended the process, as against an answer. */
export class ChildEnded extends Error {
  override readonly name = 'ChildEnded';
  constructor(readonly code: number | null) {
    super('The process ended');
  }
}
export class ChildLate extends Error {
  override readonly name = 'ChildLate';
}
export interface WatchedChild<Order, Answer> {
  ask(order: Order, signal: AbortSignal, timeoutMs?: number): Promise<Answer>;
  /** Replaces the process before the next order. */
  retire(): void;
  /** Processes started so far, and the one that runs. */
  readonly started: () => number;
  readonly pid: () => number | null;
  close(): void;
}

/** A process may also end for a reason of its own; the second end is the order's. */
export async function askTwice<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ChildEnded) || error.code === MEMORY_EXIT_CODE) throw error;
    return ask();
  }
}

export const READY = 'ready';
/** The child's own word that it grew beyond its limit. */
export const MEMORY_EXIT_CODE = 71;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;

export function watchChild<Order extends object, Answer extends { readonly id: number }>(
  options: ChildOptions,
): WatchedChild<Order, Answer> {
  const inTurn = turns(1);
  let child: ChildProcess | null = null;
  let started = 0;
  let asked = 0;
  let closed = false;
  let pauseMs = 0;
  let notBefore = 0;

  const drop = (): void => {
    child?.kill('SIGKILL');
    child = null;
  };
  const start = async (signal: AbortSignal): Promise<ChildProcess> => {
    const wait = notBefore - performance.now();
    if (wait > 0) throw new UnavailableError('model_unavailable', 'The process could not be started a moment ago');
    const made = fork(options.script, [String(options.maxRssBytes)], {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${options.heapMb}`],
      // Nothing of our secrets: it knows no address and no key.
      env: { MALLOC_ARENA_MAX: '2' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child = made;
    started += 1;
    asked = 0;
    made.once('exit', () => {
      if (child === made) child = null;
    });
    try {
      await answerOf(made, { timeoutMs: options.startMs, signal }, (said) => (said === READY ? made : undefined));
      pauseMs = 0;
      return made;
    } catch (cause) {
      drop();
      signal.throwIfAborted();
      pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, pauseMs * 2));
      notBefore = performance.now() + pauseMs;
      throw new UnavailableError('model_unavailable', 'The process does not start', { cause });
    }
  };
  const ask = async (order: Order, signal: AbortSignal, timeoutMs = options.timeoutMs): Promise<Answer> => {
    signal.throwIfAborted();
    if (closed) throw new UnavailableError('not_ready', 'The process is closed');
    if (asked >= options.recycleAfter) drop();
    const running = child ?? (await start(signal));
    asked += 1;
    const id = asked;
    try {
      const mine = (said: unknown): Answer | undefined => ((said as Answer).id === id ? (said as Answer) : undefined);
      const answer = answerOf(running, { timeoutMs, signal }, mine);
      running.send({ ...order, id }, (error) => {
        if (error !== null) running.kill('SIGKILL');
      });
      return await answer;
    } catch (error) {
      drop();
      throw error;
    }
  };
  return {
    ask: (order, signal, timeoutMs) => inTurn(() => ask(order, signal, timeoutMs)),
    retire: () => {
      asked = options.recycleAfter;
    },
    started: () => started,
    pid: () => child?.pid ?? null,
    close: () => {
      closed = true;
      drop();
    },
  };
}

/** The first of: answer, end of the process, time limit, abort. */
function answerOf<T>(
  child: ChildProcess,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
  pick: (said: unknown) => T | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
      child.unref();
      child.channel?.unref();
      act();
    };
    const onMessage = (said: unknown): void => {
      const value = pick(said);
      if (value !== undefined) settle(() => resolve(value));
    };
    const onExit = (code: number | null): void => settle(() => reject(new ChildEnded(code)));
    const onError = (cause: Error): void =>
      settle(() => reject(new UnavailableError('not_ready', 'The process cannot be used', { cause })));
    const onAbort = (): void => settle(() => reject(signal.reason));
    const timer = setTimeout(() => settle(() => reject(new ChildLate(`No answer in ${timeoutMs} ms`))), timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    child.on('message', onMessage).once('exit', onExit).once('error', onError);
    child.ref();
    child.channel?.ref();
  });
}
