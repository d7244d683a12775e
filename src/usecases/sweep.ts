/** Repairs what a lost nudge left behind: asks Postgres what is due and nudges again. Any number may run. */
import { nudgeOf } from '../jobs.js';
import type { OpinionsStore } from '../ports/opinions.js';
import type { ImagesStore, WorkStore } from '../ports/store.js';
import type { Clock, Log, Metrics, Nudge, Queue } from '../ports.js';
import { imageSubject } from './process-image.js';

const AT_ONCE = 1_000;
/** Pictures and questions in a queue; behind that many nothing is lost, and more jobs would only make it longer. */
const MOST_WAITING = 1_000;
/** Reading a picture takes its time; the queue of pictures is long before anything is lost. */
const PICTURE_PATIENCE = 6;
const UPKEEP_EVERY_MS = 600_000;

export interface SweepDeps {
  readonly work: WorkStore;
  readonly images: Pick<ImagesStore, 'takeDue'>;
  readonly opinions: Pick<OpinionsStore, 'takeDue'>;
  readonly queue: Queue & { waiting(queue: Nudge['queue']): Promise<number> };
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly sweepMs: number;
}
export interface Swept {
  readonly due: number;
  readonly oldestDueMs: number;
  readonly nudged: number;
}

interface Waiting<T> {
  takeDue(limit: number, nudgedBefore: number, now: number): Promise<readonly T[]>;
}

export function sweepWith(deps: SweepDeps): () => Promise<Swept> {
  let upkeepSlot = -1;
  return async () => {
    const now = deps.clock.now();
    const lostIn = async <T>(queue: Nudge['queue'], store: Waiting<T>): Promise<readonly T[]> => {
      const room = MOST_WAITING - (await deps.queue.waiting(queue));
      return room > 0 ? store.takeDue(room, now - PICTURE_PATIENCE * deps.sweepMs, now) : [];
    };
    const { due, oldestDueMs } = await deps.work.backlog(now);
    deps.metrics.set('backlog_notes', due);
    deps.metrics.set('oldest_due_seconds', oldestDueMs / 1_000);
    // Behind a long queue nothing is lost; nudging again would only make it longer.
    const lost = due > 0 && (await deps.queue.waiting('notes')) < due;
    const rows = lost ? await deps.work.takeDue(AT_ONCE, now - 2 * deps.sweepMs, now) : [];
    const nudges = rows.map((row) => nudgeOf('notes', row.revisionId, row.run));
    // Pictures that were never nudged, or whose worker ended.
    const pictures = await lostIn('images', deps.images);
    nudges.push(...pictures.map((row) => nudgeOf('images', imageSubject(row.revisionId, row.index), row.run)));
    // Questions that were never nudged, or whose worker ended.
    const opinions = await lostIn('opinions', deps.opinions);
    nudges.push(...opinions.map((row) => nudgeOf('opinions', row.revisionId, row.run)));
    const slot = Math.floor(now / UPKEEP_EVERY_MS);
    if (slot !== upkeepSlot) nudges.push(nudgeOf('upkeep', 'upkeep', slot));
    nudges.push(nudgeOf('deliveries', 'deliveries', Math.floor(now / deps.sweepMs)));
    await deps.queue.nudge(nudges);
    upkeepSlot = slot;
    if (rows.length > 0) deps.log.info('swept', { nudged: rows.length, due, oldestDueMs });
    return { due, oldestDueMs, nudged: rows.length };
  };
}
