/** Pictures by guarded GET: every hop of a redirect is judged like the first address, bytes are counted as they come. */
import { InvalidInputError, UnavailableError } from '../errors.js';
import type { ImageFetcher } from '../ports.js';
import { sniffImage } from '../stages/images/sniff.js';
import { type Guarded, type GuardedAnswer, type GuardOptions, openGuarded } from './guarded-request.js';

export interface ImageFetchOptions extends GuardOptions {
  readonly maxBytes: number;
  /** Over all hops together. */
  readonly timeoutMs: number;
}
export interface ClosableImageFetcher extends ImageFetcher {
  close(): Promise<void>;
}
type Hop = { readonly to: string } | { readonly bytes: Uint8Array };

const MOST_REDIRECTS = 3;
/** Enough to know the format, so that 2 GB of something else end here. */
const SNIFF_BYTES = 32;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** A server that asks for patience; everything else of 400 stays as it is. */
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);
const HEADERS = { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'polywarden' } as const;

export function openImageFetcher(options: ImageFetchOptions): ClosableImageFetcher {
  const guarded = openGuarded(options);
  return {
    get: (url, signal) => follow(guarded, url, options, signal),
    close: () => guarded.close(),
  };
}

async function follow(
  guarded: Guarded,
  url: string,
  { maxBytes, timeoutMs }: ImageFetchOptions,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const deadline = performance.now() + timeoutMs;
  let at = url;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
    const leftMs = Math.max(1, Math.ceil(deadline - performance.now()));
    const from = at;
    const request = { method: 'GET', headers: HEADERS, timeoutMs: leftMs } as const;
    const hop: Hop = await guarded.send(from, request, (answer) => readHop(answer, from, maxBytes), signal);
    if ('bytes' in hop) return hop.bytes;
    at = hop.to;
  }
  throw new InvalidInputError('fetch_blocked', 'The address is redirected too often');
}

async function readHop(answer: GuardedAnswer, from: string, maxBytes: number): Promise<Hop> {
  const { status, headers } = answer;
  if (REDIRECTS.has(status)) {
    const { location } = headers;
    if (typeof location !== 'string' || !URL.canParse(location, from)) {
      throw new InvalidInputError('fetch_blocked', 'The address is redirected to nowhere');
    }
    return { to: new URL(location, from).href };
  }
  if (status >= 500 || LATER.has(status)) throw new UnavailableError('fetch_failed', `The server answered ${status}`);
  if (status !== 200) throw new InvalidInputError('fetch_failed', `The server answered ${status}`);
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
    throw new InvalidInputError('image_unsupported', 'The server compresses what must not be compressed');
  }
  const tooLarge = (): InvalidInputError =>
    new InvalidInputError('image_too_large', `An image may have ${maxBytes} bytes`);
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  return { bytes: await readAll(answer.body, maxBytes, tooLarge) };
}

async function readAll(body: GuardedAnswer['body'], maxBytes: number, tooLarge: () => Error): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let known = false;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    if (!known && size >= SNIFF_BYTES) {
      sniffImage(Buffer.concat(chunks));
      known = true;
    }
  }
  const bytes = Buffer.concat(chunks);
  sniffImage(bytes);
  return bytes;
}
