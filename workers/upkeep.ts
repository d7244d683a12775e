/** Queue `upkeep`: retention. */
import type { App } from '../src/compose.js';
import type { JobHandler } from '../src/jobs.js';
import { upkeepWith } from '../src/usecases/upkeep.js';

export const upkeepHandler = (app: App): JobHandler =>
  upkeepWith({ upkeep: app.store.upkeep, clock: app.clock, log: app.log });
