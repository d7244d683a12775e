/** Policies, terms and banks, compiled into what judges a note; a bad change on disk leaves the good set in force. */
import { watch } from 'node:fs';
import { codeOf } from './errors.js';
import type { Bundle } from './policy/bundle.js';
import type { Log } from './ports.js';
import { buildRules, type RulesOptions } from './rules-build.js';
import type { RuleSet } from './usecases/moderate.js';

/** Editors write a file in several steps. */
const SETTLE_MS = 300;

export interface Rules {
  stored(): RuleSet;
  unstored(): RuleSet;
  bundle(): Bundle;
  close(): Promise<void>;
}

export async function openRules(options: RulesOptions): Promise<Rules> {
  let current = await buildRules(options);
  const reload = async (): Promise<void> => {
    try {
      const next = await buildRules(options);
      const changed = next.bundle.hash !== current.bundle.hash;
      current = next;
      options.log.info('policies reloaded', { bundle: next.bundle.hash, changed });
    } catch (error) {
      options.log.error('policies not reloaded, the former ones stay in force', { code: codeOf(error), error });
    }
  };
  const watcher = options.watch ? watchDir(options.config.POLICIES_DIR, reload, options.log) : null;
  return {
    stored: () => current.stored,
    unstored: () => current.unstored,
    bundle: () => current.bundle,
    close: async () => watcher?.close(),
  };
}

/** One reload at a time, after the last change has settled. */
function watchDir(dir: string, reload: () => Promise<void>, log: Log): { close(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const watcher = watch(dir, { recursive: true, persistent: false }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(reload);
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
