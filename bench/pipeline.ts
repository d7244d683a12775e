/**
 * Throughput of the whole pipeline beside that of the model alone, on the same texts in the same run.
 * `npm run bench:pipeline [-- --json] [--notes N] [--seconds N]`; everything embedded, caches off.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { configFromProcess } from '../src/config.js';
import { FIXTURES_DIR } from '../src/paths.js';
import { type ProcessUse, shares, usesUnder } from './pipeline/processes.js';
import { rawRate } from './pipeline/raw-model.js';
import { type BenchServer, startBenchServer } from './pipeline/server.js';
import { type BenchNote, benchNotes } from './pipeline/texts.js';

const BATCH = 50;
const SENDERS = 4;
/** The rate-driven part runs below what the burst has shown, as a healthy system does. */
const LOAD = 0.6;
const DRAIN_LIMIT_MS = 120_000;
const MAIN = fileURLToPath(new URL('../src/main.js', import.meta.url));

interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));
function quantiles(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    rounded(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

async function drained(server: BenchServer): Promise<void> {
  const deadline = Date.now() + DRAIN_LIMIT_MS;
  while (!(await server.allDecided())) {
    if (Date.now() > deadline) throw new Error('not all notes were decided in time');
    await pause(20);
  }
}

/** Notes per second from the first request to the last stored decision. */
async function burst(server: BenchServer, notes: readonly BenchNote[]): Promise<number> {
  const started = performance.now();
  const batches = Array.from({ length: Math.ceil(notes.length / BATCH) }, (_, at) =>
    notes.slice(at * BATCH, (at + 1) * BATCH),
  );
  const queue = batches.values();
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      for (const batch of queue) await server.submitBatch(batch);
    }),
  );
  await drained(server);
  return notes.length / ((performance.now() - started) / 1_000);
}

/** One note at a time at its planned moment, whatever became of those before it. */
async function steady(server: BenchServer, notes: readonly BenchNote[], perSecond: number) {
  const acceptMs: number[] = [];
  const plannedAt = new Map<string, number>();
  const startAt = Date.now() + 100;
  await Promise.all(
    notes.map(async (note, index) => {
      const planned = startAt + (index * 1_000) / perSecond;
      plannedAt.set(note.externalId, planned);
      await pause(Math.max(0, planned - Date.now()));
      await server.submit(note);
      acceptMs.push(Date.now() - planned);
    }),
  );
  await drained(server);
  const decided = await server.decidedAt('steady');
  const decisionMs = [...plannedAt].flatMap(([id, planned]) => {
    const at = decided.get(id);
    return at === undefined ? [] : [at - planned];
  });
  return {
    offeredPerSecond: rounded(perSecond),
    notes: notes.length,
    decided: decisionMs.length,
    acceptMs: quantiles(acceptMs),
    decisionMs: quantiles(decisionMs),
  };
}

const memoryOf = (uses: readonly ProcessUse[]) =>
  uses
    .filter((use) => use.part !== 'postgres')
    .map(({ part, pid, rssMb }) => ({ part, pid, rssMb }))
    .concat({
      part: 'postgres (all)',
      pid: 0,
      rssMb: uses.filter((use) => use.part === 'postgres').reduce((sum, use) => sum + use.rssMb, 0),
    });

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    notes: { type: 'string', default: '800' },
    seconds: { type: 'string', default: '15' },
  },
});
const config = configFromProcess();
const cores = availableParallelism();
const say = (text: string): void => void (values.json ? process.stderr : process.stdout).write(`${text}\n`);

const notes = await benchNotes(FIXTURES_DIR, Number(values.notes), 'burst');
const model = { dir: path.join(config.MODELS_DIR, config.TEXT_MODEL), notes };
const raw = {
  oneSession: rounded(await rawRate({ ...model, sessions: 1, threads: cores })),
  twoSessions: rounded(await rawRate({ ...model, sessions: 2, threads: Math.max(1, Math.floor(cores / 2)) })),
};
const rawNotesPerSecond = Math.max(raw.oneSession, raw.twoSessions);
say(`model alone      ${raw.oneSession} notes/s in one session, ${raw.twoSessions} in two`);

const dir = await mkdtemp(path.join(tmpdir(), 'polywarden-bench-'));
const env = {
  DATA_DIR: dir,
  PORT: '0',
  LOG_LEVEL: 'warn',
  DATABASE_URL: '',
  REDIS_URL: '',
  RATE_LIMIT_PER_MINUTE: '10000000',
};
const server = await startBenchServer(MAIN, env);
// An interrupted run leaves no server behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server.stop().then(() => process.exit(1)));
}
try {
  await burst(server, await benchNotes(FIXTURES_DIR, 100, 'warm'));
  const before = await usesUnder(server.pid);
  const notesPerSecond = rounded(await burst(server, notes));
  const after = await usesUnder(server.pid);
  const ratio = rounded(notesPerSecond / rawNotesPerSecond, 3);
  const perSecond = notesPerSecond * LOAD;
  const count = Math.max(20, Math.round(perSecond * Number(values.seconds)));
  const rate = await steady(server, await benchNotes(FIXTURES_DIR, count, 'steady'), perSecond);
  const result = {
    ratio,
    notesPerSecond,
    rawNotesPerSecond,
    raw,
    notes: notes.length,
    cores,
    steady: rate,
    memoryMb: memoryOf(after),
    cpuShare: shares(before, after),
  };
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    say(
      `whole pipeline   ${notesPerSecond} notes/s accepted to decided (${notes.length} notes, ${cores} cores), ratio ${ratio}`,
    );
    say(
      `at ${rate.offeredPerSecond} notes/s  accept ms p50 ${rate.acceptMs.p50} p95 ${rate.acceptMs.p95} p99 ${rate.acceptMs.p99}`,
    );
    say(
      `                 decision ms p50 ${rate.decisionMs.p50} p95 ${rate.decisionMs.p95} p99 ${rate.decisionMs.p99} (${rate.decided} of ${rate.notes})`,
    );
    say(`memory MB        ${result.memoryMb.map((use) => `${use.part} ${use.rssMb}`).join(', ')}`);
    say(
      `CPU share        ${Object.entries(result.cpuShare)
        .map(([part, share]) => `${part} ${share}`)
        .join(', ')}`,
    );
  }
} finally {
  await server.stop();
  await rm(dir, { recursive: true, force: true });
}
