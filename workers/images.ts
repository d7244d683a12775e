/** Queue `images`: one picture of one revision. */
import type { App } from '../src/compose.js';
import type { JobHandler } from '../src/jobs.js';
import { processImageWith } from '../src/usecases/process-image.js';

export function imagesHandler(app: App): JobHandler {
  const { config, images } = app;
  return processImageWith({
    ...app,
    images: app.store.images,
    blobs: images.blobs,
    fetcher: images.fetcher,
    readers: images.readers,
    leaseMs: config.LEASE_MS,
    maxCrashes: config.MAX_CRASHES,
  });
}
