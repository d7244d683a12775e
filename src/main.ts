/** `npm start`: servers of our own where none are configured, migrations, API, dashboard, workers. */
import { pathToFileURL } from 'node:url';
import { openLog } from './adapters/log-pino.js';
import type { MetricsSnapshot } from './adapters/metrics.js';
import { migrate } from './adapters/migrate.js';
import { startServices } from './adapters/services-embedded.js';
import { buildServer } from './api/server.js';
import { type App, compose, type Ports } from './compose.js';
import { type Config, childEnvironment, configFromProcess } from './config.js';
import { codeOf, InvalidInputError, sayError } from './errors.js';
import { MIGRATIONS_DIR, WORKER_SCRIPT } from './paths.js';
import type { Log } from './ports.js';
import { checkBlobs } from './start/check-blobs.js';
import { firstStart, greeting } from './start/first-start.js';
import { mountBeside } from './start/mount.js';
import { readiness } from './start/readiness.js';
import { onStop } from './start/stop.js';
import { type Supervised, supervise } from './start/supervise.js';
import { warmModerations } from './start/warm.js';
import { shortRetention } from './usecases/review/appeal-windows.js';

export interface Running {
  readonly url: string;
  readonly app: App;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** What a person needs to know after the start. */
  readonly greeting: string;
  readonly workers: Supervised;
  /** API, workers, clients, servers, in this order. */
  close(): Promise<void>;
}

export async function start(config: Config, log: Log, overrides: Partial<Ports> = {}): Promise<Running> {
  const opened: ((leftMs: number) => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    const deadline = Date.now() + config.SHUTDOWN_MS;
    for (const closeOne of opened.splice(0).reverse()) {
      // What is left is shared out: the servers below need a moment as well.
      await closeOne(Math.max(500, (deadline - Date.now()) * 0.6)).catch((error: unknown) =>
        log.error('closed with a fault', { error }),
      );
    }
  };
  try {
    const services = await startServices(config, log);
    opened.push(() => services.close());
    const { databaseUrl, redisUrl } = services;
    const applied = await migrate(databaseUrl, MIGRATIONS_DIR, {
      onNewer: (newer) => log.warn('the database was last used by a newer version', { newer }),
    });
    if (applied.length > 0) log.info('migrated', { applied });
    const app = await compose(
      config,
      services,
      { part: 'api', model: 'when_used', watch: true, proposes: true },
      { log, ...overrides },
    );
    opened.push(() => app.close());
    await checkBlobs(app.images.blobs, app.ids);
    const short = shortRetention(app.bundle(), config.RETENTION_DAYS);
    if (short !== null) log.warn('RETENTION_DAYS ends before the last appeal may come in', { ...short });
    const workers = startWorkerProcesses(config, app, { databaseUrl, redisUrl }, 'notes');
    opened.push((leftMs) => workers.stop(leftMs));
    // Texts first: what all of them load at the start keeps every core busy.
    const pictures = startWorkerProcesses(config, app, { databaseUrl, redisUrl }, 'images', workers.begun);
    opened.push((leftMs) => pictures.stop(leftMs));
    const url = await listen(config, app, workers, opened);
    if (config.MODERATIONS_WARM) void workers.begun.then(() => warmModerations(app));
    // Last: what is shown once must not be made by a start that fails, for instance because the port is taken.
    const first = await firstStart(app);
    return { url, app, databaseUrl, redisUrl, greeting: greeting(url, first), workers, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function startWorkerProcesses(
  config: Config,
  app: App,
  addresses: { readonly databaseUrl: string; readonly redisUrl: string },
  what: 'notes' | 'images',
  after?: Promise<void>,
): Supervised {
  // Pictures have processes of their own, so that none of them holds up a text; without any the others read them.
  const [count, queues] =
    what === 'images'
      ? [config.IMAGE_WORKERS, 'images']
      : [config.WORKERS, config.IMAGE_WORKERS === 0 ? 'all' : 'notes,opinions,deliveries,upkeep'];
  return supervise({
    script: WORKER_SCRIPT,
    count,
    after,
    env: {
      ...childEnvironment(addresses),
      LOG_LEVEL: config.LOG_LEVEL,
      DATA_DIR: config.DATA_DIR,
      BLOBS_URL: config.BLOBS_URL ?? '',
      BLOBS_ENDPOINT: config.BLOBS_ENDPOINT ?? '',
      WORKER_QUEUES: queues,
    },
    log: app.log,
    onReport: (from, report) => {
      const { metrics } = report as { readonly metrics: MetricsSnapshot };
      app.metrics.absorb(from, metrics);
    },
    onEnd: (from) =>
      void app.metrics.retire(from).catch((error: unknown) => app.log.warn('metrics of a worker lost', { error })),
  });
}

async function listen(
  config: Config,
  app: App,
  workers: Supervised,
  opened: ((leftMs: number) => Promise<void>)[],
): Promise<string> {
  const server = await buildServer({
    ...app,
    ready: () => readiness(app, { ready: workers.ready(), wanted: config.WORKERS }),
    mount: mountBeside(app),
  });
  opened.push(() => server.close());
  const address = await server.listen({ host: config.HOST, port: config.PORT }).catch((error: unknown) => {
    throw cannotListen(error, config);
  });
  return config.PUBLIC_URL ?? address;
}

const LISTEN_FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use; set PORT to another, or to 0 for a free one',
  EACCES: 'may not be used by this user; set PORT to 1024 or above',
  EADDRNOTAVAIL: 'is not an address of this machine; set HOST',
  ENOTFOUND: 'is not an address of this machine; set HOST',
};

function cannotListen(error: unknown, { HOST, PORT }: Config): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = LISTEN_FAULTS[code];
  return why === undefined ? error : new InvalidInputError('config_invalid', `${HOST}:${PORT} ${why}.`);
}

async function main(): Promise<void> {
  const config = configFromProcess();
  const log = openLog(config.LOG_LEVEL, 'api');
  const starting = start(config, log);
  onStop({
    log,
    deadlineMs: config.SHUTDOWN_MS + 2_000,
    signals: ['SIGINT', 'SIGTERM'],
    stop: async () => (await starting).close(),
  });
  process.stdout.write((await starting).greeting);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error: unknown) => {
    process.stderr.write(`polywarden: ${codeOf(error)}: ${sayError(error)}\n`);
    process.exit(1);
  });
}
