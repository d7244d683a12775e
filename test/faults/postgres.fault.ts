/** Postgres crashes, fills up, closes to writers; many take from it at once. */
import { execFile } from 'node:child_process';
import { chown, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Connection, connect, failureCode } from '../../src/adapters/postgres.js';
import { noteBody, type System } from '../support/running.js';
import { freshDatabase } from '../support/services.js';
import { acceptInput, openTestStore, sourceOf } from '../support/store.js';
import { holdsOf, lineOf, settle } from './support/ledger.js';
import { type OwnPostgres, startOwnPostgres } from './support/own-postgres.js';
import { row } from './support/row.js';
import { sendLoad } from './support/traffic.js';
import { inWorld } from './support/world.js';

const run = promisify(execFile);

row(7, 'Postgres crash and restart', { short: 200, full: 240 }, async (form) => {
  const postgres = await startOwnPostgres();
  const stray: unknown[] = [];
  const onStray = (error: unknown): void => void stray.push(error);
  process.on('uncaughtException', onStray).on('unhandledRejection', onStray);
  try {
    return await inWorld({ databaseUrl: postgres.databaseUrl }, async ({ system, target, receiver }) => {
      system.startWorker();
      const crashes = form.of(2, 5);
      const forMs = crashes * 5_000;
      const load = { name: 'crash', perSecond: 25, forMs, random: form.random('row 7') };
      const sending = sendLoad(target, load);
      const resumes: number[] = [];
      for (let n = 0; n < crashes; n += 1) {
        await pause(2_500);
        await postgres.kill();
        await postgres.back(20_000);
        resumes.push(await untilAccepts(system, `resume-${n}`));
      }
      const sent = await sending;
      const ledger = await settle(postgres.databaseUrl, target, sent, { withinMs: 60_000, receiver });
      const unknown = sent.reduce((sum, one) => sum + one.unknown, 0);
      const defects = sent.reduce((sum, one) => sum + one.defects, 0);
      return {
        figure: `${crashes} crashes, outcomes unknown to clients ${unknown}, of these answered as a defect ${defects}, intake back after ${Math.max(...resumes)} ms at most, uncaught ${stray.length}; ${lineOf(ledger)}`,
        holds: {
          ...holdsOf(ledger),
          'all answered in the end': ledger.acknowledged === ledger.submitted,
          'no outage is called a defect': defects === 0,
          'nothing uncaught': stray.length === 0,
        },
      };
    });
  } finally {
    process.off('uncaughtException', onStray).off('unhandledRejection', onStray);
    await postgres.close();
  }
});

/** Milliseconds until a note is taken again. */
async function untilAccepts(system: System, externalId: string): Promise<number> {
  const started = Date.now();
  while (Date.now() - started < 30_000) {
    const { status } = await system.post('/v1/notes', noteBody(externalId));
    if (status === 202) return Date.now() - started;
    await pause(50);
  }
  return Number.POSITIVE_INFINITY;
}

interface Trouble {
  readonly name: string;
  begin(postgres: OwnPostgres, system: System): Promise<() => Promise<void>>;
}

/** The tables that intake writes move to a disk of a few megabytes, which is then filled. */
const diskFull: Trouble = {
  name: 'disk full',
  begin: async (postgres) => {
    const disk = path.join(postgres.dir, 'small-disk');
    await mkdir(disk);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
    try {
      const owner = await stat(path.join(postgres.dir, 'postgres'));
      await mkdir(path.join(disk, 'space'));
      await chown(path.join(disk, 'space'), owner.uid, owner.gid);
      await postgres.run(`CREATE TABLESPACE small LOCATION '${path.join(disk, 'space')}'`);
      await postgres.run('CREATE TABLE filler (text text) TABLESPACE small');
      await postgres.run('ALTER TABLE revisions SET TABLESPACE small');
      await run('bash', ['-c', `head -c 20m /dev/zero > '${disk}/filler' 2>/dev/null; true`]);
    } catch (error) {
      await run('umount', ['-l', disk]);
      throw error;
    }
    return async () => {
      await run('rm', ['-f', path.join(disk, 'filler')]);
      await postgres.run('ALTER TABLE revisions SET TABLESPACE pg_default');
      await postgres.run('DROP TABLE filler');
      await postgres.run('DROP TABLESPACE small');
      await run('umount', ['-l', disk]);
    };
  },
};
const readOnly: Trouble = {
  name: 'read-only',
  begin: async (postgres) => {
    await postgres.run("ALTER SYSTEM SET default_transaction_read_only = 'on'");
    await postgres.run('SELECT pg_reload_conf()');
    return async () => {
      await postgres.run('BEGIN READ WRITE; SET LOCAL transaction_read_only = off; COMMIT');
      await allowWrites(postgres);
    };
  },
};
async function allowWrites(postgres: OwnPostgres): Promise<void> {
  const connection = await connect(`${postgres.databaseUrl}?options=-c%20default_transaction_read_only%3Doff`);
  await connection.query('ALTER SYSTEM RESET default_transaction_read_only');
  await connection.query('SELECT pg_reload_conf()');
  await connection.end();
}
const TOO_MANY_CONNECTIONS = '53300';
const OTHERS = `SELECT count(pg_terminate_backend(pid))::int AS ended FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> ALL ($1)`;

