/** `polywarden demo`: everything that `npm start` runs, on a folder of its own, with the labelled notes sent through it. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Config, configFromProcess } from '../config.js';
import { FIXTURES_DIR, PICTURES_DIR } from '../paths.js';
import { type Agreement, agreementOf, type DemoRow, isGood } from './demo/agreement.js';
import { readFixtures } from './demo/fixture.js';
import { type ErrorStream, startProgress } from './demo/progress.js';
import type { DemoServer } from './demo/start-server.js';
import { submitNotes } from './demo/submit-notes.js';
import { tableBlock, tableFoot, tableHead } from './demo/table.js';
import { readArgs, usageError } from './io.js';
import { jsonText } from './json-text.js';

export interface DemoPorts {
  readonly config: Config;
  readonly fixturesDir: string;
  /** Notes with pictures; unset: none. */
  readonly picturesDir?: string | undefined;
  readonly start: (config: Config) => Promise<DemoServer>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: ErrorStream;
  /** Resolves when the person has seen enough; asked at the start, since that may be in the middle. */
  readonly untilStopped: () => Promise<void>;
}

interface DemoOptions {
  readonly once: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

const USAGE = `polywarden demo [--once] [--json]

  Starts what npm start does on a folder of its own, sends fixtures/notes through it and compares.
  --once  ends when the table is printed; otherwise it stays up until Ctrl-C
  --json  one JSON document in place of the table
  Ends with 1 when a note has no decision or under 90 % of the decisions are the expected ones.`;

function readOptions(args: readonly string[]): DemoOptions {
  const flag = { type: 'boolean', default: false } as const;
  const options = { once: flag, json: flag, help: { ...flag, short: 'h' } } as const;
  const { values, positionals } = readArgs(args, options, USAGE);
  if (positionals.length > 0) throw usageError(`Unexpected argument ${positionals[0]}`, USAGE);
  return values;
}

const untilSignal = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });

const realPorts = (): DemoPorts => ({
  config: configFromProcess(),
  fixturesDir: FIXTURES_DIR,
  picturesDir: path.join(PICTURES_DIR, 'notes'),
  // Loaded here, so that no other command pays for the server's parts.
  start: async (config) => (await import('./demo/start-server.js')).startServer(config),
  stdout: process.stdout,
  stderr: process.stderr,
  untilStopped: untilSignal,
});

/** Always servers and data of its own: the demo never writes into a configured database or bucket. */
async function demoConfig(config: Config, options: DemoOptions): Promise<Config> {
  const folder = options.once
    ? await mkdtemp(path.join(tmpdir(), 'polywarden-demo-'))
    : path.join(config.DATA_DIR, 'demo');
  if (!options.once) await rm(folder, { recursive: true, force: true });
  return {
    ...config,
    databaseUrl: null,
    redisUrl: null,
    DATA_DIR: folder,
    BLOBS_URL: undefined,
    BLOBS_ENDPOINT: undefined,
    PORT: options.once ? 0 : config.PORT,
    LOG_LEVEL: config.LOG_LEVEL === 'info' ? 'warn' : config.LOG_LEVEL,
  };
}

function report(ports: DemoPorts, options: DemoOptions, rows: readonly DemoRow[]): Agreement {
  const agreement = agreementOf(rows);
  if (options.json) {
    ports.stdout.write(`${jsonText({ agreement, rows }, 2)}\n`);
  } else {
    ports.stdout.write(`${[tableHead(), ...rows.map(tableBlock), tableFoot(agreement)].join('\n')}\n`);
  }
  return agreement;
}

const INTERRUPTED = 130;

async function runDemo(ports: DemoPorts, options: DemoOptions, server: DemoServer, stopped: Promise<null>) {
  const pictured = ports.picturesDir === undefined ? [] : await readFixtures(ports.picturesDir);
  const fixtures = [...(await readFixtures(ports.fixturesDir)), ...pictured];
  const progress = startProgress(ports.stderr, 'notes', fixtures.length);
  const rows = await Promise.race([submitNotes(server, fixtures, progress.step), stopped]);
  progress.done();
  if (rows === null) return INTERRUPTED;
  const agreement = report(ports, options, rows);
  if (!options.once) {
    ports.stderr.write(`\n${server.greeting}`);
    await stopped;
  }
  return isGood(agreement) && rows.length === fixtures.length ? 0 : 1;
}

/** 0 when every note was decided and at least 90 % of the decisions are those that the fixtures expect. */
export async function demoCommand(args: readonly string[], ports: DemoPorts = realPorts()): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    ports.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const stopped = ports.untilStopped().then(() => null);
  const config = await demoConfig(ports.config, options);
  try {
    ports.stderr.write('starting PostgreSQL, Redis, API and workers\n');
    const server = await ports.start(config);
    try {
      return await runDemo(ports, options, server, stopped);
    } finally {
      await server.close();
    }
  } finally {
    if (options.once) await rm(config.DATA_DIR, { recursive: true, force: true });
  }
}
