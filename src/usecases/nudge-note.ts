/** What was due of a note has come: it is judged anew as soon as a worker is free. */
import { codeOf } from '../errors.js';
import { nudgeOf } from '../jobs.js';
import type { Log, Queue } from '../ports.js';

export interface NudgeDeps {
  readonly queue: Pick<Queue, 'nudge'>;
  readonly log: Log;
}

export async function nudgeNote({ queue, log }: NudgeDeps, revisionId: string, run: number): Promise<void> {
  try {
    await queue.nudge([nudgeOf('notes', revisionId, run)]);
  } catch (error) {
    // The sweeper nudges again.
    log.debug('note not nudged', { revisionId, code: codeOf(error) });
  }
}
