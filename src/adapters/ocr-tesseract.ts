/** Words on pictures, read by Tesseract in a process of its own. Nothing here touches the network: the data are files. */
import type { OcrReading } from '../domain.js';
import { InvalidInputError, UnavailableError } from '../errors.js';
import type { Pixels, TextReader } from '../ports.js';
import type { OcrAnswer, OcrOrder } from './ocr/protocol.js';
import { ChildEnded, ChildLate, MEMORY_EXIT_CODE, watchChild } from './watched-child.js';

export interface TextReaderOptions {
  readonly script: string;
  readonly startMs: number;
  readonly timeoutMs: number;
  readonly maxRssBytes: number;
  readonly recycleAfter: number;
}
export interface WatchedTextReader extends TextReader {
  readonly started: () => number;
  readonly pid: () => number | null;
}

/** Between two pictures the process is replaced above this share of its limit, rather than ended within one. */
const RETIRE_SHARE = 0.75;
const HEAP_MB = 512;
/** A picture of several frames or pieces has the time of as many, but not more than of these: one must not hold up all others. */
const MOST_TIMES = 3;

export function openTextReader(options: TextReaderOptions): WatchedTextReader {
  const child = watchChild<Omit<OcrOrder, 'id'>, OcrAnswer>({
    ...options,
    heapMb: HEAP_MB,
  });
  /** A process may also end for a reason of its own; the second end is the picture's. */
  const askTwice = async (order: Omit<OcrOrder, 'id'>, signal: AbortSignal): Promise<OcrAnswer> => {
    const timeoutMs = options.timeoutMs * Math.min(MOST_TIMES, order.frames.length);
    try {
      return await child.ask(order, signal, timeoutMs);
    } catch (error) {
      if (!(error instanceof ChildEnded) || error.code === MEMORY_EXIT_CODE) throw asRefusal(error);
      return child.ask(order, signal, timeoutMs).catch((again: unknown) => {
        throw asRefusal(again);
      });
    }
  };
  return {
    read: async (frames, likely, signal): Promise<OcrReading> => {
      const answer = await askTwice({ frames: frames.map(plain), likely }, signal);
      if (!answer.ok) {
        if (answer.code === 'ocr_failed') throw new InvalidInputError(answer.code, answer.message);
        throw new UnavailableError(answer.code, answer.message);
      }
      if (answer.rssBytes > options.maxRssBytes * RETIRE_SHARE) child.retire();
      return answer.reading;
    },
    started: child.started,
    pid: child.pid,
    close: async () => child.close(),
  };
}

/** Of a pooled buffer the whole pool would be sent. */
const plain = ({ width, height, rgb, frame, scale, at }: Pixels): Pixels => ({ width, height, rgb, frame, scale, at });

function asRefusal(error: unknown): unknown {
  if (error instanceof ChildLate) {
    return new InvalidInputError('ocr_failed', 'Reading the words took too long', [], { cause: error });
  }
  return error instanceof ChildEnded
    ? new InvalidInputError('ocr_failed', 'The image ends the process that reads its words', [], { cause: error })
    : error;
}
