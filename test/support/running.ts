/** The whole system in this process on real PostgreSQL and Redis, with a text model whose answer is known. */
import type { FastifyInstance } from 'fastify';
import { openMetrics } from '../../src/adapters/metrics.js';
import { buildServer } from '../../src/api/server.js';
import { type App, compose, type Ports } from '../../src/compose.js';
import { type Config, readConfig } from '../../src/config.js';
import { type NoteView, SCOPES } from '../../src/ports/store.js';
import type { Log } from '../../src/ports.js';
import { mountBeside } from '../../src/start/mount.js';
import { createKey } from '../../src/usecases/keys.js';
import { type RunningWorker, runWorker } from '../../workers/run.js';
import { classifierFake, languageFake } from './classifier.js';
import { freshDatabase, freshRedis } from './services.js';
import { until } from './until.js';

export interface Recorded {
  readonly level: string;
  readonly message: string;
  readonly fields: unknown;
}
export interface System {
  readonly config: Config;
  readonly app: App;
  readonly server: FastifyInstance;
  readonly sourceId: string;
  /** The whole API key of that source. */
  readonly key: string;
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly logs: readonly Recorded[];
  startWorker(): RunningWorker;
  post(url: string, body: unknown, headers?: Record<string, string>): Promise<{ status: number; json: () => never }>;
  get(url: string): Promise<{ status: number; json: () => never }>;
  view(noteId: string): Promise<NoteView>;
  /** Waits until the note's newest revision has a decision. */
  decided(noteId: string, withinMs?: number): Promise<NoteView>;
  close(): Promise<void>;
}

export interface SystemOptions {
  readonly env?: Record<string, string>;
  readonly overrides?: Partial<Ports>;
  /** A Redis that the test starts and stops itself. */
  readonly redisUrl?: string;
  /** A migrated database on a server that the test can stop. */
  readonly databaseUrl?: string;
}

const FAST = {
  SWEEP_MS: '300',
  LEASE_MS: '3000',
  SHUTDOWN_MS: '3000',
  LOG_LEVEL: 'silent',
  WEBHOOK_ALLOW_PRIVATE: '1',
};

export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const config = readConfig({ ...FAST, ...options.env });
  const databaseUrl = options.databaseUrl ?? (await freshDatabase());
  const redisUrl = options.redisUrl ?? (await freshRedis());
  const logs: Recorded[] = [];
  const log = recordingLog(logs);
  const fakes = { classifier: classifierFake(), language: languageFake };
  const overrides = { ...fakes, log, metrics: openMetrics('test'), ...options.overrides };
  const app = await compose(config, { databaseUrl, redisUrl }, { part: 'test', model: 'now', watch: false }, overrides);
  const server = await buildServer({ ...app, ready: async () => [], mount: mountBeside(app) });
  const order = { sourceName: 'default', label: 'test', scopes: SCOPES, expiresAt: null };
  const { key, text } = await createKey({ access: app.store.access, ids: app.ids, clock: app.clock }, order);
  const auth = { authorization: `Bearer ${text}` };
  const workers: RunningWorker[] = [];
  const ask = async (method: 'GET' | 'POST', url: string, body?: unknown, headers: Record<string, string> = {}) => {
    const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await server.inject({ method, url, headers: { ...auth, ...type, ...headers }, ...payload });
    return { status: answer.statusCode, json: () => JSON.parse(answer.body) as never };
  };
  const view = async (noteId: string): Promise<NoteView> => {
    const found = await app.store.notes.get(key.sourceId, noteId);
    if (found === null) throw new Error(`no note ${noteId}`);
    return found;
  };
  return {
    config,
    app,
    server,
    sourceId: key.sourceId,
    key: text,
    redisUrl,
    databaseUrl,
    logs,
    startWorker: () => {
      const worker = runWorker(app, redisUrl, () => log.error('stuck'));
      workers.push(worker);
      return worker;
    },
    post: (url, body, headers) => ask('POST', url, body, headers),
    get: (url) => ask('GET', url),
    view,
    decided: (noteId, withinMs = 15_000) =>
      until(async () => {
        const found = await view(noteId);
        const newest = Math.max(...found.revisions.map((one) => one.revision));
        return found.decisions.some((one) => one.revision === newest) ? found : null;
      }, withinMs),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close(config.SHUTDOWN_MS)));
      await server.close();
      await app.close();
    },
  };
}

function recordingLog(logs: Recorded[]): Log {
  const at = (level: string) => (message: string, fields?: unknown) => void logs.push({ level, message, fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export const noteBody = (externalId: string, change: Record<string, unknown> = {}) => ({
  externalId,
  title: 'A quiet walk',
  body: 'We saw two herons by the lake this morning.',
  author: { id: 'author-1' },
  regions: ['de', 'us'],
  ...change,
});
