import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImageFetcher } from '../../src/adapters/image-fetch.js';
import { codeOf } from '../../src/errors.js';
import { drawn } from './images/pictures.js';

let canary: Server;
let hits = 0;
let port = 0;
let png: Buffer;
const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/ok': (_, response) => void response.end(png),
  '/once': (_, response) => void response.writeHead(302, { location: '/ok' }).end(),
  '/loop': (_, response) => void response.writeHead(301, { location: '/loop' }).end(),
  '/nowhere': (_, response) => void response.writeHead(302).end(),
  '/html': (_, response) => void response.setHeader('content-type', 'image/png').end('<!doctype html>'.padEnd(99)),
  '/endless': (_, response) => {
    response.write(png);
    const timer = setInterval(() => response.write(Buffer.alloc(65_536)), 1);
    response.on('close', () => clearInterval(timer));
  },
  '/claims': (_, response) => void response.writeHead(200, { 'content-length': '2147483648' }).end('x'),
  '/gzip': (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(png),
  '/drip': (_, response) => {
    const timer = setInterval(() => response.write(png.subarray(0, 1)), 50);
    response.on('close', () => clearInterval(timer));
  },
  '/silent': () => undefined,
  '/none': (_, response) => void response.writeHead(404).end(),
  '/busy': (_, response) => void response.writeHead(503).end(),
  '/empty': (_, response) => void response.end(),
};

beforeAll(async () => {
  png = await drawn(12, 8).png().toBuffer();
  canary = createServer((request, response) => {
    hits += 1;
    (answers[request.url ?? ''] ?? answers['/ok'])?.(request, response);
  });
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
  port = (canary.address() as AddressInfo).port;
});
afterAll(() => {
  canary.closeAllConnections();
  canary.close();
});

const LIMITS = { maxBytes: 1_000_000, timeoutMs: 600 };
const signal = new AbortController().signal;
async function codeFor(url: string, options: Partial<Parameters<typeof openImageFetcher>[0]> = {}): Promise<string> {
  const fetcher = openImageFetcher({ allowPrivate: false, ...LIMITS, ...options });
  try {
    await fetcher.get(url, signal);
    return 'fetched';
  } catch (error) {
    return codeOf(error);
  } finally {
    await fetcher.close();
  }
}

describe('addresses that are not public', () => {
  const forms = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '１２７.0.0.1',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::7f00:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    '[fc00::1]',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.0.1',
    '169.254.169.254',
    '168.63.129.16',
    '100.64.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '[100::1]',
    '[2001:db8::1]',
    '[3fff::1]',
    '[fec0::1]',
    '[ff02::1]',
  ];
  it.each(forms)('%s', async (host) => {
    const before = hits;
    expect(await codeFor(`http://${host}/ok`)).toBe('fetch_blocked');
    expect(await codeFor(`http://${host}:${port}/ok`)).toBe('fetch_blocked');
    expect(hits).toBe(before);
  });

  it.each([
    ['one forbidden answer', ['127.0.0.1']],
    ['a mixed answer', ['93.184.215.14', '127.0.0.1']],
    ['a mapped answer', ['::ffff:127.0.0.1']],
  ])('a name with %s', async (_name, found) => {
    const before = hits;
    expect(await codeFor('http://pictures.test/ok', { resolve: async () => found })).toBe('fetch_blocked');
    expect(hits).toBe(before);
  });

  it.each(['ftp://x.test/a', 'file:///etc/passwd', 'data:image/png;base64,AA', 'http://u:p@x.test/', 'nonsense'])(
    '%s is no address',
    async (url) => {
      expect(await codeFor(url)).toBe('fetch_blocked');
    },
  );
});

describe('what comes back', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['/ok', 'fetched'],
    ['/once', 'fetched'],
    ['/loop', 'fetch_blocked'],
    ['/nowhere', 'fetch_blocked'],
    ['/html', 'image_unsupported'],
    ['/endless', 'image_too_large'],
    ['/claims', 'image_too_large'],
    ['/gzip', 'image_unsupported'],
    ['/drip', 'fetch_failed'],
    ['/silent', 'fetch_failed'],
    ['/none', 'fetch_failed'],
    ['/busy', 'fetch_failed'],
    ['/empty', 'image_unreadable'],
  ];
  it.each(cases)('%s: %s', async (address, code) => {
    expect(await codeFor(`http://127.0.0.1:${port}${address}`, { allowPrivate: true })).toBe(code);
  });

  it('judges the target of a redirect like the first address', async () => {
    const targets = [
      'http://[::ffff:169.254.169.254]/',
      'file:///etc/passwd',
      'http://inner.test/ok',
      'http://u:p@x.test/',
    ];
    const before = hits;
    for (const location of targets) {
      const resolve = async (host: string) => (host === 'inner.test' ? ['10.0.0.1'] : ['127.0.0.1']);
      answers['/turn'] = (_, response) => void response.writeHead(307, { location }).end();
      const allowPrivate = location.startsWith('file') || location.includes('u:p@');
      // The first hop needs the canary, so private targets are judged by the port rule or the list.
      const code = await codeFor(`http://127.0.0.1:${port}/turn`, { allowPrivate, resolve });
      expect(code, location).toBe('fetch_blocked');
    }
    expect(hits - before, 'only the first hops that were allowed').toBe(2);
  });
});
