/** A piece of a note that is claimed apart from it, as a picture or an opinion: kept, stored, and the note woken. */
import { type QueueName, retryBy } from '../jobs.js';
import type { PieceStore } from '../ports/work.js';
import type { Clock, Log, Metrics, Queue } from '../ports.js';
import { whileLeased } from './lease.js';
import { nudgeNote } from './nudge-note.js';

export interface PieceDeps {
  readonly queue: Pick<Queue, 'nudge'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly leaseMs: number;
  readonly maxCrashes: number;
}
interface PieceClaim {
  readonly revisionId: string;
  readonly crashes: number;
}
export interface Piece<C extends PieceClaim, R> {
  readonly subject: string;
  readonly queue: QueueName;
  readonly claim: C;
  readonly store: PieceStore<C, R>;
  readonly work: (signal: AbortSignal) => Promise<R>;
  /** The result of a piece that ended its workers; made without touching it again. */
  readonly givenUp: () => R;
}

export async function processPiece<C extends PieceClaim, R>(
  deps: PieceDeps,
  { subject, queue, claim, store, work, givenUp }: Piece<C, R>,
  stop: AbortSignal,
): Promise<'saved' | 'stale'> {
  const { clock, log, leaseMs } = deps;
  const { revisionId } = claim;
  const extend = () => store.extend(claim, leaseMs, clock.now());
  const handBack = (isStopped: boolean) => {
    const now = clock.now();
    return store.handBack(claim, isStopped ? null : retryBy(queue, now), now);
  };
  return whileLeased({ subject, revisionId, leaseMs, log, extend, handBack }, stop, async (signal) => {
    const result = claim.crashes >= deps.maxCrashes ? givenUp() : await work(signal);
    const { saved, wake } = await store.complete(claim, result, clock.now());
    if (!saved) deps.metrics.count('stale_writes_total');
    if (wake !== null) await nudgeNote(deps, revisionId, wake);
    return saved ? 'saved' : 'stale';
  });
}
