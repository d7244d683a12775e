import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTarget } from '../../src/adapters/guarded-request.js';
import { openFetcher } from '../../src/adapters/webhook-fetch.js';

const never = new AbortController().signal;
let server: Server;
let port = 0;
let hits = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    hits += 1;
    const path = request.url ?? '';
    if (path === '/redirect') response.writeHead(302, { location: '/' }).end();
    else if (path === '/busy') response.writeHead(429, { 'retry-after': '7' }).end('later');
    else if (path === '/endless') {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'.repeat(4_096)), 5);
      response.on('close', () => clearInterval(timer));
    } else if (path === '/silent') request.resume();
    else {
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => response.end(`${request.headers['x-mark']} ${body}`));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const request = (url: string, timeoutMs = 2_000) => ({ url, headers: { 'x-mark': 'm' }, body: 'hello', timeoutMs });

describe('a fetcher that may call private addresses', () => {
  const fetcher = openFetcher({ allowPrivate: true });
  const at = (path: string) => `http://127.0.0.1:${port}${path}`;
  afterAll(() => fetcher.close());

  it('posts the bytes and the headers', async () => {
    expect(await fetcher.post(request(at('/')), never)).toEqual({ status: 200, body: 'm hello', retryAfterMs: null });
  });
  it('does not follow redirects', async () => {
    expect((await fetcher.post(request(at('/redirect')), never)).status).toBe(302);
  });
  it('reads Retry-After', async () => {
    expect(await fetcher.post(request(at('/busy')), never)).toMatchObject({ status: 429, retryAfterMs: 7_000 });
  });
  it('reads no more than 1 kB of an endless answer', async () => {
    expect((await fetcher.post(request(at('/endless')), never)).body).toHaveLength(1_024);
  });
  it('gives up on a silent receiver', async () => {
    await expect(fetcher.post(request(at('/silent'), 100), never)).rejects.toMatchObject({ code: 'fetch_failed' });
  });
  it('says when nobody listens', async () => {
    await expect(fetcher.post(request('http://127.0.0.1:1/'), never)).rejects.toMatchObject({ code: 'fetch_failed' });
  });
});

describe('a fetcher for public addresses', () => {
  const answers = new Map([
    ['inside.example', ['10.0.0.1']],
    ['mixed.example', ['8.8.8.8', '127.0.0.1']],
    ['nowhere.example', []],
  ]);
  const fetcher = openFetcher({ allowPrivate: false, resolve: async (host) => answers.get(host) ?? [] });
  afterAll(() => fetcher.close());

  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::1]/',
    'http://[::7f00:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://169.254.169.254/latest/',
    'http://8.8.8.8:8080/',
    'ftp://8.8.8.8/',
    'http://user:word@8.8.8.8/',
    'file:///etc/hostname',
    'no address',
    'http://１２７.0.0.1/',
    'http://inside.example/',
    'https://mixed.example/',
  ])('blocks %s and calls nobody', async (url) => {
    const before = hits;
    await expect(fetcher.post(request(url), never)).rejects.toMatchObject({ code: 'fetch_blocked' });
    expect(hits).toBe(before);
  });
  it('fails on a name without an address', async () => {
    await expect(fetcher.post(request('http://nowhere.example/'), never)).rejects.toMatchObject({
      code: 'fetch_failed',
    });
  });
  it('lets a public address pass the first look', () => {
    expect(parseTarget('https://hooks.example/path?x=1', false).hostname).toBe('hooks.example');
  });
});
