/** The embedded servers as `npm start` uses them: owned by one process, found again, closed surely. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/adapters/postgres.js';
import { startPostgres } from '../../src/adapters/services/postgres-embedded.js';
import { findServices, startServices } from '../../src/adapters/services-embedded.js';
import { storeFrom } from '../../src/cli/store.js';
import { readConfig } from '../../src/config.js';
import type { Log } from '../../src/ports.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'polywarden-services-'));
  await chmod(dir, 0o755);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const config = (env: Record<string, string> = {}) => readConfig({ DATA_DIR: path.join(dir, 'data'), ...env });

async function query<T extends object>(databaseUrl: string, sql: string): Promise<readonly T[]> {
  const connection = await connect(databaseUrl);
  try {
    return (await connection.query<T>(sql)).rows;
  } finally {
    await connection.end();
  }
}
const pidOf = async (file: string): Promise<number> =>
  Number((await readFile(path.join(dir, 'data', file), 'utf8')).split('\n')[0]);
const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
async function gone(pid: number): Promise<boolean> {
  for (let i = 0; i < 400 && isRunning(pid); i += 1) await sleep(25);
  return !isRunning(pid);
}

describe('embedded servers', { timeout: 120_000 }, () => {
  it('keep their data over a restart, and let nobody else on the folder', async () => {
    const first = await startServices(config(), silent);
    await query(first.databaseUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    expect(await findServices(config())).toEqual({ databaseUrl: first.databaseUrl, redisUrl: first.redisUrl });
    await expect(startServices(config(), silent)).rejects.toMatchObject({
      code: 'services_unavailable',
      message: expect.stringContaining('Another instance'),
    });
    expect(await query(first.databaseUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    for (const secret of ['postgres.password', 'redis.password', 'services.json', 'redis/redis.conf']) {
      expect((await stat(path.join(dir, 'data', secret))).mode & 0o777).toBe(0o600);
    }
    await Promise.all([first.close(), first.close()]);
    expect(await findServices(config())).toBeNull();
    const second = await startServices(config(), silent);
    expect(await query(second.databaseUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await second.close();
  });

  it('say what to do when the folder is no folder, or lies where none can be made', async () => {
    const file = path.join(dir, 'file');
    await writeFile(file, '');
    for (const at of [file, path.join(file, 'below'), '/proc/polywarden']) {
      await expect(startServices(config({ DATA_DIR: at }), silent)).rejects.toMatchObject({
        code: 'services_unavailable',
        message: expect.stringMatching(/^\/.* Set DATA_DIR/),
      });
    }
  });

  it('use what is configured and start nothing of it', async () => {
    const urls = { DATABASE_URL: 'postgresql://a@b/c', REDIS_URL: 'redis://d' };
    const services = await startServices(config(urls), silent);
    expect(services).toMatchObject({ databaseUrl: urls.DATABASE_URL, redisUrl: urls.REDIS_URL });
    await services.close();
    await expect(stat(path.join(dir, 'data'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('that end by themselves are started anew on the same port, and nothing is lost', async () => {
    const services = await startServices(config(), silent);
    await query(services.databaseUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const pids = async () => [await pidOf('postgres/postmaster.pid'), await pidOf('redis/redis.pid')];
    const before = await pids();
    for (const pid of before) process.kill(pid, 'SIGKILL');
    expect(await Promise.all(before.map(gone))).toEqual([true, true]);
    await expect
      .poll(() => query(services.databaseUrl, 'SELECT answer FROM kept').catch(() => null), { timeout: 40_000 })
      .toEqual([{ answer: 42 }]);
    await expect.poll(async () => (await pids()).map(isRunning), { timeout: 40_000 }).toEqual([true, true]);
    const after = await pids();
    expect(after).not.toEqual(before);
    await services.close();
    expect(await Promise.all(after.map(gone))).toEqual([true, true]);
  });

  it('that start and cannot be used are stopped again', async () => {
    await mkdir(path.join(dir, 'data'));
    const options = { dir: path.join(dir, 'data'), log: silent, flags: ['default_transaction_read_only=on'] };
    await expect(startPostgres(options)).rejects.toThrow('read-only');
    await expect(pidOf('postgres/postmaster.pid')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('that end while they are closed stay down', async () => {
    const services = await startServices(config(), silent);
    const redis = await pidOf('redis/redis.pid');
    process.kill(redis, 'SIGKILL');
    expect(await gone(redis)).toBe(true);
    await services.close();
    expect(await readFile(path.join(dir, 'data/redis/redis.pid'), 'utf8').then(Number)).toBe(redis);
  });

  it('have their tables when a command is the first to use them', async () => {
    const keys = await storeFrom(config())(({ store }) => store.access.listKeys(), 'may be new');
    expect(keys).toEqual([]);
    expect(await findServices(config())).toBeNull();
    expect(await storeFrom(config())(({ store }) => store.access.listKeys())).toEqual([]);
  });

  it('are not begun by a command that looks for a system: a mistyped folder is named and not made', async () => {
    const listed = storeFrom(config())(({ store }) => store.access.listUsers());
    const where = path.join(dir, 'data');
    await expect(listed).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining(where) });
    await expect(stat(where)).rejects.toThrow('ENOENT');
  });

  it('start beside stale files whose process numbers belong to others', async () => {
    const first = await startServices(config(), silent);
    await first.close();
    const data = path.join(dir, 'data');
    await writeFile(path.join(data, 'instance.lock'), `${process.pid} 1\n`);
    await writeFile(path.join(data, 'postgres/postmaster.pid'), `${process.pid}\n${data}/postgres\n1\n5432\n\n\n\n`);
    await writeFile(path.join(data, 'redis/redis.pid'), `${process.pid}\n`);
    const second = await startServices(config(), silent);
    expect(await query(second.databaseUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await second.close();
  });
});

/** A parent process of its own, which prints a line when its servers run. */
async function startParent(): Promise<ChildProcess> {
  const child = fork(path.join(import.meta.dirname, '../support/services-parent.mjs'), [path.join(dir, 'data')], {
    silent: true,
  });
  const text: string[] = [];
  child.stderr?.on('data', (bytes) => text.push(String(bytes)));
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the parent ended before its servers ran: ${text.join('')}`);
  });
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return child;
}

describe('a parent that ends', { timeout: 120_000 }, () => {
  it.each(['once', 'twice'])('by SIGINT %s takes its servers with it', async (times) => {
    const parent = await startParent();
    const pids = [await pidOf('postgres/postmaster.pid'), await pidOf('redis/redis.pid')];
    parent.kill('SIGINT');
    if (times === 'twice') parent.kill('SIGINT');
    await once(parent, 'exit');
    expect(await Promise.all(pids.map(gone))).toEqual([true, true]);
  });

  it('by SIGKILL leaves servers that the next start stops, and loses nothing', async () => {
    const parent = await startParent();
    const noted = await findServices(config());
    await query(noted?.databaseUrl ?? '', 'CREATE TABLE kept AS SELECT 42 AS answer');
    const pids = [await pidOf('postgres/postmaster.pid'), await pidOf('redis/redis.pid')];
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    expect(await findServices(config())).toBeNull();
    const next = await startServices(config(), silent);
    expect(pids.map(isRunning)).toEqual([false, false]);
    expect(await query(next.databaseUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await next.close();
  });
});

describe('without a redis-server', { timeout: 120_000 }, () => {
  const oldPath = process.env['PATH'];
  const bin = () => path.join(dir, 'bin');
  beforeEach(async () => {
    await mkdir(bin());
    for (const tool of ['env', 'id', 'test', 'sh', 'ln']) await symlink(`/usr/bin/${tool}`, path.join(bin(), tool));
    process.env['PATH'] = bin();
  });
  afterEach(() => {
    process.env['PATH'] = oldPath;
  });

  it('names the ways when it may not install one', async () => {
    await expect(startServices(config({ POLYWARDEN_NO_APT: '1' }), silent)).rejects.toMatchObject({
      code: 'services_unavailable',
      message: expect.stringMatching(/redis-server or valkey-server.*REDIS_URL/),
    });
    await expect(stat(path.join(dir, 'data/instance.lock'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('has root on Debian install it, announced, with the daemon kept from starting', async () => {
    if (process.getuid?.() !== 0 || !(await stat('/etc/debian_version').catch(() => null))) {
      console.log('not root on Debian: the installation by apt is not tried here');
      return;
    }
    const script = [
      '#!/usr/bin/sh',
      `echo "$@ $DEBIAN_FRONTEND $(test -x /usr/sbin/policy-rc.d && echo guarded)" >> ${dir}/apt.log`,
      `for a in "$@"; do test "$a" = redis-server && ln -s /usr/bin/redis-server ${bin()}/redis-server; done`,
      'exit 0',
    ];
    await writeFile(path.join(bin(), 'apt-get'), script.join('\n'), { mode: 0o755 });
    const services = await startServices(config(), silent);
    await services.close();
    const calls = (await readFile(path.join(dir, 'apt.log'), 'utf8')).trim().split('\n');
    expect(calls).toEqual([
      '-q update noninteractive guarded',
      '-q install -y --no-install-recommends redis-server noninteractive guarded',
    ]);
  });
});
