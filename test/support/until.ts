import { setTimeout as pause } from 'node:timers/promises';

/** Asks until the answer is not null; a test never waits without a limit. */
export async function until<T>(ask: () => Promise<T | null>, withinMs = 10_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms`);
    await pause(25);
  }
}
