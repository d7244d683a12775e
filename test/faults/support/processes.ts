/** Processes of a row: started, killed, stopped and gone on with by their id. */
import { once } from 'node:events';
import path from 'node:path';
import type { System } from '../../support/running.js';
import { bundleWorker, startWorkerProcess, type WorkerProcess } from '../../support/worker-process.js';

export interface Behaviour {
  /** Ends the process at a note with this word. */
  readonly dieAt?: string;
  /** Waits without using the processor. */
  readonly waitAt?: { readonly word: string; readonly ms: number };
  /** Uses the processor and lets nothing else run. */
  readonly blockAt?: { readonly word: string; readonly ms: number };
  /** Every note takes this long. */
  readonly everyMs?: number;
}
export interface ProcessOrder {
  readonly part: 'api' | 'worker';
  readonly env: Readonly<Record<string, string>>;
  readonly addresses: { readonly databaseUrl: string; readonly redisUrl: string };
  readonly behaviour: Behaviour;
}
export interface Bundle {
  start(part: ProcessOrder['part'], from: ProcessOrder['addresses'], options?: Options): Promise<WorkerProcess>;
  remove(): Promise<void>;
}
interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly behaviour?: Behaviour;
}

export const PROCESS_ENV = {
  SWEEP_MS: '300',
  LEASE_MS: '2000',
  SHUTDOWN_MS: '4000',
  LOG_LEVEL: 'silent',
  WEBHOOK_ALLOW_PRIVATE: '1',
};

export async function bundleProcesses(): Promise<Bundle> {
  const { script, remove } = await bundleWorker(path.join(import.meta.dirname, 'process-entry.ts'));
  return {
    remove,
    start: async (part, { databaseUrl, redisUrl }, { env, behaviour } = {}) => {
      const order: ProcessOrder = {
        part,
        env: { ...PROCESS_ENV, ...env },
        addresses: { databaseUrl, redisUrl },
        behaviour: behaviour ?? {},
      };
      const started = startWorkerProcess(script, order);
      await started.said('ready');
      return started;
    },
  };
}

/** Started anew as soon as it ends, as a supervisor does; `stop` ends it for good. */
export function keepAlive(launch: () => Promise<WorkerProcess>): {
  readonly restarts: () => number;
  current(): WorkerProcess | null;
  stop(): Promise<void>;
} {
  let running: WorkerProcess | null = null;
  let isStopping = false;
  let starts = 0;
  const loop = async (): Promise<void> => {
    while (!isStopping) {
      running = await launch();
      starts += 1;
      if (running.child.exitCode === null && running.child.signalCode === null) await once(running.child, 'exit');
    }
  };
  const looping = loop();
  return {
    restarts: () => starts - 1,
    current: () => running,
    stop: async () => {
      isStopping = true;
      await running?.kill();
      await Promise.race([looping, new Promise((resolve) => setTimeout(resolve, 20_000).unref())]);
      await running?.kill();
    },
  };
}

/** Number of stale writes that the process has reported last. */
export function staleWrites(process: WorkerProcess): () => number {
  let last = 0;
  process.child.on('message', (word) => {
    const match = /^stale (\d+)$/.exec(String(word));
    if (match !== null) last = Number(match[1]);
  });
  return () => last;
}

export const addressesOf = ({ databaseUrl, redisUrl }: System) => ({ databaseUrl, redisUrl });
