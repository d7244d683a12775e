/** `npm start` on a folder of its own, as a process of its own, and what the bench asks of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { BenchNote } from './texts.js';

export interface BenchServer {
  readonly pid: number;
  readonly url: string;
  submit(note: BenchNote): Promise<void>;
  submitBatch(notes: readonly BenchNote[]): Promise<void>;
  /** False while any note waits for a decision. */
  allDecided(): Promise<boolean>;
  /** When each note was decided, by external id. */
  decidedAt(prefix: string): Promise<ReadonlyMap<string, number>>;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 90_000;
const ALL_WORK = /"(\d+) of \1 work"/;
const toBody = ({ externalId, title, body }: BenchNote) => ({
  externalId,
  title,
  body,
  author: { id: `author-${externalId}` },
  regions: ['de', 'us'],
});

export async function startBenchServer(script: string, env: Record<string, string>): Promise<BenchServer> {
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { url, key } = await greetingOf(child);
  const ask = async (path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const request = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${url}${path}`, request);
    if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status} ${(await answer.text()).slice(0, 300)}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  await untilReady(url);
  return {
    pid: child.pid ?? 0,
    url,
    submit: async (note) => void (await ask('/v1/notes', toBody(note))),
    submitBatch: async (notes) => {
      const answer = await ask('/v1/notes/batch', { notes: notes.map(toBody) });
      if (answer['refused'] !== 0) throw new Error(`refused: ${JSON.stringify(answer).slice(0, 300)}`);
    },
    allDecided: async () => ((await ask('/v1/notes?status=pending&limit=1'))['items'] as unknown[]).length === 0,
    decidedAt: async (prefix) => {
      const times = new Map<string, number>();
      let cursor: unknown = null;
      do {
        const page: Record<string, unknown> = await ask(
          `/v1/notes?limit=100${cursor === null ? '' : `&cursor=${String(cursor)}`}`,
        );
        for (const row of page['items'] as { externalId: string; decidedAt: string | null }[]) {
          if (row.externalId.startsWith(prefix) && row.decidedAt !== null)
            times.set(row.externalId, Date.parse(row.decidedAt));
        }
        cursor = page['nextCursor'];
      } while (cursor !== null && cursor !== undefined);
      return times;
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function greetingOf(child: ChildProcess): Promise<{ readonly url: string; readonly key: string }> {
  if (child.stdout === null) throw new Error('no standard output');
  const limit = setTimeout(() => child.kill('SIGTERM'), START_LIMIT_MS);
  let url: string | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    url ??= /^Dashboard\s+(\S+?)\/$/u.exec(line)?.[1];
    const key = /^API key\s+(pw_\S+)/u.exec(line)?.[1];
    if (key === undefined || url === undefined) continue;
    clearTimeout(limit);
    child.stdout.resume();
    return { url, key };
  }
  throw new Error('the server did not start');
}

/** With every worker at work: the first alone makes the service ready. */
async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok === true && ALL_WORK.test(await answer.text())) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the server did not become ready');
}
