/** What `npm start` starts, with an API key for the demo's own notes. */
import { openLog } from '../../adapters/log-pino.js';
import type { Config } from '../../config.js';
import { start } from '../../main.js';
import { createKey } from '../../usecases/keys.js';
import type { Target } from './submit-notes.js';

export interface DemoServer extends Target {
  /** URLs, login and key, for people. */
  readonly greeting: string;
  close(): Promise<void>;
}

export async function startServer(config: Config): Promise<DemoServer> {
  const running = await start(config, openLog(config.LOG_LEVEL, 'demo'));
  const { store, ids, clock } = running.app;
  // The source of the first key, so that the key in the greeting sees the demo's notes as well.
  const order = {
    sourceName: 'default',
    label: 'demo',
    scopes: ['notes:write', 'notes:read'],
    expiresAt: null,
  } as const;
  const key = await createKey({ access: store.access, ids, clock }, order);
  return { url: running.url, apiKey: key.text, greeting: running.greeting, close: running.close };
}
