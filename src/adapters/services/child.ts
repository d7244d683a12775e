/** A server process of our own: out of the terminal's process group, watched, and stopped surely. */
import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../../errors.js';
import type { Log } from '../../ports.js';
import { isAlive } from './data-dir.js';

export interface Command {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly logFile: string;
  readonly stopSignal: NodeJS.Signals;
}
export interface Server {
  stop(): Promise<void>;
}

const READY_MS = 60_000;
const STOP_MS = 15_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A server that ran this long was healthy; its next end starts with the first pause again. */
const HEALTHY_MS = 60_000;

/** Starts a server and waits until `ready` answers; when it ends by itself later, it is started anew on the same port. */
export async function startServer(command: Command, ready: () => Promise<boolean>, log: Log): Promise<Server> {
  let launching = launch(command);
  let run = await launching;
  let stopping = false;
  // A second SIGINT may end the process before `stop` is done: the server is told at least.
  const leave = () => void run.child.kill(command.stopSignal);
  process.on('exit', leave);

  const deadline = Date.now() + READY_MS;
  while (!(await ready())) {
    const error = await Promise.race([run.failure, sleep(25, null)]);
    if (error === null && !run.hasEnded() && Date.now() < deadline) continue;
    run.child.kill('SIGKILL');
    process.off('exit', leave);
    throw await startFailure(command, error);
  }

  const stopped = new AbortController();
  const keepAlive = async (): Promise<void> => {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const since = Date.now();
      const how = await run.exit;
      if (stopping) return;
      if (Date.now() - since > HEALTHY_MS) pauseMs = FIRST_PAUSE_MS;
      log.error('An embedded server ended unexpectedly', { name: command.name, ...how, againInMs: pauseMs });
      await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      if (stopping) return;
      launching = launch(command);
      run = await launching;
    }
  };
  const kept = keepAlive().catch((error: unknown) =>
    log.error('An embedded server cannot be started again', { name: command.name, error }),
  );
  const stop = async () => {
    stopping = true;
    stopped.abort();
    // A launch that is under way must not outlive us.
    await launching.then(
      (last) => stopChild(last, command.stopSignal),
      () => undefined,
    );
    await kept;
    process.off('exit', leave);
  };
  return { stop };
}

interface Run {
  readonly child: ChildProcess;
  readonly failure: Promise<Error>;
  readonly exit: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  hasEnded(): boolean;
}

/** Its output goes to a file, which outlives us. */
async function launch(command: Command): Promise<Run> {
  const output = await open(command.logFile, 'a', 0o600);
  const child = spawn(command.file, [...command.args], {
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
    ...(command.uid === undefined ? {} : { uid: command.uid }),
    ...(command.gid === undefined ? {} : { gid: command.gid }),
  });
  let ended = false;
  const failure = new Promise<Error>((resolve) => child.once('error', resolve));
  const exit = new Promise<Awaited<Run['exit']>>((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null) => {
      ended = true;
      resolve({ code, signal });
    };
    child.once('exit', end);
    // A program that cannot be started at all has no exit.
    if (child.pid === undefined) end(null, null);
  });
  await output.close();
  return { child, failure, exit, hasEnded: () => ended };
}

async function startFailure(command: Command, cause: Error | null): Promise<UnavailableError> {
  const text = await readFile(command.logFile, 'utf8').catch(() => '');
  const last = text.trim().split('\n').slice(-5).join('\n');
  return new UnavailableError('services_unavailable', `${command.name} did not start (${command.logFile}):\n${last}`, {
    cause: cause ?? undefined,
  });
}

async function stopChild(run: Run, signal: NodeJS.Signals): Promise<void> {
  run.child.kill(signal);
  const deadline = Date.now() + STOP_MS;
  while (!run.hasEnded() && Date.now() < deadline) await sleep(10);
  if (run.hasEnded()) return;
  run.child.kill('SIGKILL');
  while (!run.hasEnded()) await sleep(10);
}

/** Ends a server that an earlier, killed instance left behind. The caller has made sure whose it is. */
export async function stopLeftover(pid: number, signal: NodeJS.Signals): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, signal);
  const deadline = Date.now() + STOP_MS;
  while (isAlive(pid) && Date.now() < deadline) await sleep(20);
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  while (isAlive(pid)) await sleep(20);
}

/** A loopback port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
