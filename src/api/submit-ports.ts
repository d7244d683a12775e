import type { SubmitPorts } from '../usecases/submit.js';
import type { ApiDeps } from './deps.js';

export const submitPorts = (deps: ApiDeps): SubmitPorts => ({
  notes: deps.store.notes,
  queue: deps.queue,
  images: deps.store.images,
  blobs: deps.images.blobs,
  ids: deps.ids,
  imageLimitBytes: deps.config.IMAGE_LIMIT_BYTES,
  clock: deps.clock,
  metrics: deps.metrics,
  log: deps.log,
  textLimitChars: deps.config.TEXT_LIMIT_CHARS,
});
