import type { SubmitPorts } from '../usecases/submit.js';
import type { ApiDeps } from './deps.js';

export const submitPorts = (deps: ApiDeps): SubmitPorts => ({
  notes: deps.store.notes,
  queue: deps.queue,
  clock: deps.clock,
  metrics: deps.metrics,
  log: deps.log,
  textLimitChars: deps.config.TEXT_LIMIT_CHARS,
});
