/** A PostgreSQL of a row's own, with ordinary durability, which it may kill, fill and close to writers. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate } from '../../../src/adapters/migrate.js';
import { connect } from '../../../src/adapters/postgres.js';
import { startPostgres } from '../../../src/adapters/services/postgres-embedded.js';
import type { Log } from '../../../src/ports.js';
import { MIGRATIONS_DIR } from '../../support/services.js';
import { until } from '../../support/until.js';

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface OwnPostgres {
  readonly databaseUrl: string;
  readonly dir: string;
  /** SIGKILL to the server; it is started anew by its supervisor. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Until it answers again; milliseconds that this took. */
  back(withinMs: number): Promise<number>;
  run(sql: string): Promise<void>;
  close(): Promise<void>;
}

export async function startOwnPostgres(flags: readonly string[] = []): Promise<OwnPostgres> {
  const dir = await mkdtemp(path.join(tmpdir(), 'polywarden-pg-'));
  await chmod(dir, 0o755);
  const server = await startPostgres({ dir, log: quiet, flags });
  await migrate(server.url, MIGRATIONS_DIR);
  const run = async (sql: string): Promise<void> => {
    const connection = await connect(server.url);
    try {
      await connection.query(sql);
    } finally {
      await connection.end();
    }
  };
  return {
    databaseUrl: server.url,
    dir,
    run,
    kill: async () => {
      const pid = Number((await readFile(path.join(dir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
      process.kill(pid, 'SIGKILL');
      await until(async () => (isGone(pid) ? true : null), 5_000);
    },
    back: async (withinMs) => {
      const started = Date.now();
      await until(
        () =>
          run('SELECT 1').then(
            () => true as const,
            () => null,
          ),
        withinMs,
      );
      return Date.now() - started;
    },
    close: async () => {
      await server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
