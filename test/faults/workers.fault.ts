/** Workers are killed, paused, blocked, told to stop, and meet a note that ends them. */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { connect } from '../../src/adapters/postgres.js';
import { HOT_WORD } from '../support/classifier.js';
import { type Cut, cuttable } from '../support/cut.js';
import { noteBody, type System } from '../support/running.js';
import { until } from '../support/until.js';
import { hearClaims, type Kill, killAtWork } from './support/at-work.js';
import { broken, type Form } from './support/form.js';
import { holdsOf, type Ledger, lineOf, settle } from './support/ledger.js';
import { addressesOf, type Bundle, bundleProcesses, keepAlive, PROCESS_ENV, staleWrites } from './support/processes.js';
import { row } from './support/row.js';
import { quantile, type Sent, sendLoad, sendOne } from './support/traffic.js';
import { breakFence, NO_SWEEP } from './support/without.js';
import { inWorld, type World } from './support/world.js';

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleProcesses();
});
afterAll(() => bundle.remove());

const send = async (system: System, externalId: string, words: string): Promise<string> => {
  const answer = await system.post('/v1/notes', noteBody(externalId, { body: words }));
  const { id }: { id: string } = answer.json();
  return id;
};

row(4, 'Worker kill storm', { short: 120, full: 700 }, (form) =>
  inWorld({}, async (world) => {
    const { kills, ledger } = await killStorm(world, form);
    const { reruns, stalled, unfinished, gaps } = await recoveryOf(world.system, kills);
    return {
      figure: `${kills.length} kills, ${reruns} re-runs, ${stalled} held by a crash count, recovery p50/p99 ${quantile(gaps, 0.5)}/${quantile(gaps, 0.99)} ms; ${lineOf(ledger)}`,
      holds: {
        ...holdsOf(ledger),
        'kills met work in hand, which ran again': reruns > 0 && gaps.length > 0,
        'nothing that was in hand is unfinished': unfinished === 0,
        'none failed by a stall': stalled === 0,
        'recovery within 20 s': quantile(gaps, 0.99) <= 20_000,
      },
    };
  }),
);

