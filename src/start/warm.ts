/** What the API loads when it is first asked is loaded before anybody asks, where the operator wants that. */
import { codeOf } from '../errors.js';
import type { Log } from '../ports.js';
import type { ModerateNow } from '../usecases/moderate.js';

/** Of the kind that `POST /v1/moderations` judges; its outcome is of no use to anyone. */
const NOTE = { kind: 'note', title: '', body: 'A quiet walk.', regions: ['global'], context: {}, images: [] } as const;

/** The API works without: the first request loads what is missing, or says why it cannot. */
export async function warmModerations({
  moderate,
  log,
}: {
  readonly moderate: ModerateNow;
  readonly log: Log;
}): Promise<void> {
  const options = { stages: ['normalise', 'language', 'match', 'classify'], regions: ['global'] } as const;
  try {
    const { ms } = await moderate(NOTE, options, new AbortController().signal);
    log.info('moderations are warm', { ms: Math.round(ms) });
  } catch (error) {
    log.warn('moderations could not be warmed', { code: codeOf(error), error });
  }
}
