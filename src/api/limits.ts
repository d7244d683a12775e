/** Rate limits: per API key, per person, per address for the rest. Counted in this process's memory. */
import rateLimit from '@fastify/rate-limit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MINUTE_MS } from '../domain.js';
import { InvalidInputError } from '../errors.js';
import type { ApiDeps, ApiServer } from './deps.js';

/** Wrong credentials from one address before it is told to wait. */
const MAX_REFUSED_PER_MINUTE = 300;
/** How many keys and addresses are counted at once. */
const COUNTED = 20_000;

const subjectOf = (request: FastifyRequest): string => {
  const { caller } = request;
  if (caller === null) return `ip-${request.ip}`;
  return caller.kind === 'key' ? `key-${caller.key.keyId}` : `user-${caller.session.user.userId}`;
};

const limited = (): InvalidInputError =>
  new InvalidInputError('rate_limited', 'Too many requests; see the header Retry-After.');

/** Answers the counter of refused credentials, which the guard calls. */
export async function registerLimits(
  server: ApiServer,
  deps: ApiDeps,
): Promise<(request: FastifyRequest, reply: FastifyReply) => Promise<void>> {
  await server.register(rateLimit, {
    max: deps.config.RATE_LIMIT_PER_MINUTE,
    timeWindow: MINUTE_MS,
    cache: COUNTED,
    enableDraftSpec: true,
    keyGenerator: subjectOf,
    errorResponseBuilder: limited,
  });
  const refused = server.createRateLimit({
    max: MAX_REFUSED_PER_MINUTE,
    timeWindow: MINUTE_MS,
    keyGenerator: (request) => request.ip,
  });
  return async (request, reply) => {
    const count = await refused(request);
    if (count.isAllowed || !count.isExceeded) return;
    void reply.header('retry-after', count.ttlInSeconds);
    throw limited();
  };
}
