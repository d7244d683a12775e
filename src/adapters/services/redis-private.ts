/** A Redis (or Valkey) of our own: the system's program, our port, our folder. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { InvalidInputError } from '../../errors.js';
import type { Log } from '../../ports.js';
import { isThere } from '../is-there.js';
import { freePort, startServer, stopLeftover } from './child.js';
import { isAlive, keptSecret } from './data-dir.js';

const run = promisify(execFile);

interface Options {
  readonly dir: string;
  readonly log: Log;
  readonly mayInstall: boolean;
}

export async function startRedis(options: Options): Promise<{ url: string; close(): Promise<void> }> {
  const program = (await findProgram()) ?? (await installRedis(options.mayInstall));
  const data = path.join(options.dir, 'redis');
  await mkdir(data, { recursive: true, mode: 0o700 });
  const password = await keptSecret(path.join(options.dir, 'redis.password'));
  await clearLeftover(data);
  const port = await freePort();
  const settings = path.join(data, 'redis.conf');
  // The password stands in a file of mode 0600, not among the arguments that every user can list.
  await writeFile(settings, redisSettings(data, port, password), { mode: 0o600 });
  const server = await startServer(
    {
      file: program,
      args: [settings],
      name: 'Redis',
      logFile: path.join(options.dir, 'redis.log'),
      stopSignal: 'SIGTERM',
    },
    () => answers(port, password),
    options.log,
  );
  return { url: `redis://:${password}@127.0.0.1:${port}/0`, close: () => server.stop() };
}

const redisSettings = (data: string, port: number, password: string): string =>
  [
    'bind 127.0.0.1',
    `port ${port}`,
    `dir "${data}"`,
    `pidfile "${path.join(data, 'redis.pid')}"`,
    `requirepass ${password}`,
    'daemonize no',
    'databases 64',
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    '',
  ].join('\n');

async function findProgram(): Promise<string | null> {
  for (const program of ['redis-server', 'valkey-server']) {
    const found = await run(program, ['--version']).then(
      () => true,
      () => false,
    );
    if (found) return program;
  }
  return null;
}

const WAYS =
  'Install redis-server or valkey-server so that it is on the PATH, or set REDIS_URL to a server with AOF and noeviction';

/** Root on Debian or Ubuntu may install the package; the system's own Redis is not started. */
async function installRedis(allowed: boolean): Promise<string> {
  const debian = await isThere('/etc/debian_version');
  if (!allowed || !debian || process.getuid?.() !== 0) {
    const apt = debian ? ', or run as root without POLYWARDEN_NO_APT, and it is installed by apt' : '';
    throw new InvalidInputError('services_unavailable', `No redis-server was found. ${WAYS}${apt}.`);
  }
  process.stderr.write('No redis-server was found: installing it with apt-get (POLYWARDEN_NO_APT=1 forbids).\n');
  const guard = '/usr/sbin/policy-rc.d';
  const guarded = await isThere(guard);
  try {
    // Debian's way to say that an installed package must not start its daemon.
    if (!guarded) await writeFile(guard, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    await aptGet('update');
    await aptGet('install', '-y', '--no-install-recommends', 'redis-server');
  } catch (cause) {
    throw new InvalidInputError('services_unavailable', `apt-get could not install redis-server. ${WAYS}.`, [], {
      cause,
    });
  } finally {
    if (!guarded) await rm(guard, { force: true });
  }
  const program = await findProgram();
  if (program === null) {
    throw new InvalidInputError('services_unavailable', `apt-get ran, yet no redis-server was found. ${WAYS}.`);
  }
  return program;
}

const aptGet = (...args: readonly string[]) =>
  run('env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', ...args], { timeout: 300_000 });

/** A killed instance leaves its Redis running; two of them would write one file. */
async function clearLeftover(data: string): Promise<void> {
  const file = path.join(data, 'redis.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).trim());
  if (!isAlive(pid)) return;
  const real = await realpath(data);
  const home = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  if (home === real) await stopLeftover(pid, 'SIGTERM');
}

/** PING over a plain socket: loading an append-only file answers -LOADING until it is done. */
async function answers(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    let text = '';
    socket.setTimeout(1_000, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      if (text.includes('+PONG')) finish(true);
      else if (/^-/m.test(text)) finish(false);
    });
    socket.write(`AUTH ${password}\r\nPING\r\n`);
  });
}
