/** Walks the live routes with every kind of caller: the table is what the server does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTE_RULES, type Rule, ruleOf } from '../../src/api/permissions.js';
import { ROLES, SCOPES } from '../../src/ports/store.js';
import { type Bench, type Caller, NOW, openBench } from './support.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.server.close());

let calls = 0;
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
const BODIES: Readonly<Record<string, object>> = { 'POST /auth/sign-in': { login: 'x', password: 'y' } };

/** Codes of a caller who was let in: whatever the handler then says of the request itself. */
const isRefusal = (status: number): boolean => status === 401 || status === 403;

async function call(method: string, url: string, caller: Caller | null): Promise<{ status: number; code: string }> {
  const payload = method === 'GET' || method === 'HEAD' ? undefined : (BODIES[`${method} ${url}`] ?? {});
  calls += 1;
  const answer = await bench.server.inject({
    // Each from an address of its own: refused credentials are counted by address.
    remoteAddress: `10.${(calls >> 16) & 255}.${(calls >> 8) & 255}.${calls & 255}`,
    method: method as Method,
    url: url.replace(':id', 'none_00000001').replace('*', 'x'),
    headers: caller?.headers ?? {},
    ...(payload === undefined ? {} : { payload }),
  });
  const isProblem = String(answer.headers['content-type']).includes('problem+json') && answer.body !== '';
  return { status: answer.statusCode, code: isProblem ? answer.json().code : '' };
}
const guarded = (): readonly { method: string; url: string; rule: Exclude<Rule, { who: 'anyone' }> }[] =>
  bench.server.liveRoutes.flatMap(({ method, url }) => {
    const rule = ruleOf(method, url);
    return rule === null || rule.who === 'anyone' ? [] : [{ method, url, rule }];
  });

describe('the table', () => {
  it('has no line without a route', () => {
    const live = new Set(bench.server.liveRoutes.map(({ method, url }) => `${method} ${url}`));
    expect(Object.keys(ROUTE_RULES).filter((line) => !live.has(line))).toEqual([]);
  });

  it('leaves open only what is listed here', () => {
    const open = bench.server.liveRoutes
      .filter(
        ({ method, url }) => method !== 'HEAD' && ruleOf(method, url)?.who === 'anyone' && !url.startsWith('/docs'),
      )
      .map(({ method, url }) => `${method} ${url}`);
    expect(open.toSorted()).toEqual([
      'GET /auth/methods',
      'GET /auth/openid/callback',
      'GET /auth/openid/start',
      'GET /healthz',
      'GET /metrics',
      'GET /openapi.json',
      'GET /readyz',
      'POST /auth/sign-in',
    ]);
  });

  it.each(['/v1/backdoor', '/auth/backdoor', '/metrics/raw'])(
    'a route %s without a rule stops the start',
    async (url) => {
      const mount = async (server: { get(url: string, handler: () => Promise<string>): unknown }) => {
        server.get(url, async () => 'open');
      };
      await expect(openBench({ deps: { mount } })).rejects.toThrow(/no rule/);
    },
  );

  it('an unsafe route outside the table stops the start too', async () => {
    const mount = async (server: { post(url: string, handler: () => Promise<string>): unknown }) => {
      server.post('/hook', async () => 'open');
    };
    await expect(openBench({ deps: { mount } })).rejects.toThrow(/no rule/);
  });
});