/** Takes every connection that is free. */
async function takeFree(databaseUrl: string, held: Connection[]): Promise<void> {
  for (;;) {
    const next = await connect(databaseUrl).catch(failureCode);
    // A busy machine may be too slow for one connection: only the server's own word counts.
    if (next === TOO_MANY_CONNECTIONS) return;
    if (next !== null && typeof next !== 'string') held.push(next);
  }
}
const noConnections: Trouble = {
  name: 'max_connections reached',
  begin: async (postgres) => {
    const held: Connection[] = [await connect(postgres.databaseUrl)];
    const [first] = held;
    // The pool's own connections go, so that it has to ask for new ones; what it gets back between is taken again.
    for (let round = 0; round < 50; round += 1) {
      await takeFree(postgres.databaseUrl, held);
      const pids = await Promise.all(
        held.map(async (one) => (await one.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid),
      );
      const ended = await first?.query<{ ended: number }>(OTHERS, [pids]);
      if (ended?.rows[0]?.ended === 0) break;
    }
    return async () => {
      await Promise.all(held.map((connection) => connection.end()));
    };
  },
};

row(8, 'Postgres full or closed', { short: 150, full: 200 }, async () => {
  const postgres = await startOwnPostgres(['max_connections=24', 'superuser_reserved_connections=0']);
  try {
    return await inWorld({ databaseUrl: postgres.databaseUrl }, async ({ system }) => {
      const cells = [];
      for (const trouble of [readOnly, noConnections, diskFull]) cells.push(await meet(trouble, postgres, system));
      return {
        figure: cells
          .map(
            (cell) =>
              `${cell.name}: ${cell.refused} x 503, ${cell.others} x another error, false 202s ${cell.false202}, back after ${cell.backMs} ms`,
          )
          .join('; '),
        holds: {
          'refused as problems with 503': cells.every((cell) => cell.refused > 0 && cell.others === 0),
          'no false 202': cells.every((cell) => cell.false202 === 0),
          'goes on by itself': cells.every((cell) => cell.backMs < 15_000),
        },
      };
    });
  } finally {
    await postgres.close();
  }
});

async function meet(trouble: Trouble, postgres: OwnPostgres, system: System) {
  const end = await trouble.begin(postgres, system);
  const answers: { status: number; id: string | null; isProblem: boolean }[] = [];
  const ids: string[] = [];
  // A disk that is nearly full takes a few more notes before it refuses.
  for (let n = 0; n < 400 && answers.filter(({ status }) => status === 503).length < 10; n += 1) {
    const externalId = `${trouble.name}-${n}`;
    const body = noteBody(externalId, { body: `${'We walked on. '.repeat(400)}${externalId}` });
    const answer = await system.post('/v1/notes', body);
    const json: { type?: string; id?: string } = answer.json();
    answers.push({ status: answer.status, id: json.id ?? null, isProblem: json.type !== undefined });
    if (answer.status === 202 && json.id !== undefined) ids.push(json.id);
  }
  await end();
  const backMs = await untilAccepts(system, `after-${trouble.name}`);
  const views = await Promise.all(ids.map((id) => system.app.store.notes.get(system.sourceId, id)));
  return {
    name: trouble.name,
    refused: answers.filter(({ status, isProblem }) => status === 503 && isProblem).length,
    others: answers.filter(({ status }) => status !== 503 && status !== 202).length,
    false202: views.filter((view) => view === null).length,
    backMs,
  };
}

row(13, 'Many dispatchers and sweepers', { short: 120, full: 300 }, async (form) => {
  const databaseUrl = await freshDatabase();
  const store = await openTestStore(databaseUrl, 40);
  const sourceId = await sourceOf(store);
  const notes = form.of(1_200, 12_000);
  const random = form.random('row 13');
  let accepted = 0;
  let isWriting = true;
  const write = async (writer: number): Promise<void> => {
    for (let n = writer; n < notes; n += 12) {
      // A commit that waits lets ids become visible out of order, which blinds a reader by last id.
      if (random() < 0.1) await slowAccept(databaseUrl, sourceId, `many-${n}`, store);
      else await store.notes.accept(acceptInput(sourceId, { externalId: `many-${n}`, contentHash: `c${n}` }));
      accepted += 1;
    }
  };
  const claims = new Map<string, number>();
  const claim = async (revisionId: string): Promise<void> => {
    const got = await store.work.claim(revisionId, 600_000, Date.now());
    if (got !== null) claims.set(revisionId, (claims.get(revisionId) ?? 0) + 1);
  };
  const dispatch = async (): Promise<void> => {
    let idle = 0;
    while (isWriting || idle < 5) {
      const due = await store.work.takeDue(20, Date.now(), Date.now() + 1_000);
      idle = due.length === 0 ? idle + 1 : 0;
      for (const { revisionId } of due) await claim(revisionId);
      await pause(20);
    }
  };
  const readers = Array.from({ length: 16 }, dispatch);
  await Promise.all(Array.from({ length: 12 }, (_, writer) => write(writer)));
  isWriting = false;
  await Promise.all(readers);
  await store.close();
  const missed = notes - claims.size;
  const double = [...claims.values()].filter((times) => times > 1).length;
  return {
    figure: `${accepted} notes by 12 writers, 16 takers: missed ${missed}, double claims ${double}`,
    holds: { 'none missed': missed === 0, 'none twice': double === 0, 'all were written': accepted === notes },
  };
});

/** Accepts inside a transaction that stays open a moment before it commits. */
async function slowAccept(
  databaseUrl: string,
  sourceId: string,
  externalId: string,
  store: Awaited<ReturnType<typeof openTestStore>>,
): Promise<void> {
  const blocker = await connect(databaseUrl);
  try {
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE idempotency_keys IN SHARE MODE');
    const accepting = store.notes.accept(
      acceptInput(sourceId, {
        externalId,
        contentHash: externalId,
        idempotency: { key: externalId, fingerprint: 'f' },
      }),
    );
    await pause(60);
    await blocker.query('COMMIT');
    await accepting;
  } finally {
    await blocker.end();
  }
}
