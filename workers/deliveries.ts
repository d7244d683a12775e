/** Queue `deliveries`: webhooks that are due. */
import { signWebhook } from '../src/adapters/webhook-sign.js';
import type { App } from '../src/compose.js';
import type { JobHandler } from '../src/jobs.js';
import { deliverDueWith } from '../src/usecases/deliver-due.js';

export const deliveriesHandler = (app: App): JobHandler =>
  deliverDueWith({
    webhooks: app.store.webhooks,
    fetcher: app.fetcher,
    sign: signWebhook,
    clock: app.clock,
    random: Math.random,
    log: app.log,
    metrics: app.metrics,
    timeoutMs: app.config.WEBHOOK_TIMEOUT_MS,
  });
