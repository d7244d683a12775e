/** A claim that is kept while the work on it goes on, and given back when the work ends without a result. */
import { UnavailableError } from '../errors.js';
import type { Log } from '../ports.js';
import { following } from '../time-limit.js';

export interface Leased {
  /** What is claimed, in one word: "note". */
  readonly subject: string;
  readonly revisionId: string;
  readonly leaseMs: number;
  readonly log: Log;
  /** False: another worker owns it. */
  readonly extend: () => Promise<boolean>;
  readonly handBack: (isStopped: boolean) => Promise<void>;
}

/** The signal of the work ends with `stop`, or when another worker owns the claim. */
export async function whileLeased<T>(
  leased: Leased,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { subject, revisionId, log } = leased;
  const kept = following(stop);
  const timer = setInterval(() => {
    leased.extend().then(
      (still) => {
        if (!still) kept.abort(new UnavailableError('lease_lost', `Another worker owns this ${subject}`));
      },
      (error: unknown) => log.warn('lease not extended', { revisionId, error }),
    );
  }, leased.leaseMs / 3);
  try {
    return await work(kept.signal);
  } catch (error) {
    // A planned stop or a retry is not a crash; a defect is, and the claim counts it.
    if (stop.aborted || error instanceof UnavailableError) await handBack(leased, stop.aborted);
    throw error;
  } finally {
    clearInterval(timer);
    kept.end();
  }
}

export async function handBack(
  { handBack: give, subject, revisionId, log }: Leased,
  isStopped: boolean,
): Promise<void> {
  try {
    await give(isStopped);
  } catch (error) {
    // The lease runs out by itself.
    log.warn(`${subject} not handed back`, { revisionId, error });
  }
}
