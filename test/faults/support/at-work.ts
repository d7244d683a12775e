/** Kills that hit: a worker is ended while the table of work says that it has something in hand. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Connection, connect } from '../../../src/adapters/postgres.js';
import type { WorkerProcess } from '../../support/worker-process.js';

/** The revisions that a process has claimed, as it tells them. */
const claimsOf = new WeakMap<WorkerProcess, Set<string>>();

export function hearClaims(worker: WorkerProcess): WorkerProcess {
  const claimed = new Set<string>();
  worker.child.on('message', (word) => {
    const [, revisionId] = /^claimed (.+)$/.exec(String(word)) ?? [];
    if (revisionId !== undefined) claimed.add(revisionId);
  });
  claimsOf.set(worker, claimed);
  return worker;
}

export interface Kill {
  readonly at: number;
  /** Revisions whose lease the dead process left behind. */
  readonly leftBehind: readonly string[];
}

const LOOKS = 400;
const LOOK_MS = 25;
/** Who takes the work over has to be there: the time to start another process is not the time to recover. */
const LEAST_ALIVE = 2;

/** Ends the first worker that is seen at work; null when none was within the looks. */
export async function killAtWork(
  databaseUrl: string,
  workers: () => readonly (WorkerProcess | null)[],
): Promise<Kill | null> {
  const connection = await connect(databaseUrl);
  try {
    for (let look = 0; look < LOOKS; look += 1) {
      const alive = workers().filter(isAlive);
      for (const worker of alive.length < LEAST_ALIVE ? [] : alive) {
        if (!(await isAtWork(connection, worker))) continue;
        await worker.kill();
        return { at: Date.now(), leftBehind: (await inHand(connection, worker)).map(({ id }) => id) };
      }
      await pause(LOOK_MS);
    }
    return null;
  } finally {
    await connection.end();
  }
}

const isAlive = (worker: WorkerProcess | null): worker is WorkerProcess =>
  worker !== null && worker.child.exitCode === null && worker.child.signalCode === null;

/** A note that met a kill before is spared: after three it would be held, rightly, which is the poison note's test. */
async function isAtWork(connection: Connection, worker: WorkerProcess): Promise<boolean> {
  const held = await inHand(connection, worker);
  return held.length > 0 && held.every(({ crashes }) => crashes === 0);
}

async function inHand(connection: Connection, worker: WorkerProcess) {
  const sql = `SELECT id, crashes FROM revisions WHERE id = ANY ($1) AND state = 'due' AND lease_until IS NOT NULL`;
  const claimed = [...(claimsOf.get(worker) ?? [])];
  return (await connection.query<{ id: string; crashes: number }>(sql, [claimed])).rows;
}
