/** Starts a worker in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vite';

export interface WorkerProcess {
  readonly child: ChildProcess;
  /** Resolves when the process says this word. */
  said(word: string): Promise<void>;
  /** Without any chance to clean up. */
  kill(): Promise<void>;
}

/** Under dist, so that packages are found and git does not see it. */
const OUT = path.resolve(import.meta.dirname, '../../dist');

export async function bundleWorker(
  entry = path.join(import.meta.dirname, 'worker-entry.ts'),
): Promise<{ readonly script: string; remove(): Promise<void> }> {
  const dir = await mkdtemp(path.join(OUT, 'test-worker-'));
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: entry,
      outDir: dir,
      minify: false,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: 'worker.mjs' } },
    },
  });
  return { script: path.join(dir, 'worker.mjs'), remove: () => rm(dir, { recursive: true, force: true }) };
}

export function startWorkerProcess(script: string, argument: unknown): WorkerProcess {
  const child = fork(script, [JSON.stringify(argument)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const words = new Set<string>();
  child.on('message', (word) => void words.add(String(word)));
  return {
    child,
    said: async (word) => {
      const limit = AbortSignal.timeout(60_000);
      while (!words.has(word)) await once(child, 'message', { signal: limit });
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
