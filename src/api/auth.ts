/** Who is calling, and whether the route's rule lets them. Nothing is cached: what was revoked is out at once. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import { MINUTE_MS } from '../domain.js';
import { InvalidInputError } from '../errors.js';
import type { Actor, ApiKey, Session } from '../ports/store.js';
import { keyLookup } from '../usecases/key-lookup.js';
import { judgeKey, parseKey } from '../usecases/keys.js';
import { hashToken, sameSecret } from '../usecases/sign-in.js';
import type { ApiDeps } from './deps.js';
import type { Rule } from './permissions.js';

export type Caller =
  | { readonly kind: 'key'; readonly key: ApiKey }
  | { readonly kind: 'user'; readonly session: Session; readonly token: string };

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    rule?: Rule;
  }
}

export const cookieName = (config: Pick<Config, 'SECURE_COOKIES'>): string =>
  config.SECURE_COOKIES ? '__Host-pw_session' : 'pw_session';

/** How the cookie of a session is set and cleared. */
export const sessionCookie = (config: Pick<Config, 'SECURE_COOKIES'>) =>
  ({ path: '/', httpOnly: true, sameSite: 'strict', secure: config.SECURE_COOKIES }) as const;

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

const denied = (message: string): InvalidInputError => new InvalidInputError('forbidden', message);

export function tokenOf(request: FastifyRequest, config: Config): string | null {
  const token = request.cookies[cookieName(config)];
  return token !== undefined && /^[A-Za-z0-9_-]{20,100}$/.test(token) ? token : null;
}

function readBearer(request: FastifyRequest): string | null {
  const header = request.headers.authorization;
  if (header === undefined) return null;
  return /^Bearer +(\S+)$/i.exec(header)?.[1] ?? '';
}

/** Origin or Fetch Metadata prove a request of our own page; a foreign page can forge neither. */
function isSameOrigin(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const origin = request.headers.origin;
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === request.headers.host;
}

function checkCsrf(request: FastifyRequest, session: Session, proof: 'token' | 'same-origin'): void {
  if (SAFE_METHODS.has(request.method)) return;
  const given = request.headers['x-csrf-token'];
  if (typeof given === 'string' && sameSecret(given, session.csrfToken)) return;
  if (proof === 'same-origin' && isSameOrigin(request)) return;
  throw new InvalidInputError('csrf_invalid', 'The header x-csrf-token is missing or wrong.');
}

function allow(caller: Caller, rule: Exclude<Rule, { who: 'anyone' }>, request: FastifyRequest): void {
  switch (caller.kind) {
    case 'key':
      if (rule.scopes.length === 0) throw denied('This address is for people who are signed in.');
      if (!rule.scopes.some((scope) => caller.key.scopes.includes(scope))) {
        throw denied(`The key lacks the scope ${rule.scopes.join(' or ')}.`);
      }
      return;
    case 'user':
      if (rule.roles.length === 0) throw denied('This address takes API keys only.');
      if (!rule.roles.includes(caller.session.user.role)) {
        throw denied(`This takes the role ${rule.roles.join(' or ')}.`);
      }
      checkCsrf(request, caller.session, rule.csrf);
      return;
  }
}

function authenticator(deps: ApiDeps): (request: FastifyRequest) => Promise<Caller> {
  const find = keyLookup(deps.store.access);

  const byKey = async (text: string): Promise<Caller> => {
    const parts = parseKey(text);
    if (parts === null) throw new InvalidInputError('unauthenticated', 'The API key is not valid.');
    const verdict = judgeKey(await find(parts.keyId), parts.secret, deps.clock.now());
    switch (verdict.kind) {
      case 'valid':
        return { kind: 'key', key: verdict.key };
      case 'ended':
        throw new InvalidInputError('key_expired', 'The API key has expired or was revoked.');
      case 'wrong':
        throw new InvalidInputError('unauthenticated', 'The API key is not valid.');
    }
  };

  const bySession = async (token: string): Promise<Caller> => {
    const idleMs = deps.config.SESSION_IDLE_MINUTES * MINUTE_MS;
    const session = await deps.store.access.findSession(hashToken(token), idleMs, deps.clock.now());
    if (session === null || session.user.disabled) {
      throw new InvalidInputError('unauthenticated', 'The session has ended; sign in again.');
    }
    return { kind: 'user', session, token };
  };

  return (request) => {
    const bearer = readBearer(request);
    if (bearer !== null) return byKey(bearer);
    const token = tokenOf(request, deps.config);
    if (token !== null) return bySession(token);
    throw new InvalidInputError('unauthenticated', 'An API key or a session is needed.');
  };
}

/** The hook that stands before every route; an unknown address has no rule and ends as 404. */
export function guard(deps: ApiDeps, onRefused: (request: FastifyRequest, reply: FastifyReply) => Promise<void>) {
  const authenticate = authenticator(deps);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const rule = request.routeOptions.config.rule;
    if (rule === undefined || rule.who === 'anyone') return;
    try {
      request.caller = await authenticate(request);
    } catch (error) {
      if (error instanceof InvalidInputError) await onRefused(request, reply);
      throw error;
    }
    allow(request.caller, rule, request);
  };
}

/** For routes that only API keys may call. */
export function keyOf(request: FastifyRequest): ApiKey {
  if (request.caller?.kind !== 'key') throw denied('This address takes API keys only.');
  return request.caller.key;
}

export function sessionOf(request: FastifyRequest): { readonly session: Session; readonly token: string } {
  if (request.caller?.kind !== 'user') throw denied('This address is for people who are signed in.');
  return request.caller;
}

/** A key sees its own source; people who are signed in see all of them. */
export const reachOf = (request: FastifyRequest): string | null =>
  request.caller?.kind === 'user' ? null : keyOf(request).sourceId;

export const actorOf = (request: FastifyRequest): Actor =>
  request.caller?.kind === 'user'
    ? { kind: 'user', id: request.caller.session.user.userId }
    : { kind: 'key', id: keyOf(request).keyId };
