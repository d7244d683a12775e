/** Notes per second of the model alone: this file is also the process that measures. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openClassifier } from '../../src/adapters/classifier-transformers.js';
import { normalise } from '../../src/stages/normalise/index.js';
import type { BenchNote } from './texts.js';

interface Task {
  readonly dir: string;
  readonly threads: number;
  readonly notes: readonly BenchNote[];
}

async function measure(task: Task): Promise<void> {
  const classifier = await openClassifier({ dir: task.dir, threads: task.threads });
  const texts = task.notes.map((note) => ({ language: note.language, text: normalise(note.body) }));
  // The views that the model reads are the normaliser's work, not the model's.
  for (const { text } of texts) text.view('folded');
  const signal = new AbortController().signal;
  const run = (part: typeof texts): Promise<unknown> =>
    part.reduce<Promise<unknown>>(
      (before, { language, text }) =>
        before.then(() => classifier.classify([{ part: 'body', text }], language, signal)),
      Promise.resolve(),
    );
  await run(texts.slice(0, 20));
  process.send?.('ready');
  await once(process, 'message');
  await run(texts);
  process.send?.('done');
  await classifier.close();
  process.disconnect?.();
}

/** Several sessions share the notes among them and start together. */
export async function rawRate(
  options: Omit<Task, 'notes'> & { notes: readonly BenchNote[]; sessions: number },
): Promise<number> {
  const { dir, threads, notes, sessions } = options;
  const children = Array.from({ length: sessions }, (_, index) => {
    const child = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const mine = notes.filter((_note, at) => at % sessions === index);
    child.send({ dir, threads, notes: mine } satisfies Task);
    return child;
  });
  try {
    await Promise.all(children.map((child) => once(child, 'message')));
    const started = performance.now();
    const done = Promise.all(children.map((child) => once(child, 'message')));
    for (const child of children) child.send('go');
    await done;
    return notes.length / ((performance.now() - started) / 1_000);
  } finally {
    for (const child of children) child.kill();
  }
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  const [task] = (await once(process, 'message')) as [Task];
  await measure(task);
}
