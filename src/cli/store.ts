/** The store of a running or stopped installation, for commands of its administrators. */
import path from 'node:path';
import { openIds, systemClock } from '../adapters/clock-ids.js';
import { openLog } from '../adapters/log-pino.js';
import { migrate } from '../adapters/migrate.js';
import { findServices, hasData, startServices } from '../adapters/services-embedded.js';
import { openStore } from '../adapters/store-prisma.js';
import { type Config, configFromProcess, retentionOf } from '../config.js';
import { InvalidInputError } from '../errors.js';
import { MIGRATIONS_DIR } from '../paths.js';
import type { FullStore } from '../ports/review.js';
import type { Clock, Ids } from '../ports.js';

export { OPERATOR } from './operator.js';

export interface StorePorts {
  readonly store: FullStore;
  readonly ids: Ids;
  readonly clock: Clock;
}
export type WithStore = <T>(use: (ports: StorePorts) => Promise<T>, folder?: Folder) => Promise<T>;
/** Only what is done before the first start may make the folder; elsewhere its absence is a mistyped DATA_DIR. */
type Folder = 'may be new' | 'is there';

async function checkFolder(config: Config): Promise<void> {
  if (await hasData(config)) return;
  const what = `There is no system in ${path.resolve(config.DATA_DIR)}.`;
  throw new InvalidInputError(
    'not_found',
    `${what} Set DATA_DIR to the folder of yours, or DATABASE_URL to its database.`,
  );
}

/** A configured database, else that of a running `npm start`, else our own servers for the moment. */
export function storeFrom(config: Config = configFromProcess()): WithStore {
  return async (use, folder = 'is there') => {
    const clock = systemClock;
    const ids = openIds(clock);
    const log = openLog(config.LOG_LEVEL === 'info' ? 'warn' : config.LOG_LEVEL, 'cli');
    const running = config.databaseUrl === null ? await findServices(config) : { databaseUrl: config.databaseUrl };
    if (running === null && folder === 'is there') await checkFolder(config);
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
