/** One worker process: jobs from the queues, and a sweep that repairs lost nudges. */
import { startWorkers } from '../src/adapters/queue-bullmq.js';
import type { App } from '../src/compose.js';
import { UnavailableError } from '../src/errors.js';
import type { JobHandlers } from '../src/jobs.js';
import { onceInAWhile } from '../src/once-in-a-while.js';
import { countRulesWith } from '../src/usecases/policy/count-rules.js';
import { sweepWith } from '../src/usecases/sweep.js';
import { deliveriesHandler } from './deliveries.js';
import { imagesHandler } from './images.js';
import { notesHandler } from './notes.js';
import { opinionsHandler } from './opinions.js';
import { stuckWatch } from './stuck.js';
import { upkeepHandler } from './upkeep.js';

const STUCK_AFTER_MS = 60_000;

function handlersOf(app: App): JobHandlers {
  const all = {
    notes: () => notesHandler(app),
    images: () => imagesHandler(app),
    opinions: () => opinionsHandler(app),
    deliveries: () => deliveriesHandler(app),
    upkeep: () => upkeepHandler(app),
  };
  const named = app.config.WORKER_QUEUES.split(',');
  const taken = Object.entries(all).filter(([name]) => named.includes('all') || named.includes(name));
  return Object.fromEntries(taken.map(([name, make]) => [name, make()]));
}

export interface RunningWorker {
  close(deadlineMs: number): Promise<void>;
}

export function runWorker(app: App, redisUrl: string, onStuck: () => void): RunningWorker {
  const { config, log } = app;
  const handlers = handlersOf(app);
  const workers = startWorkers({
    redisUrl,
    handlers,
    concurrency: config.WORKER_CONCURRENCY,
    log,
    metrics: app.metrics,
  });
  const sweep = sweepWith({
    ...app,
    work: app.store.work,
    images: app.store.images,
    opinions: app.store.opinions,
    sweepMs: config.SWEEP_MS,
  });
  const countRules = countRulesWith({
    ...app,
    policy: app.store.policy,
    removalsPerDay: config.REMOVALS_PER_DAY,
  });
  // What is late are texts: they tell nothing of a worker that takes none.
  const takesTexts = handlers.notes !== undefined;
  const watch = stuckWatch(STUCK_AFTER_MS);
  const sayOutage = onceInAWhile(log, () => app.clock.now());
  let sweeping: Promise<void> | null = null;
  const tick = (): void => {
    sweeping ??= sweep()
      .then(({ oldestDueMs }) => {
        if (takesTexts && watch.see(app.clock.now(), oldestDueMs, workers.lastProgressAt())) onStuck();
      })
      .then(countRules)
      .then(() => undefined)
      .catch((error: unknown) => {
        watch.forget();
        // The next sweep asks again.
        if (error instanceof UnavailableError) sayOutage('sweep failed', error.code, { code: error.code });
        else log.error('sweep failed', { error });
      })
      .finally(() => {
        sweeping = null;
      });
  };
  tick();
  const timer = setInterval(tick, config.SWEEP_MS);
  return {
    close: async (deadlineMs) => {
      clearInterval(timer);
      await workers.close(deadlineMs);
      await sweeping;
    },
  };
}
