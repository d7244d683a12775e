/** Queue `notes`: text of one revision. */
import type { App } from '../src/compose.js';
import { type JobHandler, nudgeOf } from '../src/jobs.js';
import { processNoteWith } from '../src/usecases/process-note.js';

/** Deliveries follow decisions within this time; one nudge stands for all decisions in it. */
const GATHER_MS = 100;

export function notesHandler(app: App): JobHandler {
  return processNoteWith({
    work: app.store.work,
    rules: app.rules,
    followPolicy: app.followPolicy,
    clock: app.clock,
    log: app.log,
    metrics: app.metrics,
    leaseMs: app.config.LEASE_MS,
    maxCrashes: app.config.MAX_CRASHES,
    onDecided: gather(app),
    onOpinionDue: (revisionId) => {
      const nudge = nudgeOf('opinions', revisionId, 0);
      app.queue.nudge([nudge]).catch((error: unknown) => {
        // The sweeper nudges again.
        app.log.warn('opinion not nudged', { error });
      });
    },
  });
}

function gather(app: App): () => void {
  let planned = false;
  let run = 0;
  return () => {
    if (planned) return;
    planned = true;
    setTimeout(() => {
      planned = false;
      run += 1;
      app.queue
        .nudge([nudgeOf('deliveries', `deliveries-${process.pid}-${app.clock.now()}`, run)])
        .catch((error: unknown) => {
          // The sweeper nudges again.
          app.log.warn('deliveries not nudged', { error });
        });
    }, GATHER_MS).unref();
  };
}
