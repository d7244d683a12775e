/** Redis is disposable: wiped, killed, full, empty; no note is lost. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../../src/adapters/services/child.js';
import { until } from '../support/until.js';
import { broken } from './support/form.js';
import { holdsOf, type Ledger, lineOf, settle } from './support/ledger.js';
import { row } from './support/row.js';
import { quantile, sendLoad } from './support/traffic.js';
import { NO_SWEEP } from './support/without.js';
import { inWorld, type World } from './support/world.js';

const SWEEP_MS = 300;

row(2, 'Redis wiped', { short: 120, full: 240 }, async (form) => {
  const env = broken === 'sweeper' ? NO_SWEEP : {};
  const whole = await inWorld({ env }, (world) => wiped(world, form.of(6_000, 30_000), form.random('row 2')));
  // The checker is checked: without the sweeper a wiped queue has to leave notes undecided.
  const bare = await inWorld({ env: NO_SWEEP }, (world) => wiped(world, 2_000, form.random('row 2b'), 5_000));
  return {
    figure: `last note decided ${whole.lastMs} ms after the last of three wipes; ${lineOf(whole.ledger)}; without the sweeper left undecided ${bare.ledger.lost}`,
    holds: {
      ...holdsOf(whole.ledger),
      'within two sweeps and a note': whole.lastMs <= 2 * SWEEP_MS + 5_000,
      'the checker sees a missing sweeper': bare.ledger.lost > 0,
    },
  };
});

/** Notes come all the time; three times the queue is emptied before a worker has seen what lies in it. */
async function wiped(
  { system, target, receiver }: World,
  forMs: number,
  random: () => number,
  withinMs = 30_000,
): Promise<{ readonly ledger: Ledger; readonly lastMs: number }> {
  const redis = new Redis(system.redisUrl);
  let worker = system.startWorker();
  const sending = sendLoad(target, { name: 'wiped', perSecond: 30, forMs, random });
  for (let n = 0; n < 3; n += 1) {
    await pause(forMs / 4);
    await worker.close(2_000);
    await until(async () => ((await system.app.queue.waiting('notes')) > 0 ? true : null), 5_000);
    await redis.flushdb();
    worker = system.startWorker();
  }
  const wipedAt = Date.now();
  const sent = await sending;
  const ledger = await settle(system.databaseUrl, target, sent, { withinMs, receiver });
  await redis.quit();
  return { ledger, lastMs: Date.now() - wipedAt };
}

interface Kind {
  readonly name: string;
  readonly settings: readonly string[];
  readonly keepsFolder: boolean;
  /** Largest file in KiB, which stands for a full disk: writes fail, nothing is killed. */
  readonly fileKiB?: number;
}
const KINDS: readonly Kind[] = [
  { name: 'no AOF', settings: ['--appendonly no', '--save ""'], keepsFolder: true },
  { name: 'snapshots', settings: ['--appendonly no'], keepsFolder: true },
  { name: 'AOF', settings: ['--appendonly yes', '--appendfsync everysec'], keepsFolder: true },
  { name: 'AOF, disk full', settings: ['--appendonly yes'], keepsFolder: true, fileKiB: 24 },
  {
    name: 'memory full',
    settings: ['--appendonly no', '--maxmemory 3mb', '--maxmemory-policy noeviction'],
    keepsFolder: true,
  },
  { name: 'restarted empty', settings: ['--appendonly yes'], keepsFolder: false },
];

interface Server {
  readonly child: ChildProcess;
  readonly url: string;
}

async function startRedisServer(kind: Kind, dir: string, port: number): Promise<Server> {
  await mkdir(dir, { recursive: true });
  const limit = kind.fileKiB === undefined ? '' : `trap '' XFSZ; ulimit -f ${kind.fileKiB}; `;
  const settings = `--bind 127.0.0.1 --port ${port} --dir ${dir} --databases 64 ${kind.settings.join(' ')}`;
  const child = spawn('bash', ['-c', `${limit}exec redis-server ${settings}`], { stdio: 'ignore' });
  const url = `redis://127.0.0.1:${port}/0`;
  await until(async () => {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      await redis.ping();
      return true;
    } catch {
      return null;
    } finally {
      redis.disconnect();
    }
  }, 10_000);
  return { child, url };
}

async function kill({ child }: Server): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

row(3, 'Redis killed', { short: 180, full: 400 }, async (form) => {
  const results: { readonly kind: string; readonly jobsLost: number; readonly ledger: Ledger; readonly p99: number }[] =
    [];
  for (const kind of KINDS) results.push(await killed(kind, form.of(60, 400), form.random(`row 3 ${kind.name}`)));
  const cells = results.map(
    ({ kind, jobsLost, ledger, p99 }) =>
      `${kind}: jobs lost ${jobsLost}, notes lost ${ledger.lost}, intake p99 ${p99} ms`,
  );
  return {
    figure: cells.join('; '),
    holds: {
      'no note lost': results.every(({ ledger }) => ledger.lost === 0 && ledger.acknowledged === ledger.submitted),
      'nothing twice': results.every(({ ledger }) => Object.values(holdsOf(ledger)).every(Boolean)),
      'intake goes on without it': results.every(({ p99 }) => p99 < 3_000),
    },
  };
});

async function killed(kind: Kind, notes: number, random: () => number) {
  const root = await mkdtemp(path.join(tmpdir(), 'polywarden-redis-'));
  await chmod(root, 0o755);
  const port = await freePort();
  let folder = path.join(root, '0');
  let server = await startRedisServer(kind, folder, port);
  try {
    return await inWorld({ redisUrl: server.url }, async ({ system, target, receiver }) => {
      const before = await sendLoad(target, { name: 'before', perSecond: 60, forMs: (notes * 1_000) / 60, random });
      const waiting = await system.app.queue.waiting('notes').catch(() => 0);
      await kill(server);
      const during = await sendLoad(target, { name: 'during', perSecond: 20, forMs: 1_500, random });
      if (!kind.keepsFolder) folder = path.join(root, '1');
      server = await startRedisServer(
        kind.fileKiB === undefined ? kind : { ...kind, fileKiB: 1_000_000 },
        folder,
        port,
      );
      const left = await until(() => system.app.queue.waiting('notes').catch(() => null), 10_000);
      system.startWorker();
      const sent = [...before, ...during];
      const ledger = await settle(system.databaseUrl, target, sent, { withinMs: 30_000, receiver });
      return {
        kind: kind.name,
        jobsLost: Math.max(0, Math.max(waiting, before.length) - left),
        ledger,
        p99: quantile(
          during.map(({ ms }) => ms),
          0.99,
        ),
      };
    });
  } finally {
    await kill(server);
    await rm(root, { recursive: true, force: true });
  }
}
