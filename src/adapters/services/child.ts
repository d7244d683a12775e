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
  readonly pid: number;
  stop(): Promise<void>;
}

const READY_MS = 60_000;
const STOP_MS = 15_000;

/** Starts a server and waits until `ready` answers; its output goes to a file, which outlives us. */
export async function startServer(command: Command, ready: () => Promise<boolean>, log: Log): Promise<Server> {
  const output = await open(command.logFile, 'a', 0o600);
  const child = spawn(command.file, [...command.args], {
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
    ...(command.uid === undefined ? {} : { uid: command.uid }),
    ...(command.gid === undefined ? {} : { gid: command.gid }),
  });
  const failure = new Promise<Error>((resolve) => child.once('error', resolve));
  await output.close();
  let ended = false;
  let stopping = false;
  child.once('exit', (code, signal) => {
    ended = true;
    process.off('exit', leave);
    if (!stopping) log.error('An embedded server ended unexpectedly', { name: command.name, code, signal });
  });
  // A second SIGINT may end the process before `stop` is done: the server is told at least.
  const leave = () => void child.kill(command.stopSignal);
  process.on('exit', leave);

  const deadline = Date.now() + READY_MS;
  while (!(await ready())) {
    const error = await Promise.race([failure, sleep(25, null)]);
    if (error === null && !ended && Date.now() < deadline) continue;
    stopping = true;
    child.kill('SIGKILL');
    process.off('exit', leave);
    throw await startFailure(command, error);
  }
  const stop = async () => {
    stopping = true;
    await stopChild(child, command.stopSignal, () => ended);
  };
  return { pid: child.pid ?? 0, stop };
}

async function startFailure(command: Command, cause: Error | null): Promise<UnavailableError> {
  const text = await readFile(command.logFile, 'utf8').catch(() => '');
  const last = text.trim().split('\n').slice(-5).join('\n');
  return new UnavailableError('services_unavailable', `${command.name} did not start (${command.logFile}):\n${last}`, {
    cause: cause ?? undefined,
  });
}

async function stopChild(child: ChildProcess, signal: NodeJS.Signals, hasEnded: () => boolean): Promise<void> {
  child.kill(signal);
  const deadline = Date.now() + STOP_MS;
  while (!hasEnded() && Date.now() < deadline) await sleep(10);
  if (hasEnded()) return;
  child.kill('SIGKILL');
  while (!hasEnded()) await sleep(10);
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
