import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type System, startSystem } from '../support/running.js';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

const PASSWORD = 'a long enough word';
async function cookieOf(login: string, role: 'admin' | 'reviewer'): Promise<string> {
  const { store, hasher, clock } = system.app;
  await store.access.createUser({ login, passwordHash: await hasher.hash(PASSWORD), role }, clock.now());
  const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
  const payload = JSON.stringify({ login, password: PASSWORD });
  const answer = await system.server.inject({ method: 'POST', url: '/auth/sign-in', headers, payload });
  expect(answer.statusCode).toBeLessThan(300);
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
}
const get = (url: string, cookie?: string) =>
  system.server.inject({ method: 'GET', url, headers: cookie === undefined ? {} : { cookie } });

describe('the queue board', () => {
  it('opens for an administrator and for nobody else', async () => {
    expect((await get('/admin/queues')).statusCode).toBe(401);
    expect((await get('/admin/queues', await cookieOf('rita', 'reviewer'))).statusCode).toBe(403);
    const cookie = await cookieOf('ada', 'admin');
    const page = await get('/admin/queues', cookie);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('Polywarden queues');
    const queues = await get('/admin/queues/api/queues', cookie);
    expect(queues.statusCode).toBe(200);
    expect(queues.body).toContain('notes');
    expect((await get('/admin/queues/api/queues')).statusCode).toBe(401);
  });

  it('pauses a queue, which is then told by its name', async () => {
    const { queue } = system.app;
    const notes = queue.board.find(({ name }) => name === 'notes');
    expect(await queue.paused()).toEqual([]);
    await notes?.pause();
    expect(await queue.paused()).toEqual(['notes']);
    await notes?.resume();
    expect(await queue.paused()).toEqual([]);
  });
});
