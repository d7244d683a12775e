/** PostgreSQL and Redis of our own, where the configuration names none: private ports, private folder, one owner. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { closeAll } from '../close-all.js';
import type { Config } from '../config.js';
import type { Log } from '../ports.js';
import { isThere } from './is-there.js';
import { ownerOf, takeDataDir } from './services/data-dir.js';
import { postgresFolder, startPostgres } from './services/postgres-embedded.js';
import { startRedis } from './services/redis-private.js';

export interface Services {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  close(): Promise<void>;
}
interface Part {
  readonly url: string;
  close(): Promise<void>;
}

/** Stands in DATA_DIR while the servers run, so that a command beside `npm start` finds them. */
const ADDRESSES = 'services.json';

export async function startServices(config: Config, log: Log): Promise<Services> {
  if (config.databaseUrl !== null && config.redisUrl !== null) {
    return { databaseUrl: config.databaseUrl, redisUrl: config.redisUrl, close: async () => undefined };
  }
  const dir = config.DATA_DIR;
  const release = await takeDataDir(dir);
  const { databaseUrl, redisUrl, POLYWARDEN_NO_APT } = config;
  const mayInstall = !POLYWARDEN_NO_APT;
  const opened = await Promise.allSettled([
    databaseUrl === null ? startPostgres({ dir, log }) : configured(databaseUrl),
    redisUrl === null ? startRedis({ dir, log, mayInstall }) : configured(redisUrl),
  ]);
  const [postgres, redis] = opened.map((result) => (result.status === 'fulfilled' ? result.value : null));
  // Redis closes first: it is only a hint, and Postgres is the truth.
  const close = once(async () => {
    await rm(path.join(dir, ADDRESSES), { force: true });
    await closeAll([async () => postgres?.close(), async () => redis?.close()]);
    await release();
  });
  if (!postgres || !redis) {
    await close();
    throw opened.find((result) => result.status === 'rejected')?.reason;
  }
  const urls = { databaseUrl: postgres.url, redisUrl: redis.url };
  await writeFile(path.join(dir, ADDRESSES), JSON.stringify(urls), { mode: 0o600 });
  return { ...urls, close };
}

const configured = async (url: string): Promise<Part> => ({ url, close: async () => undefined });

/** Whether DATA_DIR has a database of ours, running or not. */
export const hasData = ({ DATA_DIR }: Config): Promise<boolean> => isThere(postgresFolder(DATA_DIR));

/** Where the servers of a running `npm start` on this DATA_DIR answer; null when none runs. */
export async function findServices(config: Config): Promise<Pick<Services, 'databaseUrl' | 'redisUrl'> | null> {
  const noted = await readFile(path.join(config.DATA_DIR, ADDRESSES), 'utf8').catch(() => null);
  if (noted === null || (await ownerOf(config.DATA_DIR)) === null) return null;
  return JSON.parse(noted) as Pick<Services, 'databaseUrl' | 'redisUrl'>;
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= run();
    return running;
  };
}
