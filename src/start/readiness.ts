/** What `/readyz` says, within seconds also where a server takes the question and never answers. */
import type { Readiness } from '../api/deps.js';
import type { App } from '../compose.js';
import { codeOf, UnavailableError } from '../errors.js';
import { withinTime } from '../time-limit.js';

/** Due for longer than this, and the workers are not keeping up. */
const LATE_MS = 120_000;
const ANSWER_MS = 3_000;
const NEVER_PUT = 'never_put';

interface Asked {
  readonly store: { readonly work: Pick<App['store']['work'], 'backlog'>; ping(): Promise<void> };
  readonly queue: Pick<App['queue'], 'ping' | 'paused'>;
  readonly images: { readonly blobs: Pick<App['images']['blobs'], 'get'> };
  readonly clock: App['clock'];
}

export async function readiness(
  { store, queue, images, clock }: Asked,
  workers: { readonly ready: number; readonly wanted: number },
  answerMs = ANSWER_MS,
): Promise<readonly Readiness[]> {
  const late = () => new UnavailableError('deadline_exceeded', `no answer within ${answerMs} ms`);
  const probe = async (name: string, ask: () => Promise<Omit<Readiness, 'name'>>): Promise<Readiness> => {
    try {
      return { name, ...(await withinTime(answerMs, new AbortController().signal, late, ask)) };
    } catch (error) {
      return { name, ok: false, detail: codeOf(error) };
    }
  };
  return Promise.all([
    probe('database', async () => {
      await store.ping();
      return { ok: true, detail: 'answers' };
    }),
    probe('queue', async () => {
      await queue.ping();
      const paused = await queue.paused();
      return paused.length === 0
        ? { ok: true, detail: 'answers' }
        : { ok: false, detail: `paused on the queue board: ${paused.join(', ')}` };
    }),
    probe('pictures', async () => {
      await images.blobs.get(NEVER_PUT);
      return { ok: true, detail: 'answers' };
    }),
    { name: 'workers', ok: workers.ready > 0, detail: `${workers.ready} of ${workers.wanted} work` },
    probe('backlog', async () => {
      const { due, oldestDueMs } = await store.work.backlog(clock.now());
      return { ok: oldestDueMs < LATE_MS, detail: `${due} due, oldest ${Math.round(oldestDueMs / 1_000)} s` };
    }),
  ]);
}
