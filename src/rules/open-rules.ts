/** Policies, terms and banks, compiled into what judges a note; a bad change on disk leaves the good set in force. */
import { codeOf } from '../errors.js';
import { buildRules, type RulesOptions } from './build-rules.js';
import { openInForce, type Rules } from './in-force.js';
import { watchFolder } from './watch-folder.js';

export type { Rules } from './in-force.js';

/** With a store, what is in force there; without one, the files. */
export async function openRules(options: RulesOptions): Promise<Rules> {
  return options.store === null ? openFiles(options) : openInForce(options, options.store);
}

async function openFiles(options: RulesOptions): Promise<Rules> {
  let current = await buildRules(options);
  const reload = async (): Promise<void> => {
    try {
      const next = await buildRules(options);
      const changed = next.hash !== current.hash;
      current = next;
      options.log.info('policies reloaded', { bundle: next.hash, changed });
    } catch (error) {
      options.log.error('policies not reloaded, the former ones stay in force', { code: codeOf(error), error });
    }
  };
  const watcher = options.watch ? watchFolder(options.config.POLICIES_DIR, reload, options.log) : null;
  return {
    stored: () => current.stored,
    unstored: () => current.unstored,
    bundle: () => current.bundle(),
    base: () => current.base,
    follow: async () => undefined,
    filesFault: () => null,
    close: async () => watcher?.close(),
  };
}
