/** Ends a process in order and within a deadline; a second signal ends it at once. */
import type { Log } from '../ports.js';

export interface StopOptions {
  readonly log: Log;
  readonly deadlineMs: number;
  readonly signals: readonly NodeJS.Signals[];
  readonly stop: () => Promise<void>;
}

/** For a child process that is still starting: without its parent nobody would stop it. Call the answer before `onStop`. */
export function endWithParent(): () => void {
  const end = (): void => process.exit(1);
  process.on('disconnect', end);
  return () => process.off('disconnect', end);
}

export function onStop(options: StopOptions): void {
  let stopping = false;
  const begin = (reason: string): void => {
    if (stopping) process.exit(130);
    stopping = true;
    options.log.info('stopping', { reason });
    const late = setTimeout(() => {
      options.log.error('not stopped in time');
      process.exit(1);
    }, options.deadlineMs);
    options.stop().then(
      () => {
        clearTimeout(late);
        process.exit(0);
      },
      (error: unknown) => {
        options.log.error('stopped with a fault', { error });
        process.exit(1);
      },
    );
  };
  for (const signal of options.signals) process.on(signal, () => begin(signal));
  // The parent is gone: nobody would stop this process any more.
  process.on('disconnect', () => begin('disconnect'));
}