describe('every guarded route', () => {
  it('refuses who says nothing, or nonsense', async () => {
    const nonsense: readonly (Caller | null)[] = [
      null,
      { id: '', headers: { authorization: 'Bearer pw_key_00000001_' } },
      { id: '', headers: { authorization: `Bearer pw_key_99999999_${'0'.repeat(48)}` } },
      { id: '', headers: { authorization: 'Basic YTpi' } },
      { id: '', headers: { cookie: `pw_session=${'A'.repeat(43)}` } },
    ];
    expect(guarded().length).toBeGreaterThan(20);
    for (const { method, url } of guarded()) {
      for (const caller of nonsense) {
        const { status, code } = await call(method, url, caller);
        expect(status, `${method} ${url}`).toBe(401);
        if (method !== 'HEAD') expect(code).toBe('unauthenticated');
      }
    }
  });

  it('refuses a key that exists with the secret of another', async () => {
    const [first, second] = [await bench.keyFor('app'), await bench.keyFor('app')];
    const secret = String(second.headers['authorization']).split('_').at(-1);
    const mixed = { id: '', headers: { authorization: `Bearer pw_${first.id}_${secret}` } };
    for (const { method, url } of guarded()) {
      expect((await call(method, url, mixed)).status, `${method} ${url}`).toBe(401);
    }
    expect((await call('GET', '/v1/notes', first)).status).toBe(200);
  });

  it('takes no key from the address', async () => {
    const { headers } = await bench.keyFor('app');
    const key = String(headers['authorization']).slice('Bearer '.length);
    for (const query of [`key=${key}`, `api_key=${key}`, `access_token=${key}`]) {
      expect((await bench.server.inject({ url: `/v1/notes?${query}` })).statusCode).toBe(401);
    }
  });

  it.each(SCOPES)('lets a key with %s in where the table says so, and nowhere else', async (scope) => {
    const caller = await bench.keyFor('walk', [scope]);
    for (const { method, url, rule } of guarded()) {
      const { status, code } = await call(method, url, caller);
      const allowed = rule.scopes.includes(scope);
      expect(isRefusal(status), `${method} ${url} ${status} ${code}`).toBe(!allowed);
      if (!allowed) expect(status).toBe(403);
    }
  });

  it.each(ROLES)('lets the role %s in where the table says so, and nowhere else', async (role) => {
    for (const { method, url, rule } of guarded()) {
      const caller = await bench.signedIn(role);
      const { status } = await call(method, url, caller);
      expect(isRefusal(status), `${method} ${url} ${status}`).toBe(!rule.roles.includes(role));
    }
  });

  it('tells a person which roles may', async () => {
    const { headers } = await bench.signedIn('auditor');
    const answer = await bench.server.inject({ method: 'POST', url: '/v1/cases/next', headers, payload: {} });
    expect(answer.json()).toMatchObject({ code: 'forbidden', detail: expect.stringMatching(/role reviewer or /) });
  });

  it('refuses expired and revoked keys everywhere, at once', async () => {
    const expired = await bench.keyFor('app', SCOPES, new Date(NOW).toISOString());
    const revoked = await bench.keyFor('app');
    expect((await call('GET', '/v1/notes', revoked)).status).toBe(200);
    await bench.store.access.revokeKey(revoked.id, { kind: 'system', id: 'test' }, NOW);
    for (const { method, url } of guarded()) {
      for (const caller of [expired, revoked]) {
        const { status, code } = await call(method, url, caller);
        expect(status).toBe(401);
        if (method !== 'HEAD') expect(code).toBe('key_expired');
      }
    }
  });

  it('asks a session for its CSRF token on every unsafe request', async () => {
    for (const { method, url, rule } of guarded()) {
      const [role] = rule.roles;
      if (role === undefined || method === 'GET' || method === 'HEAD') continue;
      const { headers } = await bench.signedIn(role);
      const foreign = await bench.signedIn(role);
      const cookie = String(headers['cookie']);
      const tokens = [{}, { 'x-csrf-token': 'x' }, { 'x-csrf-token': String(foreign.headers['x-csrf-token']) }];
      for (const token of tokens) {
        const { status, code } = await call(method, url, { id: '', headers: { cookie, ...token } });
        expect([status, code], `${method} ${url}`).toEqual([403, 'csrf_invalid']);
      }
    }
  });
});

describe('the queue board', () => {
  const board = async () => {
    const mount = async (server: {
      get(url: string, handler: () => Promise<string>): unknown;
      put(url: string, handler: () => Promise<string>): unknown;
    }) => {
      server.get('/admin/queues/api', async () => 'jobs');
      server.put('/admin/queues/api', async () => 'done');
    };
    return openBench({ deps: { mount } });
  };
  it('is for admins alone, and changes come from its own page', async () => {
    const own = await board();
    const reviewer = await own.signedIn('reviewer');
    const admin = await own.signedIn('admin');
    const cookie = String(admin.headers['cookie']);
    const ask = (method: 'GET' | 'PUT', headers: Readonly<Record<string, string>>) =>
      own.server.inject({ method, url: '/admin/queues/api', headers: { host: 'mod.example', ...headers } });
    expect((await ask('GET', {})).statusCode).toBe(401);
    expect((await ask('GET', reviewer.headers)).statusCode).toBe(403);
    expect((await ask('GET', (await own.keyFor('app')).headers)).statusCode).toBe(403);
    expect((await ask('GET', { cookie })).statusCode).toBe(200);
    expect((await ask('PUT', { cookie })).statusCode).toBe(403);
    expect((await ask('PUT', { cookie, 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403);
    expect((await ask('PUT', { cookie, origin: 'https://evil.example' })).statusCode).toBe(403);
    expect((await ask('PUT', { cookie, 'sec-fetch-site': 'same-origin' })).statusCode).toBe(200);
    expect((await ask('PUT', { cookie, origin: 'https://mod.example' })).statusCode).toBe(200);
    await own.server.close();
  });
});

describe('what a refusal says', () => {
  const detailOf = async (url: string, caller: Caller): Promise<string> =>
    (await bench.server.inject({ url, headers: caller.headers })).json().detail;

  it('names the scope that the key lacks, and addresses that no key may call', async () => {
    const writer = await bench.keyFor('writer', ['notes:write']);
    expect(await detailOf('/v1/notes', writer)).toBe('The key lacks the scope notes:read.');
    expect(await detailOf('/v1/cases', writer)).toBe('This address is for people who are signed in.');
    expect(await detailOf('/v1/webhooks', await bench.signedIn('admin'))).toBe('This address takes API keys only.');
  });
});
