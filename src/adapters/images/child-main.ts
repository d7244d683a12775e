/** The other end of `watched-child.ts`: answers one order at a time until the parent goes or kills it. */
import { codeOf, type ErrorCode, sayError } from '../../errors.js';
import { MEMORY_EXIT_CODE, READY } from '../watched-child.js';

export type Answered<T> = { readonly id: number } & Result<T>;
type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly cause: string | null };

const WATCH_MS = 25;
const MOST_LETTERS = 300;

export function serveParent<Order, T>(work: (order: Order) => Promise<T>): void {
  // Pixels lie outside the heap that V8 limits, so the whole process is watched.
  const maxRssBytes = Number(process.argv[2]);
  setInterval(() => {
    if (process.memoryUsage.rss() > maxRssBytes) process.exit(MEMORY_EXIT_CODE);
  }, WATCH_MS).unref();

  process.on('message', (order: Order & { readonly id: number }) => {
    void answer(work, order).then((answered) => process.send?.({ id: order.id, ...answered }));
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.(READY);
}

async function answer<Order, T>(work: (order: Order) => Promise<T>, order: Order): Promise<Result<T>> {
  try {
    return { ok: true, value: await work(order) };
  } catch (error) {
    return { ok: false, code: codeOf(error), ...words(error) };
  }
}

/** Causes are a library's own words: they travel apart, since the message may reach whoever sent the picture. */
function words(error: unknown): { readonly message: string; readonly cause: string | null } {
  const message = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error && error.cause !== undefined ? sayError(error.cause) : null;
  return { message: message.slice(0, MOST_LETTERS), cause: cause?.slice(0, MOST_LETTERS) ?? null };
}
