/**
 * Signals that end with another one or when their time is over. By hand: what `AbortSignal.any` makes stays behind at a
 * signal that lives as long as the process, and one that only a fetch holds may be collected and then never fires.
 */
export interface EndingSignal {
  readonly signal: AbortSignal;
  /** Ends it before its time; the first reason counts. */
  abort(reason: Error): void;
  /** Leaves nothing behind at the signal that it followed. */
  end(): void;
}
export interface TimeLimit extends EndingSignal {
  /** The time begins anew. */
  renew(): void;
}

/** Ends with `stop`, under its reason. */
export function following(stop: AbortSignal): EndingSignal {
  const own = new AbortController();
  const onStop = (): void => own.abort(stop.reason);
  if (stop.aborted) onStop();
  else stop.addEventListener('abort', onStop, { once: true });
  return {
    signal: own.signal,
    abort: (reason) => own.abort(reason),
    end: () => stop.removeEventListener('abort', onStop),
  };
}

/** Ends with `stop`, or after so many milliseconds with what `late` gives. */
export function timeLimit(limitMs: number, stop: AbortSignal, late: () => Error): TimeLimit {
  const own = following(stop);
  const timer = setTimeout(() => own.abort(late()), limitMs);
  return {
    signal: own.signal,
    abort: own.abort,
    renew: () => timer.refresh(),
    end: () => {
      clearTimeout(timer);
      own.end();
    },
  };
}

/**
 * Work that ignores its signal is left behind when the time is up; its late answer goes nowhere.
 * Throws what stopped it (the reason of `stop`, or what `late` gives) rather than what the work made of that.
 */
export async function withinTime<T>(
  limitMs: number,
  stop: AbortSignal,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  stop.throwIfAborted();
  const limit = timeLimit(limitMs, stop, late);
  const { signal } = limit;
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([work(signal), aborted]);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    limit.end();
  }
}
