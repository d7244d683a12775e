import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import Fastify from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mountDashboard } from '../../src/adapters/dashboard-files.js';

const SCRIPT = 'console.log("the dashboard");'.repeat(100);
let dir = '';
const server = Fastify();

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'polywarden-files-'));
  await mkdir(path.join(dir, 'assets'));
  await writeFile(path.join(dir, 'index.html'), '<!doctype html><div id="root"></div>');
  await writeFile(path.join(dir, 'index.html.gz'), gzipSync('<!doctype html><div id="root"></div>'));
  await writeFile(path.join(dir, 'assets', 'index-abc.js'), SCRIPT);
  await writeFile(path.join(dir, 'assets', 'index-abc.js.gz'), gzipSync(SCRIPT));
  expect(await mountDashboard(server, dir)).toBe(true);
});
afterAll(async () => {
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

it('assets are sent packed and kept for good, since their name holds their content', async () => {
  const answer = await server.inject({ url: '/assets/index-abc.js', headers: { 'accept-encoding': 'gzip' } });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-encoding': 'gzip',
    'content-type': expect.stringContaining('javascript'),
    'cache-control': expect.stringContaining('immutable'),
  });
  expect(answer.rawPayload.length).toBeLessThan(SCRIPT.length / 5);
});

it('a build under the running server is found: the page names new files', async () => {
  await writeFile(path.join(dir, 'assets', 'index-def.js'), 'later');
  const answer = await server.inject({ url: '/assets/index-def.js' });
  expect([answer.statusCode, answer.body]).toEqual([200, 'later']);
});

it.each(['/assets/', '/assets/..%2findex.html', '/assets/%2e%2e%2findex.html', '/assets/%00', '/assets/a%5c..%5cb'])(
  '%s is none of them',
  async (url) => {
    const answer = await server.inject({ url });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toContain('json');
  },
);

it('who cannot unpack gets them as they are', async () => {
  const answer = await server.inject({ url: '/assets/index-abc.js', headers: { 'accept-encoding': 'identity' } });
  expect(answer.headers['content-encoding']).toBeUndefined();
  expect(answer.body).toBe(SCRIPT);
});

it.each(['/', '/cases', '/cases/case_1', '/policy/global'])(
  '%s is the page itself, asked for anew each time',
  async (url) => {
    const answer = await server.inject({ url });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-cache');
    expect(answer.body).toContain('root');
  },
);

it('a browser, which takes packed files, gets the page at the root too', async () => {
  for (const url of ['/', '/cases']) {
    const answer = await server.inject({ url, headers: { 'accept-encoding': 'gzip, deflate, br' } });
    expect([url, answer.statusCode]).toEqual([url, 200]);
    expect(answer.headers['content-type']).toContain('text/html');
  }
});

it('without a build there is no dashboard', async () => {
  expect(await mountDashboard(Fastify(), path.join(dir, 'none'))).toBe(false);
});

it('a person at an address that is none gets the page, which says so; a program gets a plain 404', async () => {
  const visit = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'accept-encoding': 'gzip' };
  for (const url of ['/nowhere', '/cases/1/2?x=1', '/v1x']) {
    const answer = await server.inject({ url, headers: visit });
    expect([url, answer.statusCode, answer.headers['content-type']]).toEqual([url, 404, 'text/html; charset=utf-8']);
    expect(answer.headers['cache-control']).toBe('no-cache');
  }
  const others = [
    { url: '/nowhere', headers: { accept: '*/*' } },
    { url: '/v1/nowhere', headers: visit },
    { url: '/assets/gone.js', headers: visit },
    { url: '/nowhere', headers: visit, method: 'POST' as const },
  ];
  for (const ask of others) {
    const answer = await server.inject(ask);
    expect([ask.url, answer.statusCode]).toEqual([ask.url, 404]);
    expect(answer.headers['content-type']).toContain('json');
  }
});
