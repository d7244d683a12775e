/** The one importer of `pg`: pools and single connections with their limits, and the classes of failure. */
import pg from 'pg';
import { UnavailableError } from '../errors.js';

export type Pool = pg.Pool;
export type Connection = pg.Client;

interface Limits {
  /** Sum over all processes must stay below the server's max_connections (docs/operations.md). */
  readonly max: number;
  readonly statementMs: number;
}

const CONNECT_MS = 5_000;
const LOCK_MS = 5_000;
/** Beyond the server's own limit of a statement: after that nobody there is left to end it. */
const SILENCE_MS = 5_000;

/** int8 as a number: sequences and counts here stay far below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 && format !== 'binary'
      ? Number
      : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

export function openPool(databaseUrl: string, limits: Limits): Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: limits.max,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: 30_000,
    statement_timeout: limits.statementMs,
    query_timeout: limits.statementMs + SILENCE_MS,
    idle_in_transaction_session_timeout: 10_000,
    lock_timeout: LOCK_MS,
    keepAlive: true,
    types,
  });
  // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  return pool;
}

/** A single connection for work that holds session state, such as an advisory lock. The caller ends it. */
export async function connect(databaseUrl: string): Promise<Connection> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_MS, types });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return client;
}

/** The name of a database as it may stand in SQL. */
export const quoteName = (name: string): string => pg.escapeIdentifier(name);

/** SQLSTATE of a lock that was not free in time. */
export const LOCK_NOT_AVAILABLE = '55P03';

/** Codes of Prisma that say nothing themselves: the SQLSTATE is inside, of a raw query and of a typed one. */
const WRAPPERS = new Set(['P2010', 'P2039']);

/** SQLSTATE of a server's answer, or the code of a broken connection; null for anything else. */
export function failureCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null;
  const { code, meta, cause } = error as { code?: unknown; meta?: unknown; cause?: unknown };
  const inner = (meta as { code?: unknown; driverAdapterError?: unknown } | undefined)?.driverAdapterError ?? cause;
  if (typeof code === 'string' && !WRAPPERS.has(code)) return code;
  if (inner !== undefined && inner !== error) return failureCode(inner);
  return typeof code === 'string' ? code : null;
}

const RETRYABLE = new Set(['P2034', '40001', '40P01']);
const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2037',
  // A server that is open to readers only: a standby after a failover, or one that was closed to writers.
  '25006',
  // Refused at the door: the password was changed, the role or the database is gone.
  '28000',
  '28P01',
  '3D000',
  '53300',
  '57014',
  '57P01',
  '57P02',
  '57P03',
  LOCK_NOT_AVAILABLE,
]);
const AWAY_MESSAGE =
  /Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|Can't reach database server|after calling end on the pool|client was closed/i;

/** A unique index has this row already. */
export const isTaken = (error: unknown): boolean => failureCode(error) === '23505';

/** A fault that a second try of the same transaction may not meet. */
export const isRetryable = (error: unknown): boolean => RETRYABLE.has(failureCode(error) ?? '');

/** The database could not be reached, ended the session, or did not answer within its time limit. */
export function isAway(error: unknown): boolean {
  const code = failureCode(error);
  if (code !== null && (AWAY.has(code) || code.startsWith('08') || code.startsWith('53'))) return true;
  return error instanceof Error && AWAY_MESSAGE.test(error.message);
}

export const unreachable = (cause: unknown): UnavailableError =>
  new UnavailableError('store_unavailable', 'The database cannot be reached at the moment', { cause });

/** What goes up from the adapter: UnavailableError when the database is away, else the error itself. */
export const translated = (error: unknown): unknown =>
  isAway(error) || isRetryable(error) ? unreachable(error) : error;
