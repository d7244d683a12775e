/**
 * Requests to addresses that customers name. Only importer of undici.
 * The address is judged as a literal and after look-up; the socket goes to the address that was judged,
 * so that a second look-up cannot answer otherwise. No redirects, no cookies, no proxy variables.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Agent, buildConnector, errors, request } from 'undici';
import { isForbiddenAddress } from '../address-ranges.js';
import { InvalidInputError, isOurs, UnavailableError } from '../errors.js';
import { timeLimit } from '../time-limit.js';

export interface GuardOptions {
  /** For receivers inside one's own network, and for tests. */
  readonly allowPrivate: boolean;
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}
export interface GuardedRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}
export interface GuardedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array> & { destroy(): unknown };
}
export interface Guarded {
  /** `read` runs under the time limit of the request; its errors come translated. */
  send<T>(
    url: string,
    request: GuardedRequest,
    read: (answer: GuardedAnswer) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T>;
  close(): Promise<void>;
}

export function openGuarded(options: GuardOptions): Guarded {
  const resolve = options.resolve ?? resolveAll;
  const connectTo = buildConnector({ timeout: 10_000 });
  const agent = new Agent({
    connections: 8,
    pipelining: 1,
    maxResponseSize: -1,
    connect: (target, callback) => {
      judge(target.hostname, options.allowPrivate, resolve).then(
        // TLS still checks the certificate against the name.
        (address) =>
          connectTo({ ...target, hostname: address, servername: target.servername ?? sni(target.hostname) }, callback),
        (error: unknown) => callback(error instanceof Error ? error : new Error('refused'), null),
      );
    },
  });
  return {
    async send(url, outgoing, read, signal) {
      const target = parseTarget(url, options.allowPrivate);
      const late = () => new UnavailableError('fetch_failed', LATE);
      const limit = timeLimit(outgoing.timeoutMs, signal, late);
      try {
        const answer = await request(target, {
          dispatcher: agent,
          method: outgoing.method,
          headers: { ...outgoing.headers },
          body: outgoing.body ?? null,
          signal: limit.signal,
          headersTimeout: outgoing.timeoutMs,
          bodyTimeout: outgoing.timeoutMs,
        });
        // Whatever was not read must not come.
        answer.body.on('error', () => undefined);
        try {
          return await read({ status: answer.statusCode, headers: answer.headers, body: answer.body });
        } finally {
          answer.body.destroy();
        }
      } catch (error) {
        limit.signal.throwIfAborted();
        throw translate(error);
      } finally {
        limit.end();
      }
    },
    close: () => agent.destroy(),
  };
}

const sni = (host: string): string => (isIP(bare(host)) === 0 ? host : '');
const bare = (host: string): string => (host.startsWith('[') ? host.slice(1, -1) : host);

async function resolveAll(host: string): Promise<readonly string[]> {
  const answers = await lookup(host, { all: true, verbatim: true });
  return answers.map((answer) => answer.address);
}

/** Refuses when any answer is forbidden: a mixed answer is the sign of a rebinding trick. */
async function judge(
  hostname: string,
  allowPrivate: boolean,
  resolve: (host: string) => Promise<readonly string[]>,
): Promise<string> {
  const host = bare(hostname);
  const addresses = isIP(host) === 0 ? await resolve(host) : [host];
  const first = addresses[0];
  if (first === undefined) throw new UnavailableError('fetch_failed', 'The host name has no address');
  if (addresses.some((address) => isForbiddenAddress(address, allowPrivate)))
    throw blocked('The address is not public');
  return first;
}

const blocked = (message: string): InvalidInputError => new InvalidInputError('fetch_blocked', message);

/** Parsed form of an address that may be called; WHATWG parsing folds 0x7f.1, 2130706433 and full-width digits. */
export function parseTarget(url: string, allowPrivate: boolean): URL {
  const target = URL.canParse(url) ? new URL(url) : null;
  if (target === null) throw blocked('The address is not a URL');
  if (target.protocol !== 'https:' && target.protocol !== 'http:') throw blocked('Only http and https are allowed');
  if (target.username !== '' || target.password !== '') throw blocked('Credentials in the address are not allowed');
  if (!allowPrivate && target.port !== '') throw blocked('Only the ports 80 and 443 are allowed');
  const host = bare(target.hostname);
  if (isIP(host) !== 0 && isForbiddenAddress(host, allowPrivate)) throw blocked('The address is not public');
  return target;
}

const LATE = 'The receiver did not answer in time';

function translate(error: unknown): Error {
  if (isOurs(error)) return error;
  const name = error instanceof Error ? error.name : 'Error';
  const code = error instanceof errors.UndiciError || isCoded(error) ? error.code : name;
  const late = name === 'TimeoutError' || name === 'AbortError' || code.includes('TIMEOUT');
  const text = late ? LATE : `The receiver could not be reached (${code})`;
  return new UnavailableError('fetch_failed', text, { cause: error });
}
const isCoded = (error: unknown): error is { code: string } =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
