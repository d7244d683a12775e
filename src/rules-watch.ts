/** Tells when the files of a folder have changed and settled. */
import { watch } from 'node:fs';
import type { Log } from './ports.js';

/** Editors write a file in several steps. */
const SETTLE_MS = 300;

export interface FolderWatch {
  close(): Promise<void>;
}

/** One call at a time, after the last change has settled. */
export function watchFolder(dir: string, onChange: () => Promise<void>, log: Log): FolderWatch {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const watcher = watch(dir, { recursive: true, persistent: false }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(onChange);
    }, SETTLE_MS);
    timer.unref();
  });
  watcher.on('error', (error) => log.warn('policies are no longer watched', { error }));
  return {
    // A reload that runs still uses the store, which is closed after the rules.
    close: async () => {
      watcher.close();
      clearTimeout(timer);
      await running;
    },
  };
}
