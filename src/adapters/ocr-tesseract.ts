/** Words on pictures, read by Tesseract in a process of its own. Nothing here touches the network: the data are files. */
import type { OcrReading } from '../domain.js';
import { InvalidInputError, UnavailableError } from '../errors.js';
import type { Pixels, TextReader } from '../ports.js';
import type { OcrAnswer, OcrOrder } from './ocr/protocol.js';
import { askTwice, ChildEnded, ChildLate, watchChild } from './watched-child.js';

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
  return {
    read: async (frames, likely, signal): Promise<OcrReading> => {
      const order = { frames: frames.map(plain), likely };
      const timeoutMs = options.timeoutMs * Math.min(MOST_TIMES, frames.length);
      const answer = await askTwice(() => child.ask(order, signal, timeoutMs)).catch((error: unknown) => {
        throw asRefusal(error);
      });
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
