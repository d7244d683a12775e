/** Signing in and out. The cookie holds the only copy of the session token; the store keeps its hash. */
import { z } from 'zod';
import { HOUR_MS, MINUTE_MS } from '../../domain.js';
import { ROLES, type Session } from '../../ports/store.js';
import { storableText } from '../../usecases/note-input.js';
import { hashToken, signInWith } from '../../usecases/sign-in.js';
import { cookieName, sessionCookie, sessionOf, tokenOf } from '../auth.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { Instant, problems } from '../schemas/common.js';

const SignIn = z
  .strictObject({ login: storableText(100).min(1), password: z.string().min(1).max(1_000) })
  .meta({ id: 'SignIn' });
const SessionAnswer = z
  .object({
    user: z.object({ id: z.string(), login: z.string(), role: z.enum(ROLES) }),
    csrfToken: z.string().describe('Send it as x-csrf-token with every unsafe request'),
    expiresAt: Instant,
  })
  .meta({ id: 'Session' });

/** Per address and minute, beside the throttle per login. */
const SIGN_INS_PER_MINUTE = 30;

const answer = ({ user, csrfToken, expiresAt }: Session) => ({
  user: { id: user.userId, login: user.login, role: user.role },
  csrfToken,
  expiresAt,
});

export function peopleRoutes(server: ApiServer, deps: ApiDeps): void {
  const { config } = deps;
  const absoluteMs = config.SESSION_HOURS * HOUR_MS;
  const signIn = signInWith({
    access: deps.store.access,
    hasher: deps.hasher,
    ids: deps.ids,
    clock: deps.clock,
    absoluteMs,
  });
  const cookie = sessionCookie(config);
  const tags = ['people'];

  server.route({
    method: 'POST',
    url: '/auth/sign-in',
    config: { rateLimit: { max: SIGN_INS_PER_MINUTE, timeWindow: MINUTE_MS } },
    schema: {
      tags,
      summary: 'Sign in; the answer sets the session cookie',
      body: SignIn,
      response: { 200: SessionAnswer, ...problems },
    },
    handler: async (request, reply) => {
      const { login, password } = request.body;
      const { token, session } = await signIn(login, password, tokenOf(request, config));
      void reply.setCookie(cookieName(config), token, { ...cookie, maxAge: absoluteMs / 1_000 });
      return answer(session);
    },
  });
  server.route({
    method: 'GET',
    url: '/auth/session',
    schema: { tags, summary: 'Who is signed in', response: { 200: SessionAnswer, ...problems } },
    handler: async (request) => answer(sessionOf(request).session),
  });
  server.route({
    method: 'POST',
    url: '/auth/sign-out',
    schema: { tags, summary: 'End the session', response: { 204: z.undefined().describe('Signed out'), ...problems } },
    handler: async (request, reply) => {
      await deps.store.access.endSession(hashToken(sessionOf(request).token));
      void reply.clearCookie(cookieName(config), cookie);
      return reply.code(204).send();
    },
  });
}
