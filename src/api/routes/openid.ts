/** Sign-in by OpenID Connect, as redirects of the browser. */
import { z } from 'zod';
import type { Config } from '../../config.js';
import { HOUR_MS, MINUTE_MS } from '../../domain.js';
import { codeOf, InvalidInputError } from '../../errors.js';
import type { OpenId, OpenIdAttempt } from '../../ports/review.js';
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

const tags = ['people'];
const limited = { rateLimit: { max: PER_MINUTE, timeWindow: MINUTE_MS } };

export function openIdRoutes(server: ApiServer, deps: ApiDeps): void {
  methodsRoute(server, deps);
  startRoute(server, deps);
  callbackRoute(server, deps);
}

function methodsRoute(server: ApiServer, { openId = null }: ApiDeps): void {
  server.route({
    method: 'GET',
    url: '/auth/methods',
    schema: { tags, summary: 'How one can sign in', response: { 200: SignInMethods, ...problems } },
    handler: async () => ({
      password: true as const,
      openid: openId === null ? null : { name: openId.name, start: START },
    }),
  });
}

function startRoute(server: ApiServer, deps: ApiDeps): void {
  const cookie = attemptCookie(deps.config);
  server.route({
    method: 'GET',
    url: START,
    config: limited,
    schema: { tags, summary: 'Begin a sign-in by OpenID Connect: a redirect to the issuer', response: problems },
    handler: async (request, reply) => {
      const { url, ...attempt } = await providerOf(deps).begin(`${baseOf(request, deps.config)}${CALLBACK}`);
      void reply.setCookie(ATTEMPT_COOKIE, pack(attempt), { ...cookie, maxAge: ATTEMPT_S });
      return reply.redirect(url);
    },
  });
}

function callbackRoute(server: ApiServer, deps: ApiDeps): void {
  const { config, store, ids, clock } = deps;
  const mapping = readRoles(config.OIDC_ROLES);
  const absoluteMs = config.SESSION_HOURS * HOUR_MS;
  const ports = { access: store.access, people: store.people, mapping, ids, clock, absoluteMs };
  const cookie = attemptCookie(config);
  server.route({
    method: 'GET',
    url: CALLBACK,
    config: limited,
    schema: {
      tags,
      summary: 'Where the issuer sends the browser back; ends at /, or at /?sign_in=<code> when it failed',
      response: problems,
    },
    handler: async (request, reply) => {
      const provider = providerOf(deps);
      const attempt = unpack(request.cookies[ATTEMPT_COOKIE]);
      void reply.clearCookie(ATTEMPT_COOKIE, cookie);
      try {
        if (attempt === null) throw new InvalidInputError('unauthenticated', 'The sign-in was not begun here.');
        const person = await provider.finish(`${baseOf(request, config)}${request.url}`, attempt);
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

function providerOf({ openId = null }: ApiDeps): OpenId {
  if (openId === null) throw new InvalidInputError('not_found', 'OpenID Connect is not configured here.');
  return openId;
}

const baseOf = (request: { protocol: string; host: string }, { PUBLIC_URL }: Pick<Config, 'PUBLIC_URL'>): string =>
  (PUBLIC_URL ?? `${request.protocol}://${request.host}`).replace(/\/$/, '');

const attemptCookie = ({ SECURE_COOKIES: secure }: Pick<Config, 'SECURE_COOKIES'>) =>
  ({ path: '/auth/openid', httpOnly: true, sameSite: 'lax', secure }) as const;

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
