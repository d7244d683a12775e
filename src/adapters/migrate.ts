/**
 * Applies prisma/migrations/<name>/migration.sql in order of name, one process at a time (advisory lock),
 * and records them in Prisma's own table with Prisma's checksums, so that its CLI agrees.
 */
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sha256Hex } from '../domain/sha256.js';
import { InvalidInputError } from '../errors.js';
import {
  type Connection,
  connect,
  failureCode,
  isAway,
  LOCK_NOT_AVAILABLE,
  translated,
  unreachable,
} from './postgres.js';

/** The number that Prisma's engine locks too: two kinds of runner exclude each other. */
const LOCK_ID = 72_707_369;
const LOCK_WAIT_MS = 60_000;
/** A waiting ALTER blocks every later query of its table, so it gives up soon and comes back after a pause. */
const TABLE_LOCK_WAIT = '1s';
/** Readers and writers of the table pass between two tries. */
export interface Patience {
  readonly tries: number;
  readonly pauseMs: number;
}
const PATIENCE: Patience = { tries: 30, pauseMs: 1_000 };

const TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}
interface AppliedRow {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished: boolean;
  readonly logs: string | null;
}

export interface MigrateOptions {
  readonly patience?: Patience;
  /** With migrations of the database that the folder does not know: an older program stands before a newer database. */
  readonly onNewer?: (names: readonly string[]) => void;
}

/** Returns the names that were applied now; none when the database was up to date. */
export async function migrate(
  databaseUrl: string,
  dir: string,
  { patience = PATIENCE, onNewer }: MigrateOptions = {},
): Promise<readonly string[]> {
  const migrations = await readMigrations(dir);
  let connection: Connection;
  try {
    connection = await connect(databaseUrl);
  } catch (error) {
    // Whatever it is, TLS and a server of another kind included: it is no defect of ours.
    throw unreachable(error);
  }
  try {
    await connection.query(`SET lock_timeout = ${LOCK_WAIT_MS}`);
    await connection.query('SELECT pg_advisory_lock($1)', [LOCK_ID]);
    await connection.query(`SET lock_timeout = '${TABLE_LOCK_WAIT}'`);
    await connection.query(TABLE);
    const { due, newer } = await pending(connection, migrations);
    if (newer.length > 0) onNewer?.(newer);
    for (const migration of due) await applyWhenFree(connection, migration, patience);
    return due.map((migration) => migration.name);
  } catch (error) {
    throw translated(error);
  } finally {
    // Ending the session also gives the lock back.
    await connection.end();
  }
}

async function readMigrations(dir: string): Promise<readonly Migration[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((cause: unknown) => {
    throw new InvalidInputError('migration_failed', `The folder of migrations cannot be read: ${dir}`, [], { cause });
  });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(path.join(dir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: sha256Hex(sql) };
    }),
  );
}

async function pending(
  connection: Connection,
  migrations: readonly Migration[],
): Promise<{ readonly due: readonly Migration[]; readonly newer: readonly string[] }> {
  const { rows } = await connection.query<AppliedRow>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished, logs
     FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  const failed = rows.find((row) => !row.finished);
  if (failed !== undefined) {
    throw new InvalidInputError(
      'migration_failed',
      `Migration ${failed.migration_name} failed earlier and waits for a person (docs/operations.md): ${failed.logs ?? ''}`,
    );
  }
  const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  const changed = migrations.find(({ name, checksum }) => applied.has(name) && applied.get(name) !== checksum);
  if (changed !== undefined) {
    throw new InvalidInputError('migration_failed', `Migration ${changed.name} was changed after it had been applied`);
  }
  const known = new Set(migrations.map(({ name }) => name));
  return {
    due: migrations.filter(({ name }) => !applied.has(name)),
    newer: [...applied.keys()].filter((name) => !known.has(name)),
  };
}

async function applyWhenFree(connection: Connection, migration: Migration, patience: Patience): Promise<void> {
  for (let turn = 1; ; turn += 1) {
    try {
      await apply(connection, migration);
      return;
    } catch (error) {
      if (failureCode(error) !== LOCK_NOT_AVAILABLE || turn >= patience.tries) throw error;
      await connection.query('ROLLBACK');
      await pause(patience.pauseMs);
    }
  }
}

/** One transaction holds the change and its row; a failure leaves a row of its own, as Prisma's engine does. */
async function apply(connection: Connection, migration: Migration): Promise<void> {
  const id = randomUUID();
  const row = [id, migration.checksum, migration.name];
  try {
    await connection.query('BEGIN');
    await connection.query(migration.sql);
    await connection.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, clock_timestamp(), 1)`,
      row,
    );
    await connection.query('COMMIT');
  } catch (cause) {
    if (isAway(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    await connection.query('ROLLBACK');
    await connection.query(
      'INSERT INTO "_prisma_migrations" (id, checksum, migration_name, logs) VALUES ($1, $2, $3, $4)',
      [...row, reason],
    );
    throw new InvalidInputError('migration_failed', `Migration ${migration.name} failed: ${reason}`, [], { cause });
  }
}
