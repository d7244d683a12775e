/** A claim that is kept while the work on it goes on. */
import { UnavailableError } from '../errors.js';
import type { Log } from '../ports.js';
import { following } from '../time-limit.js';

export interface LeaseOrder {
  /** What is claimed, in words: "this note". */
  readonly subject: string;
  readonly revisionId: string;
  readonly leaseMs: number;
  readonly log: Log;
  /** False: another worker owns it. */
  readonly extend: () => Promise<boolean>;
}
export interface Lease {
  /** Ends with `stop`, or when another worker owns the claim. */
  readonly signal: AbortSignal;
  end(): void;
}

export function keepLease({ subject, revisionId, leaseMs, log, extend }: LeaseOrder, stop: AbortSignal): Lease {
  const kept = following(stop);
  const timer = setInterval(() => {
    extend().then(
      (still) => {
        if (!still) kept.abort(new UnavailableError('lease_lost', `Another worker owns ${subject}`));
      },
      (error: unknown) => log.warn('lease not extended', { revisionId, error }),
    );
  }, leaseMs / 3);
  return {
    signal: kept.signal,
    end: () => {
      clearInterval(timer);
      kept.end();
    },
  };
}
