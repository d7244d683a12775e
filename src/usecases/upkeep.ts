/** Deletes what has outlived its time, in bounded batches so that no statement holds others up. */
import type { JobHandler } from '../jobs.js';
import type { UpkeepStore } from '../ports/store.js';
import type { Clock, Log } from '../ports.js';

const BATCH = 500;
const MOST_BATCHES = 200;

export interface UpkeepDeps {
  readonly upkeep: UpkeepStore;
  readonly clock: Clock;
  readonly log: Log;
}

export function upkeepWith(deps: UpkeepDeps): JobHandler {
  return async (_run, signal) => {
    const totals: Record<string, number> = {};
    for (let round = 0; round < MOST_BATCHES && !signal.aborted; round += 1) {
      const purged = Object.entries(await deps.upkeep.purge(deps.clock.now(), BATCH));
      for (const [table, count] of purged) totals[table] = (totals[table] ?? 0) + count;
      if (purged.every(([, count]) => count === 0)) break;
    }
    const any = Object.values(totals).some((count) => count > 0);
    if (any) deps.log.info('purged', totals);
    return any ? 'purged' : 'nothing_due';
  };
}
