/** Real PostgreSQL and Redis for the tests of project `flows`: one pair per run, a fresh database per file. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/adapters/migrate.js';
import { connect, quoteName } from '../../src/adapters/postgres.js';
import { startPostgres } from '../../src/adapters/services/postgres-embedded.js';
import { startRedis } from '../../src/adapters/services/redis-private.js';
import type { Log } from '../../src/ports.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server's own database: for administration only. */
    databaseUrl: string;
    redisUrl: string;
  }
}

const TEMPLATE = 'template_polywarden';
export const MIGRATIONS_DIR = path.resolve(import.meta.dirname, '../../prisma/migrations');

/** Test data need no durability. */
const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'];

const log: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message, fields) => console.warn(message, fields ?? ''),
  error: (message, fields) => console.error(message, fields ?? ''),
};

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = await mkdtemp(path.join(tmpdir(), 'polywarden-test-'));
  // The server's own user must pass through.
  await chmod(dir, 0o755);
  const postgres = await startPostgres({ dir, log, flags: FAST });
  const redis = await startRedis({ dir, log, mayInstall: false });
  await execute(postgres.url, `CREATE DATABASE ${TEMPLATE}`);
  await migrate(databaseAt(postgres.url, TEMPLATE), MIGRATIONS_DIR);
  project.provide('databaseUrl', postgres.url);
  project.provide('redisUrl', redis.url);
  return async () => {
    await redis.close();
    await postgres.close();
    await rm(dir, { recursive: true, force: true });
  };
}

/** A migrated database of its own; it goes with the server at the end of the run. */
export async function freshDatabase(): Promise<string> {
  return emptyDatabase(TEMPLATE);
}

/** A database without tables, or a copy of `template`. */
export async function emptyDatabase(template = 'template0'): Promise<string> {
  const { inject } = await import('vitest');
  const serverUrl = inject('databaseUrl');
  const name = `test_${process.pid}_${Date.now()}_${Math.random().toString(36).slice(2, 8)}`;
  await execute(serverUrl, `CREATE DATABASE ${quoteName(name)} TEMPLATE ${template}`);
  return databaseAt(serverUrl, name);
}

/** URL of a Redis database that nobody else of this run uses. */
export async function freshRedis(): Promise<string> {
  const { inject } = await import('vitest');
  const { Redis } = await import('ioredis');
  const url = new URL(inject('redisUrl'));
  const redis = new Redis(url.href);
  try {
    const taken = await redis.incr('polywarden:test-databases');
    url.pathname = `/${1 + (taken % 63)}`;
    await redis.select(1 + (taken % 63));
    await redis.flushdb();
    return url.href;
  } finally {
    await redis.quit();
  }
}

const databaseAt = (serverUrl: string, name: string): string => {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
};

async function execute(databaseUrl: string, sql: string): Promise<void> {
  const connection = await connect(databaseUrl);
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}
