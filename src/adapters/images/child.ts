/**
 * A process of its own for work on untrusted bytes: one order at a time, limits in time and memory outside the code that
 * does the work, and a new process after a crash, a kill or a few hundred orders.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { UnavailableError } from '../../errors.js';
import { turns } from '../../turns.js';

export interface ChildOptions {
  readonly script: string;
  /** The process watches this itself and ends with `MEMORY_EXIT_CODE`. */
  readonly maxRssBytes: number;
  readonly heapMb: number;
  /** Of one order. */
  readonly timeoutMs: number;
  /** Orders after which the process is replaced: what it leaks stays small. */
  readonly recycleAfter: number;
}
export interface Child<Order, Answer> {
  /** Rejects with ChildEnded, ChildLate, UnavailableError or the reason of the signal. */
  ask(order: Order, signal: AbortSignal): Promise<Answer>;
  /** Processes started so far, and the one that runs. */
  readonly started: () => number;
  readonly pid: () => number | null;
  close(): Promise<void>;
}
type Numbered<T> = T & { readonly id: number };

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
/** The child's own word that it grew beyond its limit. */
export const MEMORY_EXIT_CODE = 71;

export function openChild<Order extends object, Answer extends object>(options: ChildOptions): Child<Order, Answer> {
  const inTurn = turns(1);
  let child: ChildProcess | null = null;
  let started = 0;
  let asked = 0;
  let closed = false;

  const start = (): ChildProcess => {
    const made = fork(options.script, [String(options.maxRssBytes)], {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${options.heapMb}`],
      // Nothing of our secrets: the process that reads untrusted bytes knows no address and no key.
      env: { MALLOC_ARENA_MAX: '2' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    started += 1;
    asked = 0;
    made.once('exit', () => {
      if (child === made) child = null;
    });
    return made;
  };
  const drop = (): void => {
    child?.kill('SIGKILL');
    child = null;
  };
  const ask = async (order: Order, signal: AbortSignal): Promise<Answer> => {
    signal.throwIfAborted();
    if (closed) throw new UnavailableError('not_ready', 'The process is closed');
    if (child !== null && asked >= options.recycleAfter) drop();
    child ??= start();
    asked += 1;
    try {
      return await exchange<Numbered<Order>, Numbered<Answer>>(
        child,
        { ...order, id: asked },
        options.timeoutMs,
        signal,
      );
    } catch (error) {
      drop();
      throw error;
    }
  };
  return {
    ask: (order, signal) => inTurn(() => ask(order, signal)),
    started: () => started,
    pid: () => child?.pid ?? null,
    close: async () => {
      closed = true;
      drop();
    },
  };
}

/** The first of: answer, end of the process, time limit, abort. */
function exchange<Order extends { readonly id: number }, Answer extends { readonly id: number }>(
  child: ChildProcess,
  order: Order,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
      child.unref();
      child.channel?.unref();
      act();
    };
    const onMessage = (answer: Answer): void => {
      if (answer.id === order.id) settle(() => resolve(answer));
    };
    const onExit = (code: number | null): void => settle(() => reject(new ChildEnded(code)));
    const onError = (cause: Error): void =>
      settle(() => reject(new UnavailableError('not_ready', 'The process cannot be used', { cause })));
    const onAbort = (): void => settle(() => reject(signal.reason));
    const timer = setTimeout(() => settle(() => reject(new ChildLate(`over ${timeoutMs} ms`))), timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    child.on('message', onMessage).once('exit', onExit).once('error', onError);
    child.ref();
    child.channel?.ref();
    child.send(order, (error) => {
      if (error !== null) onError(error);
    });
  });
}
