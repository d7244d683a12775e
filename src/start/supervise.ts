/** Worker processes of `npm start`: started anew when they end, with growing pauses. */
import { type ChildProcess, fork } from 'node:child_process';
import type { Log } from '../ports.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A process that lived this long was healthy; its next end starts with the first pause again. */
const HEALTHY_MS = 60_000;

export interface SuperviseOptions {
  readonly script: string;
  readonly count: number;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  readonly onReport: (from: string, report: unknown) => void;
  readonly onEnd: (from: string) => void;
  /** None is started before; absent: at once. */
  readonly after?: Promise<unknown> | undefined;
}
export interface Supervised {
  /** Processes that have reported since they were started. */
  ready(): number;
  /** Resolves once one has reported, or has ended before it could. */
  readonly begun: Promise<void>;
  pids(): readonly number[];
  stop(deadlineMs: number): Promise<void>;
}
interface Slot {
  child: ChildProcess | null;
  reported: boolean;
  pauseMs: number;
  timer: NodeJS.Timeout | null;
}

export function supervise(options: SuperviseOptions): Supervised {
  let stopping = false;
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const slots: Slot[] = Array.from({ length: options.count }, () => ({
    child: null,
    reported: false,
    pauseMs: FIRST_PAUSE_MS,
    timer: null,
  }));
  const start = (slot: Slot): void => {
    const startedAt = Date.now();
    const child = fork(options.script, { env: options.env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const name = `worker-${child.pid}`;
    slot.child = child;
    slot.reported = false;
    child.on('message', (message) => {
      // The last words of a process may come after its end.
      if (slot.child !== child) return;
      slot.reported = true;
      begin();
      options.onReport(name, message);
    });
    const ended = (code: number | null, signal: NodeJS.Signals | null): void => {
      slot.child = null;
      slot.reported = false;
      begin();
      options.onEnd(name);
      if (stopping) return;
      if (Date.now() - startedAt > HEALTHY_MS) slot.pauseMs = FIRST_PAUSE_MS;
      options.log.error('worker process ended', { worker: child.pid, code, signal, againInMs: slot.pauseMs });
      slot.timer = setTimeout(() => start(slot), slot.pauseMs);
      slot.pauseMs = Math.min(2 * slot.pauseMs, LONGEST_PAUSE_MS);
    };
    child.once('exit', ended);
    child.once('error', (error) => {
      options.log.error('worker process fails', { error });
      // One that could not even be made never exits.
      if (child.pid === undefined) ended(null, null);
    });
  };
  // Loading keeps a core busy for seconds: the first is ready sooner when the others wait for it.
  const [first, ...others] = slots.map((slot) => () => {
    if (!stopping) start(slot);
  });
  if (options.after === undefined) first?.();
  else void options.after.then(first);
  for (const other of others) void begun.then(other);
  const children = () => slots.flatMap((slot) => (slot.child === null ? [] : [slot.child]));
  return {
    ready: () => slots.filter((slot) => slot.child !== null && slot.reported).length,
    begun,
    pids: () => children().flatMap((child) => (child.pid === undefined ? [] : [child.pid])),
    stop: async (deadlineMs) => {
      stopping = true;
      for (const slot of slots) if (slot.timer !== null) clearTimeout(slot.timer);
      await Promise.all(children().map((child) => stopChild(child, deadlineMs)));
    },
  };
}

async function stopChild(child: ChildProcess, deadlineMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const kill = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
    child.once('exit', () => {
      clearTimeout(kill);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
