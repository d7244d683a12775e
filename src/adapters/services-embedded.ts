/** PostgreSQL and Redis of our own, where the configuration names none: private ports, private folder, one owner. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config.js';
import type { Log } from '../ports.js';
import { takeDataDir } from './services/data-dir.js';
import { startPostgres } from './services/postgres-embedded.js';
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
  await mkdir(dir, { recursive: true });
  const release = await takeDataDir(dir);
  const started: Part[] = [];
  const start = async (configured: string | null, open: () => Promise<Part>): Promise<string> => {
    if (configured !== null) return configured;
    const part = await open();
    started.push(part);
    return part.url;
  };
  // Redis closes first: it is only a hint, and Postgres is the truth.
  const close = once(async () => {
    await rm(path.join(dir, ADDRESSES), { force: true });
    for (const part of started.reverse()) await part.close();
    await release();
  });
  try {
    const databaseUrl = await start(config.databaseUrl, () => startPostgres({ dir, log }));
    const redisUrl = await start(config.redisUrl, () =>
      startRedis({ dir, log, mayInstall: !config.POLYWARDEN_NO_APT }),
    );
    await writeFile(path.join(dir, ADDRESSES), JSON.stringify({ databaseUrl, redisUrl }), { mode: 0o600 });
    return { databaseUrl, redisUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where the servers of a running `npm start` on this DATA_DIR answer; null when none is noted. */
export async function findServices(config: Config): Promise<Pick<Services, 'databaseUrl' | 'redisUrl'> | null> {
  const noted = await readFile(path.join(config.DATA_DIR, ADDRESSES), 'utf8').catch(() => null);
  if (noted === null) return null;
  return JSON.parse(noted) as Pick<Services, 'databaseUrl' | 'redisUrl'>;
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= run();
    return running;
  };
}
