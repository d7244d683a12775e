/** Queue `upkeep`: decisions that ran out get a case, then retention. */
import type { App } from '../src/compose.js';
import type { JobHandler } from '../src/jobs.js';
import { removeBlobs } from '../src/usecases/remove-blobs.js';
import { openOverdue } from '../src/usecases/review/overdue.js';
import { upkeepWith } from '../src/usecases/upkeep.js';

export function upkeepHandler(app: App): JobHandler {
  const purge = upkeepWith({ upkeep: app.store.upkeep, clock: app.clock, log: app.log });
  return async (run, signal) => {
    const { clock, log, bundle } = app;
    const opened = await openOverdue({ desk: app.store.desk, bundle, clock, log });
    const outcome = await purge(run, signal);
    // After what was purged, so that its bytes go in the same run.
    await removeBlobs({ images: app.store.images, blobs: app.images.blobs, clock, log });
    return opened > 0 ? 'opened' : outcome;
  };
}
