/** One pool, two ways in: SQL for the hot paths, the Prisma client for the rest. The one importer of Prisma. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../generated/prisma/client.js';
import { failureCode, isRetryable, openPool, translated } from '../postgres.js';

export interface Statement {
  /** Named statements are prepared once per connection. */
  readonly name: string;
  readonly text: string;
}

export interface Database {
  /** The rows' type is the statement's promise; contract tests hold it. */
  rows<T>(statement: Statement | string, values: readonly unknown[]): Promise<readonly T[]>;
  /**
   * Like `rows`, tried again after a lost connection. The first try may have been committed and only its answer lost:
   * the statement has to do nothing more then, and to answer as it did.
   */
  repeatable<T>(statement: Statement | string, values: readonly unknown[]): Promise<readonly T[]>;
  /** Runs a unit of Prisma calls; tried again after a conflict of transactions. */
  models<T>(unit: (client: PrismaClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export type { PrismaClient };

const STATEMENT_MS = 15_000;
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 20;

export function openDatabase(databaseUrl: string, poolMax: number): Database {
  const pool = openPool(databaseUrl, { max: poolMax, statementMs: STATEMENT_MS });
  const client = new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: ({ sql }) => `prisma_${hashOf(sql)}` }),
  });
  const query = async <T>(statement: Statement | string, values: readonly unknown[]) => {
    const text = typeof statement === 'string' ? { text: statement } : statement;
    const { rows } = await pool.query({ ...text, values: [...values] });
    return rows as readonly T[];
  };
  return {
    rows: (statement, values) => attempt(() => query(statement, values), isRetryable),
    repeatable: (statement, values) => attempt(() => query(statement, values), isTransient),
    models: (unit) => attempt(() => unit(client), isRetryable),
    async close() {
      await client.$disconnect();
      if (!pool.ended) await pool.end();
    },
  };
}

/** A session that ended under us: the server restarts, or a failover. Not a server that cannot be reached at all. */
const isTransient = (error: unknown): boolean =>
  isRetryable(error) ||
  ['ECONNRESET', 'EPIPE', '57P01', '57P02', 'P1017'].includes(failureCode(error) ?? '') ||
  (error instanceof Error && error.message.startsWith('Connection terminated unexpectedly'));

async function attempt<T>(run: () => Promise<T>, again: (error: unknown) => boolean): Promise<T> {
  for (let turn = 1; ; turn += 1) {
    try {
      return await run();
    } catch (error) {
      if (turn >= ATTEMPTS || !again(error)) throw translated(error);
      await sleep(FIRST_PAUSE_MS * 2 ** (turn - 1) * (0.5 + Math.random()));
    }
  }
}

/** FNV-1a: short stable names for prepared statements; the set of Prisma's statements is small. */
function hashOf(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i += 1) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  }
  return hash.toString(36);
}
