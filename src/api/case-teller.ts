/** What one listener hears of the queue: counts, changed cases, or that it has to read anew. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueRow, QueueStore, Sight } from '../ports/review.js';
import type { Clock, Log } from '../ports.js';
import { copyCounts } from './queue-answer.js';
import type { StreamCase } from './schemas/review-queue.js';

/** Counts of one listener, at most so often. */
const COUNTS_MS = 2_000;
/** Of more changes at once the reader hears only that it has to read anew. */
const MOST_CASES = 100;

export interface Told {
  readonly changed: readonly string[];
  /** Changes are missing that the reader may have to know. */
  readonly missed: boolean;
}
export interface TellerScene {
  readonly desk: Pick<QueueStore, 'counts' | 'rows'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly sight: Sight;
  readonly counts: boolean;
}

/** One after the other, and no oftener than every two seconds: what changed meanwhile is told together. */
export function tellerOf(scene: TellerScene, send: (event: string, content: unknown) => void) {
  const { desk, clock, log, sight, counts } = scene;
  let waiting: Told | null = null;
  let running = false;
  const add = ({ changed, missed }: Told): void => {
    waiting = {
      changed: [...new Set([...(waiting?.changed ?? []), ...changed])],
      missed: missed || waiting?.missed === true,
    };
  };
  const tellCases = async ({ changed, missed }: Told): Promise<void> => {
    if (missed || changed.length > MOST_CASES) send('reset', {});
    else if (changed.length > 0) {
      for (const row of await desk.rows(sight, changed, clock.now())) send('case', streamed(row));
    }
  };
  const work = async (): Promise<void> => {
    for (let told = waiting; told !== null; told = waiting) {
      waiting = null;
      if (counts) send('counts', copyCounts(await desk.counts(sight, {}, clock.now())));
      await tellCases(told);
      await sleep(COUNTS_MS, undefined, { ref: false });
    }
  };
  return {
    tell(told: Told): void {
      add(told);
      if (running) return;
      running = true;
      work()
        .catch((error: unknown) => {
          add({ changed: [], missed: true });
          log.warn('counts not told', { error });
        })
        .finally(() => {
          running = false;
        });
    },
  };
}

const streamed = ({ caseId, status, holder, dueAt, decisionId }: QueueRow): StreamCase => ({
  id: caseId,
  status,
  holder: holder === null ? null : { ...holder },
  dueAt,
  decisionId,
});
