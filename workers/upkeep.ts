/** Queue `upkeep`: decisions that ran out get a case, then retention. */
import type { App } from '../src/compose.js';
import { codeOf } from '../src/errors.js';
import type { JobHandler } from '../src/jobs.js';
import { lookAgainWhenGrown } from '../src/usecases/look-again.js';
import { removeBlobs } from '../src/usecases/remove-blobs.js';
import { openOverdue } from '../src/usecases/review/overdue.js';
import { translateAhead } from '../src/usecases/translate/ahead.js';
import { upkeepWith } from '../src/usecases/upkeep.js';

export function upkeepHandler(app: App): JobHandler {
  const purge = upkeepWith({ upkeep: app.store.upkeep, clock: app.clock, log: app.log });
  const ahead = aheadOf(app);
  return async (run, signal) => {
    const { clock, log, bundle } = app;
    const faults: unknown[] = [];
    /** What fails in one step keeps no other from its turn: text must go when its time is over. */
    const step = async <T>(otherwise: T, work: () => Promise<T>): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        faults.push(error);
        return otherwise;
      }
    };
    const opened = await step(0, () => openOverdue({ desk: app.store.desk, bundle, clock, log }));
    const outcome = await step('', () => purge(run, signal));
    // After what was purged, so that its bytes go in the same run.
    await step(0, () => removeBlobs({ images: app.store.images, blobs: app.images.blobs, clock, log }));
    const again = await step(0, () => lookUpAgain(app, signal));
    await step(undefined, () => ahead(signal));
    const [first, ...others] = faults;
    for (const error of others) log.warn('upkeep failed in more than one step', { code: codeOf(error), error });
    if (faults.length > 0) throw first;
    return opened > 0 || again > 0 ? 'opened' : outcome;
  };
}

async function lookUpAgain(app: App, signal: AbortSignal): Promise<number> {
  const days = app.config.IMAGE_LOOK_BACK_DAYS;
  if (days === 0) return 0;
  const { imageBanks, lookUps } = app.store;
  return lookAgainWhenGrown({ imageBanks, lookUps, clock: app.clock, log: app.log }, days, signal);
}

/** Last, since an engine may be slow; what was not reached waits for the next run. */
function aheadOf(app: App): (signal: AbortSignal) => Promise<unknown> {
  const { translation, config, store, clock, log, bundle } = app;
  if (translation === null || config.TRANSLATION_AHEAD === 'off') return async () => undefined;
  const languages = config.TRANSLATION_TO.split(',');
  const deps = { ...translation, store: store.translations, budgets: store.opinions, clock, log, bundle, languages };
  return (signal) => translateAhead(deps, signal);
}
