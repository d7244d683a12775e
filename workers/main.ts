/** Entry of a worker process. Under `npm start` it speaks with its parent; alone it needs DATABASE_URL and REDIS_URL. */

import { findServices } from '../src/adapters/services-embedded.js';
import { compose } from '../src/compose.js';
import { configFromProcess } from '../src/config.js';
import { InvalidInputError, sayError } from '../src/errors.js';
import { checkBlobs } from '../src/start/check-blobs.js';
import { endWithParent, onStop } from '../src/start/stop.js';
import { runWorker } from './run.js';

const REPORT_MS = 2_000;
const MODEL_RELEASE_MS = 1_000;

async function main(): Promise<void> {
  // A Ctrl-C reaches the whole group, but the parent says when to stop.
  if (process.connected) process.on('SIGINT', () => undefined);
  const started = endWithParent();
  const config = configFromProcess();
  const { databaseUrl, redisUrl } = config;
  const addresses = databaseUrl !== null && redisUrl !== null ? { databaseUrl, redisUrl } : await findServices(config);
  if (addresses === null) {
    throw new InvalidInputError('config_invalid', 'A worker of its own needs DATABASE_URL and REDIS_URL');
  }
  const app = await compose(config, addresses, {
    part: 'worker',
    model: config.WORKER_QUEUES === 'images' ? 'when_used' : 'now',
    watch: true,
  });
  // The parent has looked before it starts one; texts need not wait where one starts anew while the store is away.
  if (!process.connected) await checkBlobs(app.images.blobs, app.ids);
  const worker = runWorker(app, addresses.redisUrl, () => {
    app.log.error('worker is stuck and starts anew');
    process.exit(1);
  });
  const report = (): void => {
    const send = (metrics: unknown) => process.connected && process.send?.({ kind: 'report', metrics });
    app.metrics.snapshot().then(send, (error: unknown) => app.log.warn('no report', { error }));
  };
  report();
  const timer = setInterval(report, REPORT_MS);
  started();
  onStop({
    log: app.log,
    deadlineMs: config.SHUTDOWN_MS,
    signals: process.connected ? ['SIGTERM'] : ['SIGTERM', 'SIGINT'],
    stop: async () => {
      clearInterval(timer);
      await worker.close(config.SHUTDOWN_MS - MODEL_RELEASE_MS);
      await app.close();
    },
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`worker: ${sayError(error)}\n`);
  process.exit(error instanceof InvalidInputError ? 2 : 1);
});
