/** A hub over HTTP: which commit is the newest, and one file, gone on with where it stopped. */
import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { InvalidInputError, UnavailableError } from '../../errors.js';
import { timeLimit } from '../../time-limit.js';

const MOST_HOPS = 5;
const IDLE_MS = 30_000;
const IDLE = `Nothing came for ${IDLE_MS / 1_000} s`;

export interface HubFileOrder {
  readonly url: string;
  /** Bytes go here; what lies here already is gone on with. */
  readonly part: string;
  readonly mostBytes: number;
}

/** Newest commit of a repository, as the hub's API names it. */
export async function newestRevision(hub: string, repo: string, signal: AbortSignal): Promise<string> {
  const answer = await ask(`${hub}/api/models/${repo}`, {}, signal);
  const body: unknown = await answer.json().catch(() => null);
  const parsed = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) }).safeParse(body);
  if (!parsed.success) throw new UnavailableError('hub_unavailable', `The hub names no commit of ${repo}`);
  return parsed.data.sha;
}

/** Loads the rest of one file. The checksum that the hub itself names for large files, or null. */
export async function download(order: HubFileOrder, signal: AbortSignal): Promise<string | null> {
  const have = (await stat(order.part).catch(() => null))?.size ?? 0;
  // A large file may take as long as it takes, but something of it must come.
  const idle = timeLimit(IDLE_MS, signal, () => new UnavailableError('hub_unavailable', IDLE));
  try {
    const answer = await ask(order.url, have > 0 ? { range: `bytes=${have}-` } : {}, idle.signal);
    const from = startOf(answer, have);
    if (from === null) {
      await answer.body?.cancel();
      await rm(order.part, { force: true });
      throw new UnavailableError('model_truncated', 'The hub does not go on where the file stopped');
    }
    const length = answer.headers.get('content-length');
    const whole = length === null ? null : from + Number(length);
    if (whole !== null && whole > order.mostBytes) {
      await answer.body?.cancel();
      throw tooLarge(order);
    }
    const bytes = await store(answer, { ...order, from, onChunk: idle.renew });
    if (whole !== null && bytes !== whole) {
      throw new UnavailableError('model_truncated', `${bytes} of ${whole} bytes came`);
    }
    return /^"?([0-9a-f]{64})"?$/.exec(answer.linked ?? '')?.[1] ?? null;
  } catch (error) {
    throw idle.signal.aborted && !signal.aborted ? idle.signal.reason : error;
  } finally {
    idle.end();
  }
}

const tooLarge = ({ url, mostBytes }: HubFileOrder): InvalidInputError =>
  new InvalidInputError('model_too_large', `${url} has more than ${mostBytes} bytes`);

interface HubAnswer extends Response {
  /** Checksum of a large file, which the first hop names. */
  linked?: string | null;
}

/** Redirects are followed by hand: the checksum stands on the first answer, and none may lead from https to http. */
async function ask(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HubAnswer> {
  let at = new URL(url);
  let linked: string | null = null;
  for (let hop = 0; hop <= MOST_HOPS; hop += 1) {
    const answer: HubAnswer = await send(at, headers, signal);
    linked ??= answer.headers.get('x-linked-etag');
    const to = answer.headers.get('location');
    if (answer.status >= 300 && answer.status < 400 && to !== null) {
      await answer.body?.cancel();
      const next = new URL(to, at);
      if (next.protocol !== 'https:' && next.protocol !== at.protocol) break;
      at = next;
      continue;
    }
    if (answer.ok || answer.status === 416) return Object.assign(answer, { linked });
    await answer.body?.cancel();
    throw refusal(answer.status, url);
  }
  throw new UnavailableError('hub_unavailable', `${url} leads on and on, or to an unsafe address`);
}

async function send(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response> {
  try {
    // Sizes and ranges are of the bytes as they lie there.
    return await fetch(url, { headers: { ...headers, 'accept-encoding': 'identity' }, redirect: 'manual', signal });
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new UnavailableError('hub_unavailable', `${url.origin} cannot be reached`, { cause });
  }
}

function refusal(status: number, url: string): Error {
  if ([401, 403, 404, 410].includes(status)) {
    return new InvalidInputError('model_not_on_hub', `${url} answers ${status}: it is not there, or not for everyone`);
  }
  return new UnavailableError('hub_unavailable', `${url} answers ${status}`);
}

/** Where the bytes of the answer begin; null: not where ours end. */
function startOf(answer: Response, have: number): number | null {
  if (answer.status === 416) return null;
  if (answer.status !== 206) return 0;
  const start = /^bytes (\d+)-/.exec(answer.headers.get('content-range') ?? '')?.[1];
  return Number(start) === have ? have : null;
}

async function store(
  answer: Response,
  order: HubFileOrder & { readonly from: number; readonly onChunk: () => void },
): Promise<number> {
  const seen: { bytes: number; fault: Error | null } = { bytes: order.from, fault: null };
  /** Ends at a fault rather than throwing it: what came is kept and gone on with. */
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of answer.body ?? []) {
        order.onChunk();
        seen.bytes += chunk.length;
        if (seen.bytes > order.mostBytes) throw tooLarge(order);
        yield chunk;
      }
    } catch (cause) {
      const broke = `The connection broke after ${seen.bytes} bytes`;
      seen.fault =
        cause instanceof InvalidInputError ? cause : new UnavailableError('model_truncated', broke, { cause });
    }
  }
  const file = createWriteStream(order.part, { flags: order.from > 0 ? 'a' : 'w' });
  await pipeline(chunks, file).catch((cause: unknown) => {
    throw new InvalidInputError('file_unreadable', `${order.part} cannot be written`, [], { cause });
  });
  if (seen.fault !== null) throw seen.fault;
  return seen.bytes;
}
