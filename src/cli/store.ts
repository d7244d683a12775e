/** The store of a running or stopped installation, for commands of its administrators. */
import { openIds, systemClock } from '../adapters/clock-ids.js';
import { openLog } from '../adapters/log-pino.js';
import { migrate } from '../adapters/migrate.js';
import { findServices, startServices } from '../adapters/services-embedded.js';
import { openStore } from '../adapters/store-prisma.js';
import { type Config, configFromProcess, retentionOf } from '../config.js';
import { MIGRATIONS_DIR } from '../paths.js';
import type { FullStore } from '../ports/review.js';
import type { Clock, Ids } from '../ports.js';

export { OPERATOR } from './operator.js';

export interface StorePorts {
  readonly store: FullStore;
  readonly ids: Ids;
  readonly clock: Clock;
}
export type WithStore = <T>(use: (ports: StorePorts) => Promise<T>) => Promise<T>;

/** A configured database, else that of a running `npm start`, else our own servers for the moment. */
export function storeFrom(config: Config = configFromProcess()): WithStore {
  return async (use) => {
    const clock = systemClock;
    const ids = openIds(clock);
    const log = openLog(config.LOG_LEVEL === 'info' ? 'warn' : config.LOG_LEVEL, 'cli');
    const running = config.databaseUrl === null ? await findServices(config) : { databaseUrl: config.databaseUrl };
    const services = running === null ? await startServices(config, log) : null;
    try {
      const databaseUrl = running?.databaseUrl ?? services?.databaseUrl ?? '';
      // A folder that was never started has no tables yet; somebody's own database is left to `npm start`.
      if (services !== null) await migrate(databaseUrl, MIGRATIONS_DIR);
      const store = await openStore({ databaseUrl, ids, retention: retentionOf(config) });
      try {
        return await use({ store, ids, clock });
      } finally {
        await store.close();
      }
    } finally {
      await services?.close();
    }
  };
}
