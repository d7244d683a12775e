/** Decoding in a process of its own. */
import { InvalidInputError } from '../errors.js';
import type { ImageDecoder } from '../ports.js';
import type { Answered } from './images/child-main.js';
import type { DecodeLimits } from './images/decode-image-limits.js';
import type { DecodeOrder, DecodeValue, DecodeWork } from './images/protocol.js';
import { askTwice, ChildEnded, ChildLate, MEMORY_EXIT_CODE, type WatchedChild, watchChild } from './watched-child.js';

export interface DecoderOptions {
  readonly script: string;
  readonly limits: DecodeLimits;
  readonly timeoutMs: number;
  readonly maxRssBytes: number;
  /** Pictures after which the process is replaced: what a decoder leaks stays small. */
  readonly recycleAfter: number;
}
export type WatchedDecoder = ImageDecoder & Pick<WatchedChild<never, never>, 'started' | 'pid'>;

const HEAP_MB = 256;
const START_MS = 20_000;

export function openDecoder({ limits, ...options }: DecoderOptions): WatchedDecoder {
  const child = watchChild<DecodeOrder, Answered<DecodeValue>>({ ...options, heapMb: HEAP_MB, startMs: START_MS });
  const run = async <T>(work: DecodeWork, signal: AbortSignal, pick: (value: DecodeValue) => T | undefined) => {
    const answer = await askTwice(() => child.ask({ ...work, limits }, signal)).catch((error: unknown) => {
      throw asRefusal(error, options.timeoutMs);
    });
    if (!answer.ok) throw refused(answer);
    const value = pick(answer.value);
    if (value === undefined) throw new InvalidInputError('image_unreadable', 'The decoder gave no picture');
    return value;
  };
  return {
    decode: (bytes, signal) => run({ kind: 'decode', bytes }, signal, ({ decoded }) => decoded),
    view: (bytes, sidePx, signal) => run({ kind: 'view', bytes, sidePx }, signal, ({ view }) => view),
    started: child.started,
    pid: child.pid,
    close: async () => child.close(),
  };
}

const refused = ({ code, message, cause }: Extract<Answered<unknown>, { readonly ok: false }>): InvalidInputError =>
  new InvalidInputError(code, message, [], cause === null ? {} : { cause: new Error(cause) });

function asRefusal(cause: unknown, timeoutMs: number): unknown {
  if (cause instanceof ChildLate) {
    return new InvalidInputError('image_unreadable', `Decoding took over ${timeoutMs} ms`, [], { cause });
  }
  if (!(cause instanceof ChildEnded)) return cause;
  return cause.code === MEMORY_EXIT_CODE
    ? new InvalidInputError('image_too_large', 'Decoding needs more memory than the limit', [], { cause })
    : new InvalidInputError('image_unreadable', 'The image ends the process that decodes it', [], { cause });
}
