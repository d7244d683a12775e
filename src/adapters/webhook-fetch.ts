/** Webhooks by guarded POST: no redirects, a capped answer. */
import type { Fetcher } from '../ports.js';
import { type GuardedAnswer, type GuardOptions, openGuarded } from './guarded-request.js';
import { retryAfterMs } from './retry-after.js';

/** What is read of an answer; a receiver has nothing to tell us that is longer. */
const ANSWER_LIMIT_BYTES = 1_024;

export interface ClosableFetcher extends Fetcher {
  close(): Promise<void>;
}

export function openFetcher(options: GuardOptions): ClosableFetcher {
  const guarded = openGuarded(options);
  return {
    post: ({ url, headers, body, timeoutMs }, signal) =>
      guarded.send(
        url,
        { method: 'POST', headers, body, timeoutMs },
        async (answer) => ({
          status: answer.status,
          body: await readCapped(answer.body),
          retryAfterMs: retryAfterMs([answer.headers['retry-after']].flat()[0]),
        }),
        signal,
      ),
    close: () => guarded.close(),
  };
}

/** Reads up to the limit and then drops the connection. */
async function readCapped(body: GuardedAnswer['body']): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk.subarray(0, ANSWER_LIMIT_BYTES - size));
    size += chunk.length;
    if (size >= ANSWER_LIMIT_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
