/** Sign-in by OpenID Connect against an issuer on loopback: the ways that must not work, and the one that does. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openOpenId } from '../../src/adapters/sign-in-openid.js';
import { type Issuer, openIssuer } from '../support/issuer.js';
import { type Bench, openBench } from './support.js';

const CLIENT = 'polywarden';
let issuer: Issuer;
let bench: Bench;
beforeAll(async () => {
  issuer = await openIssuer(CLIENT);
  const openId = openOpenId({
    issuer: issuer.url,
    clientId: CLIENT,
    clientSecret: null,
    name: 'Example',
    scope: 'openid',
    loginClaim: 'preferred_username',
    roleClaim: 'groups',
  });
  const env = {
    OIDC_ROLES: 'admin=pw-admins,senior=pw-seniors,reviewer=pw-reviewers',
    PUBLIC_URL: 'http://mod.example',
  };
  bench = await openBench({ env, deps: { openId } });
});
afterAll(async () => {
  await bench?.server.close();
  await issuer?.close();
});
beforeEach(() => {
  issuer.claims = { preferred_username: 'ada', groups: ['pw-reviewers'] };
  issuer.wrongNonce = false;
  issuer.wrongKey = false;
});

const cookiesOf = (answer: { readonly cookies: readonly { name: string; value: string }[] }): string =>
  answer.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
async function begin() {
  const answer = await bench.server.inject('/auth/openid/start');
  expect(answer.statusCode, answer.body).toBe(302);
  return { url: String(answer.headers.location), cookie: cookiesOf(answer), set: String(answer.headers['set-cookie']) };
}
const back = (url: string, cookie: string) => {
  const { pathname, search } = new URL(url);
  return bench.server.inject({ url: `${pathname}${search}`, headers: { cookie } });
};
async function signIn() {
  const { url, cookie } = await begin();
  return back(issuer.agree(url), cookie);
}

describe('the start', () => {
  it('sends state, nonce and an S256 challenge, and keeps the verifier in a cookie that scripts cannot read', async () => {
    const { url, set } = await begin();
    const asked = Object.fromEntries(new URL(url).searchParams);
    expect(asked).toMatchObject({
      response_type: 'code',
      client_id: CLIENT,
      redirect_uri: 'http://mod.example/auth/openid/callback',
      code_challenge_method: 'S256',
    });
    expect(asked['state']).toMatch(/^.{20,}$/);
    expect(asked['nonce']).toMatch(/^.{20,}$/);
    expect(set).toMatch(/HttpOnly/);
    expect(set).toMatch(/SameSite=Lax/);
    expect(set).toMatch(/Path=\/auth\/openid/);
    const methods = await bench.server.inject('/auth/methods');
    expect(methods.json()).toEqual({ password: true, openid: { name: 'Example', start: '/auth/openid/start' } });
  });

  it('is a 404 where nothing is configured', async () => {
    const bare = await openBench();
    expect((await bare.server.inject('/auth/openid/start')).statusCode).toBe(404);
    expect((await bare.server.inject('/auth/openid/callback?code=x&state=y')).statusCode).toBe(404);
    expect((await bare.server.inject('/auth/methods')).json().openid).toBeNull();
    await bare.server.close();
  });

  it('says that the issuer is away', async () => {
    const away = openOpenId({
      issuer: 'http://127.0.0.1:1',
      clientId: CLIENT,
      clientSecret: null,
      name: 'Away',
      scope: 'openid',
      loginClaim: 'sub',
      roleClaim: 'groups',
    });
    await expect(away.begin('http://mod.example/auth/openid/callback')).rejects.toMatchObject({
      code: 'sign_in_unavailable',
    });
  });
});

describe('the callback', () => {
  it('opens a session with the role of the first mapping that fits', async () => {
    issuer.claims = { preferred_username: 'ada', groups: ['others', 'pw-reviewers', 'pw-seniors'] };
    const answer = await signIn();
    expect([answer.statusCode, answer.headers.location]).toEqual([302, '/']);
    const session = await bench.server.inject({ url: '/auth/session', headers: { cookie: cookiesOf(answer) } });
    expect(session.json().user).toMatchObject({ login: 'ada', role: 'senior' });
    // The role follows the issuer at the next sign-in.
    issuer.claims = { preferred_username: 'ada', groups: ['pw-reviewers'] };
    const again = await bench.server.inject({ url: '/auth/session', headers: { cookie: cookiesOf(await signIn()) } });
    expect(again.json().user).toMatchObject({ id: session.json().user.id, role: 'reviewer' });
  });

  it.each([
    [
      'another nonce',
      () => {
        issuer.wrongNonce = true;
      },
      'unauthenticated',
    ],
    [
      'a key that was not published',
      () => {
        issuer.wrongKey = true;
      },
      'unauthenticated',
    ],
    [
      'another audience',
      () => {
        issuer.claims = { ...issuer.claims, aud: 'somebody-else' };
      },
      'unauthenticated',
    ],
    [
      'a token that has expired',
      () => {
        issuer.claims = { ...issuer.claims, exp: 1 };
      },
      'unauthenticated',
    ],
    [
      'no name',
      () => {
        issuer.claims = { groups: ['pw-reviewers'] };
      },
      'unauthenticated',
    ],
    [
      'a name with a line break',
      () => {
        issuer.claims = { ...issuer.claims, preferred_username: 'a\nb' };
      },
      'unauthenticated',
    ],
    [
      'no group of ours',
      () => {
        issuer.claims = { ...issuer.claims, groups: ['elsewhere'] };
      },
      'forbidden',
    ],
    [
      'no groups at all',
      () => {
        issuer.claims = { preferred_username: 'ada' };
      },
      'forbidden',
    ],
  ] as const)('refuses %s', async (_name, spoil, code) => {
    spoil();
    const answer = await signIn();
    expect([answer.statusCode, answer.headers.location]).toEqual([302, `/?sign_in=${code}`]);
    expect(cookiesOf(answer)).not.toMatch(/pw_session/);
  });

  it('refuses an answer without the cookie of its beginning, with a foreign one, and twice', async () => {
    const [one, other] = [await begin(), await begin()];
    const answered = issuer.agree(one.url);
    expect((await back(answered, '')).headers.location).toBe('/?sign_in=unauthenticated');
    expect((await back(answered, other.cookie)).headers.location).toBe('/?sign_in=unauthenticated');
    expect((await back(answered, 'pw_openid=eyJ9')).headers.location).toBe('/?sign_in=unauthenticated');
    expect((await back(answered, one.cookie)).headers.location).toBe('/');
    expect((await back(answered, one.cookie)).headers.location).toBe('/?sign_in=unauthenticated');
  });

  it('never takes over the name of somebody who signs in by password, nor lets a disabled person in', async () => {
    await bench.store.access.createUser({ login: 'grace', passwordHash: 'hashed:x', role: 'admin' }, 0);
    issuer.claims = { preferred_username: 'grace', groups: ['pw-admins'], sub: 'thief' };
    expect((await signIn()).headers.location).toBe('/?sign_in=forbidden');
    issuer.claims = { preferred_username: 'linus', groups: ['pw-reviewers'], sub: 'linus' };
    expect((await signIn()).headers.location).toBe('/');
    const linus = (await bench.store.people.people()).find(({ login }) => login === 'linus');
    await bench.store.people.change(linus?.userId ?? '', { disabled: true }, { kind: 'system', id: 'test' }, 0);
    expect((await signIn()).headers.location).toBe('/?sign_in=forbidden');
  });

  it('leaves no password that fits', async () => {
    await signIn();
    const answer = await bench.server.inject({
      method: 'POST',
      url: '/auth/sign-in',
      payload: { login: 'ada', password: '-' },
    });
    expect(answer.statusCode).toBe(401);
  });
});
