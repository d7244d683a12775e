/**
 * Decoding in a process of its own: one picture at a time, a limit in time and memory outside the code that reads
 * untrusted bytes, and a new process after a crash, a kill or a few hundred pictures.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { InvalidInputError, UnavailableError } from '../errors.js';
import type { ImageDecoder } from '../ports.js';
import { turns } from '../turns.js';
import type { DecodeLimits } from './images/decode-image-limits.js';
import { type ChildAnswer, type ChildOrder, MEMORY_EXIT_CODE } from './images/protocol.js';

export interface DecoderOptions {
  readonly script: string;
  readonly limits: DecodeLimits;
  readonly timeoutMs: number;
  readonly maxRssBytes: number;
  /** Pictures after which the process is replaced: what a decoder leaks stays small. */
  readonly recycleAfter: number;
}
export interface WatchedDecoder extends ImageDecoder {
  /** Processes started so far, and the one that runs. */
  readonly started: () => number;
  readonly pid: () => number | null;
}
type Work =
  | { readonly kind: 'decode'; readonly bytes: Uint8Array }
  | { readonly kind: 'view'; readonly bytes: Uint8Array; readonly sidePx: number };
/** How a picture ended the process, as against an answer. */
class ChildEnded extends Error {
  override readonly name = 'ChildEnded';
  constructor(readonly code: number | null) {
    super('The decoding process ended');
  }
}

const HEAP_MB = 256;

export function openDecoder(options: DecoderOptions): WatchedDecoder {
  const inTurn = turns(1);
  let child: ChildProcess | null = null;
  let started = 0;
  let read = 0;
  let closed = false;

  const start = (): ChildProcess => {
    const made = fork(options.script, [String(options.maxRssBytes)], {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${HEAP_MB}`],
      // Nothing of our secrets: the process that reads untrusted bytes knows no address and no key.
      env: { MALLOC_ARENA_MAX: '2' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    started += 1;
    read = 0;
    made.once('exit', () => {
      if (child === made) child = null;
    });
    return made;
  };
  const drop = (): void => {
    child?.kill('SIGKILL');
    child = null;
  };
  const ask = async (work: Work, signal: AbortSignal): Promise<ChildAnswer> => {
    signal.throwIfAborted();
    if (closed) throw new UnavailableError('not_ready', 'The decoder is closed');
    if (child !== null && read >= options.recycleAfter) drop();
    child ??= start();
    read += 1;
    try {
      return await exchange(child, { ...work, id: read, limits: options.limits }, options.timeoutMs, signal);
    } catch (error) {
      drop();
      throw error;
    }
  };
  /** A process may also end for a reason of its own; the second end is the picture's. */
  const askTwice = async (work: Work, signal: AbortSignal): Promise<ChildAnswer> => {
    try {
      return await ask(work, signal);
    } catch (error) {
      if (!(error instanceof ChildEnded) || error.code === MEMORY_EXIT_CODE) throw asRefusal(error);
      return ask(work, signal).catch((again: unknown) => {
        throw asRefusal(again);
      });
    }
  };
  const run = async <T>(work: Work, signal: AbortSignal, pick: (answer: ChildAnswer) => T | undefined): Promise<T> => {
    const answer = await inTurn(() => askTwice(work, signal));
    if (!answer.ok) throw new InvalidInputError(answer.code, answer.message);
    const value = pick(answer);
    if (value === undefined) throw new InvalidInputError('image_unreadable', 'The decoder gave no picture');
    return value;
  };
  return {
    decode: (bytes, signal) =>
      run({ kind: 'decode', bytes }, signal, (answer) => (answer.ok ? answer.decoded : undefined)),
    view: (bytes, sidePx, signal) =>
      run({ kind: 'view', bytes, sidePx }, signal, (answer) => (answer.ok ? answer.view : undefined)),
    started: () => started,
    pid: () => child?.pid ?? null,
    close: async () => {
      closed = true;
      drop();
    },
  };
}

function asRefusal(error: unknown): unknown {
  if (!(error instanceof ChildEnded)) return error;
  return error.code === MEMORY_EXIT_CODE
    ? new InvalidInputError('image_too_large', 'Decoding needs more memory than the limit', [], { cause: error })
    : new InvalidInputError('image_unreadable', 'The image ends the process that decodes it', [], { cause: error });
}

/** The first of: answer, end of the process, time limit, abort. */
function exchange(
  child: ChildProcess,
  order: ChildOrder,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ChildAnswer> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
      child.unref();
      child.channel?.unref();
      act();
    };
    const onMessage = (answer: ChildAnswer): void => {
      if (answer.id === order.id) settle(() => resolve(answer));
    };
    const onExit = (code: number | null): void => settle(() => reject(new ChildEnded(code)));
    const onError = (cause: Error): void =>
      settle(() => reject(new UnavailableError('not_ready', 'The decoding process cannot be used', { cause })));
    const onAbort = (): void => settle(() => reject(signal.reason));
    const late = new InvalidInputError('image_unreadable', `Decoding took over ${timeoutMs} ms`);
    const timer = setTimeout(() => settle(() => reject(late)), timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    child.on('message', onMessage).once('exit', onExit).once('error', onError);
    child.ref();
    child.channel?.ref();
    child.send(order, (error) => {
      if (error !== null) onError(error);
    });
  });
}
