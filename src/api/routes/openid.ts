/** Sign-in by OpenID Connect, as redirects of the browser. */
import { z } from 'zod';
import { HOUR_MS, MINUTE_MS } from '../../domain.js';
import { codeOf, InvalidInputError } from '../../errors.js';
import type { OpenIdAttempt } from '../../ports/review.js';
import { enter, readRoles } from '../../usecases/review/openid.js';
import { cookieName, sessionCookie, tokenOf } from '../auth.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { problems } from '../schemas/common.js';
import { SignInMethods } from '../schemas/review-people.js';

const START = '/auth/openid/start';
const CALLBACK = '/auth/openid/callback';
/** Holds state, nonce and verifier of one attempt; comes back from the issuer's page, so that Lax is the strictest that works. */
const ATTEMPT_COOKIE = 'pw_openid';
const ATTEMPT_S = 600;
const PER_MINUTE = 60;

const Attempt = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string() });

export function openIdRoutes(server: ApiServer, deps: ApiDeps): void {
  const { config, store, ids, clock } = deps;
  const openId = deps.openId ?? null;
  const mapping = readRoles(config.OIDC_ROLES);
  const absoluteMs = config.SESSION_HOURS * HOUR_MS;
  const ports = {
    access: store.access,
    people: store.people,
    mapping,
    ids,
    clock,
    absoluteMs,
  };
  const limited = { rateLimit: { max: PER_MINUTE, timeWindow: MINUTE_MS } };
  const base = (request: { protocol: string; host: string }): string =>
    (config.PUBLIC_URL ?? `${request.protocol}://${request.host}`).replace(/\/$/, '');
  const attemptCookie = {
    path: '/auth/openid',
    httpOnly: true,
    sameSite: 'lax',
    secure: config.SECURE_COOKIES,
  } as const;
  const known = () => {
    if (openId === null) throw new InvalidInputError('not_found', 'OpenID Connect is not configured here.');
    return openId;
  };

  server.route({
    method: 'GET',
    url: '/auth/methods',
    schema: { tags: ['people'], summary: 'How one can sign in', response: { 200: SignInMethods, ...problems } },
    handler: async () => ({
      password: true as const,
      openid: openId === null ? null : { name: openId.name, start: START },
    }),
  });
  server.route({
    method: 'GET',
    url: START,
    config: limited,
    schema: {
      tags: ['people'],
      summary: 'Begin a sign-in by OpenID Connect: a redirect to the issuer',
      response: problems,
    },
    handler: async (request, reply) => {
      const { url, ...attempt } = await known().begin(`${base(request)}${CALLBACK}`);
      void reply.setCookie(ATTEMPT_COOKIE, pack(attempt), { ...attemptCookie, maxAge: ATTEMPT_S });
      return reply.redirect(url);
    },
  });
  server.route({
    method: 'GET',
    url: CALLBACK,
    config: limited,
    schema: {
      tags: ['people'],
      summary: 'Where the issuer sends the browser back; ends at /, or at /?sign_in=<code> when it failed',
      response: problems,
    },
    handler: async (request, reply) => {
      const provider = known();
      const attempt = unpack(request.cookies[ATTEMPT_COOKIE]);
      void reply.clearCookie(ATTEMPT_COOKIE, attemptCookie);
      try {
        if (attempt === null) throw new InvalidInputError('unauthenticated', 'The sign-in was not begun here.');
        const person = await provider.finish(`${base(request)}${request.url}`, attempt);
        const { token } = await enter(ports, person, tokenOf(request, config));
        void reply.setCookie(cookieName(config), token, { ...sessionCookie(config), maxAge: absoluteMs / 1_000 });
        return reply.redirect('/');
      } catch (error) {
        // The browser stands here by itself: it is brought to our page, which says what the code means.
        const code = codeOf(error);
        deps.log.warn('sign-in by OpenID Connect refused', { code, error });
        return reply.redirect(`/?sign_in=${code}`);
      }
    },
  });
}

const pack = (attempt: Omit<OpenIdAttempt, 'url'>): string =>
  Buffer.from(JSON.stringify(attempt)).toString('base64url');

function unpack(cookie: string | undefined): Omit<OpenIdAttempt, 'url'> | null {
  if (cookie === undefined) return null;
  try {
    const parsed = Attempt.safeParse(JSON.parse(Buffer.from(cookie, 'base64url').toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
