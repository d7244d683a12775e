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
  const held: Held = { child: null, started: 0, asked: 0 };
  const start = starterOf(options, held);
  let closed = false;
  const ask = async (order: Order, signal: AbortSignal, timeoutMs = options.timeoutMs): Promise<Answer> => {
    signal.throwIfAborted();
    if (closed) throw new UnavailableError('not_ready', 'The process is closed');
    if (held.asked >= options.recycleAfter) drop(held);
    const running = held.child ?? (await start(signal));
    held.asked += 1;
    try {
      return await tell<Order, Answer>(running, order, held.asked, { timeoutMs, signal });
    } catch (error) {
      drop(held);
      throw error;
    }
  };
  return {
    ask: (order, signal, timeoutMs) => inTurn(() => ask(order, signal, timeoutMs)),
    retire: () => {
      held.asked = options.recycleAfter;
    },
    started: () => held.started,
    pid: () => held.child?.pid ?? null,
    close: () => {
      closed = true;
      drop(held);
    },
  };
}

interface Held {
  child: ChildProcess | null;
  /** Processes so far. */
  started: number;
  /** Orders of the present one. */
  asked: number;
}

function drop(held: Held): void {
  held.child?.kill('SIGKILL');
  held.child = null;
}

/** What could not be started is left alone for a while, longer each time. */
function starterOf(options: ChildOptions, held: Held): (signal: AbortSignal) => Promise<ChildProcess> {
  let pauseMs = 0;
  let notBefore = 0;
  return async (signal) => {
    const wait = notBefore - performance.now();
    if (wait > 0) throw new UnavailableError('model_unavailable', 'The process could not be started a moment ago');
    const made = forkChild(options);
    held.child = made;
    held.started += 1;
    held.asked = 0;
    made.once('exit', () => {
      if (held.child === made) held.child = null;
    });
    try {
      await answerOf(made, { timeoutMs: options.startMs, signal }, (said) => (said === READY ? made : undefined));
      pauseMs = 0;
      return made;
    } catch (cause) {
      drop(held);
      signal.throwIfAborted();
      pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, pauseMs * 2));
      notBefore = performance.now() + pauseMs;
      throw new UnavailableError('model_unavailable', 'The process does not start', { cause });
    }
  };
}

const forkChild = ({ script, maxRssBytes, heapMb }: ChildOptions): ChildProcess =>
  fork(script, [String(maxRssBytes)], {
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${heapMb}`],
    // Nothing of our secrets: it knows no address and no key.
    env: { MALLOC_ARENA_MAX: '2' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });

interface Limits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

function tell<Order extends object, Answer extends { readonly id: number }>(
  running: ChildProcess,
  order: Order,
  id: number,
  limits: Limits,
): Promise<Answer> {
  const mine = (said: unknown): Answer | undefined => ((said as Answer).id === id ? (said as Answer) : undefined);
  const answer = answerOf(running, limits, mine);
  running.send({ ...order, id }, (error) => {
    if (error !== null) running.kill('SIGKILL');
  });
  return answer;
}

/** The first of: answer, end of the process, time limit, abort. */
function answerOf<T>(
  child: ChildProcess,
  { timeoutMs, signal }: Limits,
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