/** Every three seconds one of the workers is killed while it has work in hand. */
async function killStorm({ system, target, receiver }: World, form: Form) {
  const count = form.of(2, 4);
  const forMs = form.of(15_000, 300_000);
  const env = broken === 'sweeper' ? NO_SWEEP : {};
  const start = async () =>
    hearClaims(await bundle.start('worker', addressesOf(system), { env, behaviour: { everyMs: 150 } }));
  const workers = Array.from({ length: count }, () => keepAlive(start));
  try {
    // What waits for workers to start says nothing of their end.
    await until(async () => (workers.every((worker) => worker.current() !== null) ? true : null), 60_000);
    const random = form.random('row 4');
    const sending = sendLoad(target, { name: 'storm', perSecond: form.of(20, 40), forMs, random });
    const deadline = Date.now() + forMs;
    const kills: Kill[] = [];
    while (Date.now() < deadline) {
      await pause(3_000);
      const first = Math.floor(random() * count);
      const inTurn = () => workers.map((_, at) => workers[(first + at) % count]?.current() ?? null);
      const kill = await killAtWork(system.databaseUrl, inTurn);
      if (kill !== null) kills.push(kill);
    }
    return { kills, ledger: await settle(system.databaseUrl, target, await sending, { withinMs: 60_000, receiver }) };
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

/** Notes that were claimed more than once; of those that a kill left behind, the time from the kill to their decision. */
async function recoveryOf(system: System, kills: readonly Kill[]) {
  const connection = await connect(system.databaseUrl);
  const sql = `SELECT id, crashes, state, extract(epoch FROM decided_at)::float8 * 1000 AS at FROM revisions WHERE epoch > 1`;
  const { rows } = await connection.query<{ id: string; crashes: number; state: string; at: number | null }>(sql);
  await connection.end();
  const decidedAt = new Map(rows.map(({ id, at }) => [id, at]));
  const left = kills.flatMap(({ at, leftBehind }) =>
    leftBehind.map((id) => ({ at, decided: decidedAt.get(id) ?? null })),
  );
  const gaps = left.flatMap(({ at, decided }) => (decided === null ? [] : decided - at));
  const stalled = rows.filter(({ state, crashes }) => state === 'held' && crashes >= 3).length;
  return { reruns: rows.length, stalled, unfinished: left.length - gaps.length, gaps };
}

interface Paused {
  readonly ledger: Ledger;
  readonly attempted: number;
}

const TRIES = 5;

/** A worker sleeps past its lease in the middle of a note, another one decides it, then the first goes on. */
async function pausedWorker(world: World, name: string): Promise<Paused> {
  const { system, target, receiver } = world;
  const sent: Sent[] = [];
  let attempted = 0;
  // The first may notice in time that its lease is gone; the fence is for when it does not.
  while (attempted === 0 && sent.length < TRIES) {
    const externalId = `${name}-${sent.length}`;
    attempted += await pauseOne(world, externalId, sent);
    if ((await eventsOf(system, externalId)) > 1) break;
  }
  system.startWorker();
  return { ledger: await settle(system.databaseUrl, target, sent, { withinMs: 20_000, receiver }), attempted };
}

async function pauseOne({ system, target }: World, externalId: string, sent: Sent[]): Promise<number> {
  const blockAt = { word: HOT_WORD, ms: 400 };
  const first = await bundle.start('worker', addressesOf(system), { behaviour: { blockAt } });
  const stale = staleWrites(first);
  const sending = sendOne(target, externalId, true, 10_000);
  await first.said('busy');
  first.child.kill('SIGSTOP');
  sent.push(await sending);
  const second = system.startWorker();
  await until(async () => ((await decisionsOf(system, externalId)) > 0 ? true : null), 20_000);
  await second.close(3_000);
  first.child.kill('SIGCONT');
  const isSeen = async () => (stale() > 0 || (await eventsOf(system, externalId)) > 1 ? true : null);
  await until(isSeen, 3_000).catch(() => null);
  await first.kill();
  return stale();
}

const countOf =
  (sql: string) =>
  async (system: System, externalId: string): Promise<number> => {
    const connection = await connect(system.databaseUrl);
    const { rows } = await connection.query<{ n: number }>(sql, [externalId]);
    await connection.end();
    return rows[0]?.n ?? 0;
  };
const decisionsOf = countOf(
  'SELECT count(*)::int AS n FROM decisions d JOIN notes n ON n.id = d.note_id WHERE n.external_id = $1',
);
const eventsOf = countOf(
  'SELECT count(*)::int AS n FROM events e JOIN notes n ON n.id = e.note_id WHERE n.external_id = $1',
);

row(5, 'Paused worker', { short: 90, full: 120 }, async () => {
  const fenced = await inWorld({}, async (world) => {
    if (broken === 'fence') await breakFence(world.system.databaseUrl);
    return pausedWorker(world, 'paused');
  });
  // The checker is checked: without the fence the same run has to show a second effect.
  const bare = await inWorld({}, async (world) => {
    await breakFence(world.system.databaseUrl);
    return pausedWorker(world, 'unfenced');
  });
  const accepted = fenced.ledger.duplicateDecisions + fenced.ledger.duplicateEvents;
  const seen = bare.ledger.duplicateDecisions + bare.ledger.duplicateEvents;
  return {
    figure: `stale writes attempted ${fenced.attempted}, accepted ${accepted}; without the fence accepted ${seen}`,
    holds: {
      ...holdsOf(fenced.ledger),
      'a stale write was tried': fenced.attempted >= 1,
      'none was accepted': accepted === 0,
      'the checker sees a missing fence': seen > 0,
    },
  };
});

row(6, 'Blocked event loop', { short: 60, full: 150 }, (form) =>
  inWorld({}, async ({ system, target, receiver }) => {
    const ms = form.of(6_000, 45_000);
    const blocked = await bundle.start('worker', addressesOf(system), {
      behaviour: { blockAt: { word: HOT_WORD, ms } },
    });
    const stale = staleWrites(blocked);
    const first = sendOne(target, 'blocked-0', true, 10_000);
    await blocked.said('busy');
    system.startWorker();
    const random = () => 1;
    const others = await sendLoad(target, { name: 'beside', perSecond: 10, forMs: form.of(5_000, 40_000), random });
    const ledger = await settle(system.databaseUrl, target, [await first, ...others], { withinMs: 30_000, receiver });
    await until(async () => (stale() > 0 ? true : null), ms + 10_000).catch(() => null);
    const refused = stale();
    await blocked.kill();
    const p99 = await waitOf(system, 'beside-%');
    return {
      figure: `blocked for ${ms} ms: second results refused ${refused}, second effects ${ledger.duplicateDecisions + ledger.duplicateEvents}, other notes decided within p99 ${p99} ms`,
      holds: { ...holdsOf(ledger), 'the late result was refused': refused >= 1, 'others went on': p99 < 5_000 },
    };
  }),
);

async function waitOf(system: System, like: string): Promise<number> {
  const connection = await connect(system.databaseUrl);
  const sql = `SELECT extract(epoch FROM decided_at - created_at)::float8 * 1000 AS ms FROM notes WHERE external_id LIKE $1`;
  const { rows } = await connection.query<{ ms: number }>(sql, [like]);
  await connection.end();
  return quantile(
    rows.map((one) => one.ms),
    0.99,
  );
}

row(11, 'Shutdown', { short: 120, full: 180 }, () =>
  inWorld({ env: { LEASE_MS: '600000' } }, async ({ system }) => {
    const [redis, postgres] = await Promise.all([cuttable(system.redisUrl), cuttable(system.databaseUrl)]);
    const waitAt = { word: HOT_WORD, ms: 600_000 };
    const env = { LEASE_MS: '600000' };
    const stop = async (name: string, options: { isBusy?: boolean; cut?: Cut; signals?: number }): Promise<Stopped> => {
      const worker = await bundle.start(
        'worker',
        { databaseUrl: postgres.url, redisUrl: redis.url },
        { env, behaviour: { waitAt } },
      );
      const id = options.isBusy === true ? await send(system, `stop-${name}`, `A ${HOT_WORD} by the lake.`) : null;
      if (id !== null) await worker.said('busy');
      await options.cut?.cut();
      const ended = once(worker.child, 'exit') as Promise<[number | null, string | null]>;
      const started = performance.now();
      for (let n = 0; n < (options.signals ?? 1); n += 1) {
        worker.child.kill('SIGTERM');
        await pause(100);
      }
      const [code] = await ended;
      const seconds = (performance.now() - started) / 1_000;
      await options.cut?.mend();
      return { name, seconds, code, isHandedBack: id === null ? null : await isFree(system, id) };
    };
    const runs = [
      await stop('idle', {}),
      await stop('busy', { isBusy: true }),
      await stop('Redis down', { isBusy: true, cut: redis }),
      await stop('Postgres down', { isBusy: true, cut: postgres }),
      await stop('twice', { isBusy: true, signals: 2 }),
    ];
    await Promise.all([redis.close(), postgres.close()]);
    const graceSeconds = Number(PROCESS_ENV.SHUTDOWN_MS) / 1_000 + 1;
    const orderly = runs.filter(({ name }) => name === 'busy' || name === 'Redis down');
    return {
      figure: `${runs.map(({ name, seconds, code }) => `${name} ${seconds.toFixed(1)} s code ${code}`).join(', ')}; needing the sweeper ${orderly.filter((one) => one.isHandedBack !== true).length}`,
      holds: {
        'within the grace': runs.every(({ seconds }) => seconds <= graceSeconds),
        'handed back where the database is there': orderly.every((one) => one.isHandedBack === true),
        'exit codes': runs.every(
          ({ name, code }) => code === (name === 'twice' ? 130 : code === 1 && name === 'Postgres down' ? 1 : 0),
        ),
      },
    };
  }),
);

interface Stopped {
  readonly name: string;
  readonly seconds: number;
  readonly code: number | null;
  readonly isHandedBack: boolean | null;
}

async function isFree(system: System, noteId: string): Promise<boolean> {
  const connection = await connect(system.databaseUrl);
  const sql = 'SELECT lease_until IS NULL AS free FROM revisions WHERE note_id = $1';
  const { rows } = await connection.query<{ free: boolean }>(sql, [noteId]);
  await connection.end();
  return rows[0]?.free === true;
}

row(12, 'Poison note', { short: 120, full: 240 }, (form) =>
  inWorld({}, async ({ system, target, receiver }) => {
    const word = 'poisonfax';
    const forMs = form.of(10_000, 60_000);
    const perSecond = 10;
    const start = () => bundle.start('worker', addressesOf(system), { behaviour: { dieAt: word } });
    const workers = [keepAlive(start), keepAlive(start)];
    const poison = send(system, 'poison', `A ${word} by the lake.`);
    const sent = await sendLoad(target, { name: 'healthy', perSecond, forMs, random: () => 1 });
    const ledger = await settle(system.databaseUrl, target, sent, { withinMs: 30_000, receiver });
    const id = await poison;
    const view = await until(async () => {
      const found = await system.view(id);
      return found.status === 'pending' ? null : found;
    }, 30_000);
    const connection = await connect(system.databaseUrl);
    const { rows } = await connection.query<{ crashes: number }>('SELECT crashes FROM revisions WHERE note_id = $1', [
      id,
    ]);
    await connection.end();
    await Promise.all(workers.map((worker) => worker.stop()));
    const restarts = workers.reduce((sum, worker) => sum + worker.restarts(), 0);
    const share = ledger.decided / ledger.submitted;
    return {
      figure: `crashes before it is held ${rows[0]?.crashes ?? 0} (${restarts} restarts), the rest decided ${Math.round(100 * share)} %, final state ${view.status}`,
      holds: {
        ...holdsOf(ledger),
        'held after three crashes': view.status === 'held' && rows[0]?.crashes === 3,
        'the rest went on': share >= 0.9,
      },
    };
  }),
);
