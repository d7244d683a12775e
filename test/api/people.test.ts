import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_RECENT_FAILURES } from '../../src/usecases/sign-in.js';
import { type Bench, NOW, openBench, PASSWORD } from './support.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  await bench.store.access.createUser({ login: 'ada', passwordHash: `hashed:${PASSWORD}`, role: 'admin' }, NOW);
});
afterEach(() => bench.server.close());

const signIn = (login: string, password: string, headers: Readonly<Record<string, string>> = {}, own = bench) =>
  own.server.inject({ method: 'POST', url: '/auth/sign-in', payload: { login, password }, headers });
const session = (cookie: string) => bench.server.inject({ url: '/auth/session', headers: { cookie } });
const cookieOf = (answer: { headers: Readonly<Record<string, unknown>> }): string =>
  String(answer.headers['set-cookie']);
const pairOf = (cookie: string): string => cookie.split(';', 1)[0] ?? '';

describe('sign-in', () => {
  it('sets a cookie that scripts cannot read and other sites do not send', async () => {
    const answer = await signIn('ada', PASSWORD);
    expect(answer.statusCode, answer.body).toBe(200);
    expect(answer.json().user).toMatchObject({ login: 'ada', role: 'admin' });
    expect(cookieOf(answer)).toMatch(/^pw_session=.*; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await session(pairOf(cookieOf(answer)))).json().csrfToken).toBe(answer.json().csrfToken);
    expect(answer.body).not.toContain('hashed:');
  });

  it.each(['a\0', '\ud800'])('refuses the login %j before the store sees it', async (login) => {
    const answer = await signIn(login, PASSWORD);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'body_invalid']);
  });

  it('behind HTTPS the cookie is Secure and bound to the host', async () => {
    const own = await openBench({ env: { SECURE_COOKIES: '1' } });
    await own.store.access.createUser({ login: 'ada', passwordHash: `hashed:${PASSWORD}`, role: 'admin' }, NOW);
    const answer = await signIn('ada', PASSWORD, {}, own);
    expect(cookieOf(answer)).toMatch(/^__Host-pw_session=.*; HttpOnly; Secure; SameSite=Strict$/);
    expect(cookieOf(answer)).not.toContain('Domain');
    expect(answer.headers['strict-transport-security']).toBeDefined();
    await own.server.close();
  });

  it('takes a new token and ends the one that was there', async () => {
    const first = pairOf(cookieOf(await signIn('ada', PASSWORD)));
    const second = pairOf(cookieOf(await signIn('ada', PASSWORD, { cookie: first })));
    expect(second).not.toBe(first);
    expect((await session(first)).statusCode).toBe(401);
    expect((await session(second)).statusCode).toBe(200);
  });

  it('does the same work and says the same for a login that does not exist', async () => {
    const verified: string[] = [];
    const hasher = {
      hash: async (password: string) => `hashed:${password}`,
      verify: async (hash: string, password: string) => {
        verified.push(hash);
        return hash === `hashed:${password}`;
      },
    };
    const own = await openBench({ deps: { hasher } });
    await own.store.access.createUser({ login: 'ada', passwordHash: `hashed:${PASSWORD}`, role: 'admin' }, NOW);
    const wrong = await signIn('ada', 'wrong', {}, own);
    const unknown = await signIn('nobody', 'wrong', {}, own);
    expect(verified).toEqual([`hashed:${PASSWORD}`, expect.stringMatching(/^hashed:.{40}/)]);
    const { traceId: _, ...wrongBody } = wrong.json();
    const { traceId: __, ...unknownBody } = unknown.json();
    expect(wrongBody).toEqual(unknownBody);
    expect(wrong.statusCode).toBe(401);
    expect(wrong.headers['set-cookie']).toBeUndefined();
    await own.server.close();
  });

  it('throttles one login after failures, even for the right password, and lets go in time', async () => {
    for (let index = 0; index < MAX_RECENT_FAILURES; index += 1) {
      expect((await signIn('ada', 'wrong')).statusCode).toBe(401);
    }
    const answer = await signIn('ada', PASSWORD);
    expect(answer.statusCode).toBe(429);
    expect(answer.headers['retry-after']).toBe('900');
    bench.clock.at += 16 * 60_000;
    expect((await signIn('ada', PASSWORD)).statusCode).toBe(200);
  });

  it('counts parallel guesses', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => signIn('ada', 'wrong')));
    const tried = answers.filter((answer) => answer.statusCode === 401).length;
    expect(tried).toBe(MAX_RECENT_FAILURES);
  });

  it('a success clears the count', async () => {
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 5; index += 1) await signIn('ada', 'wrong');
      expect((await signIn('ada', PASSWORD)).statusCode).toBe(200);
    }
  });

  it('limits attempts of one address over many logins', async () => {
    const answers = [];
    for (let index = 0; index < 31; index += 1) answers.push(await signIn(`user-${index}`, 'x'));
    expect(answers.at(-1)?.statusCode).toBe(429);
    expect(answers.at(-1)?.json().code).toBe('rate_limited');
  });
});

describe('a session', () => {
  it('ends by signing out', async () => {
    const { headers } = await bench.signedIn('reviewer');
    const answer = await bench.server.inject({ method: 'POST', url: '/auth/sign-out', headers });
    expect(answer.statusCode).toBe(204);
    expect(cookieOf(answer)).toContain('pw_session=;');
    expect((await session(String(headers['cookie']))).statusCode).toBe(401);
  });

  it('ends by idleness, and in any case', async () => {
    const { headers } = await bench.signedIn('reviewer');
    const cookie = String(headers['cookie']);
    for (let hour = 0; hour < 11; hour += 1) {
      bench.clock.at += 59 * 60_000;
      expect((await session(cookie)).statusCode).toBe(200);
    }
    bench.clock.at += 70 * 60_000;
    expect((await session(cookie)).statusCode).toBe(401);
  });

  it('ends with a new password', async () => {
    const cookie = pairOf(cookieOf(await signIn('ada', PASSWORD)));
    await bench.store.access.setPassword('ada', 'hashed:new', NOW);
    expect((await session(cookie)).statusCode).toBe(401);
  });
});
