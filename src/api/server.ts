/** Builds the HTTP server and does not listen. */
import cookie from '@fastify/cookie';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { UnavailableError } from '../errors.js';
import { addRoutes } from './add-routes.js';
import { guard } from './auth.js';
import type { ApiDeps, ApiServer } from './deps.js';
import { errorHandler } from './errors.js';
import { securityHeaders, setHeaders } from './headers.js';
import { registerLimits } from './limits.js';
import { type LiveRoute, notFoundHandler } from './not-found.js';
import { registerOpenapi } from './openapi.js';
import { ruleOf } from './permissions.js';
import { readBodies } from './read-bodies.js';
import { refuseBareHttp, refuseUnparsed } from './refuse-bare-http.js';
import { schemaCompiler } from './schema-compiler.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route with its method, for the walk over all permissions. */
    liveRoutes: readonly LiveRoute[];
  }
}

/** Slow senders are cut off. */
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_PARAM_CHARS = 1_000;

export async function buildServer(deps: ApiDeps): Promise<FastifyInstance> {
  const server = bareServer(deps);
  const routes = everyRoute(server, deps);
  endPolitely(server);
  readBodies(server, deps);
  server.addHook('onRequest', securityHeaders(deps.config));
  refuseBareHttp(server, deps.ids);
  await server.register(cookie);
  const onRefused = await registerLimits(server, deps);
  server.addHook('onRequest', guard(deps, onRefused));
  server.addHook('onResponse', measure(deps));
  await registerOpenapi(server, deps);
  addRoutes(server, deps);
  await deps.mount?.(server as unknown as FastifyInstance);
  server.setNotFoundHandler(notFoundHandler(routes));
  await server.ready();
  return server as unknown as FastifyInstance;
}

function bareServer(deps: ApiDeps): ApiServer {
  const server = Fastify({
    logger: false,
    bodyLimit: deps.config.BODY_LIMIT_BYTES,
    trustProxy: [...deps.config.TRUST_PROXY],
    requestTimeout: REQUEST_TIMEOUT_MS,
    return503OnClosing: false,
    // Asked for by `refuseBareHttp`, which answers as everything else does.
    http: { requireHostHeader: false },
    genReqId: () => deps.ids.next('req'),
    routerOptions: { maxParamLength: MAX_PARAM_CHARS },
    // An address that cannot be decoded passes no hook.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      setHeaders(deps.config, request, reply);
      return errorHandler(deps.log)(error, request, reply);
    },
    clientErrorHandler: (_error, socket) => refuseUnparsed(socket, deps.ids.next('req')),
  }) as unknown as ApiServer;
  server.setValidatorCompiler(schemaCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.setErrorHandler(errorHandler(deps.log));
  server.decorateRequest('caller', null);
  return server;
}

/** What plug-ins add counts as well: a rule, and our own words for errors even where they bring theirs. */
function everyRoute(server: ApiServer, deps: ApiDeps): readonly LiveRoute[] {
  const routes: LiveRoute[] = [];
  const onError = errorHandler(deps.log);
  server.decorate('liveRoutes', routes);
  server.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) {
      const rule = ruleOf(method, route.url);
      if (rule === null) throw new Error(`no rule in permissions.ts for ${method} ${route.url}`);
      routes.push({ method, url: route.url });
      route.config = { ...route.config, rule };
    }
    route.errorHandler = onError;
  });
  return routes;
}

/** While stopping, new requests are told so, and those that run are the last of their connections. */
function endPolitely(server: ApiServer): void {
  let closing = false;
  server.addHook('preClose', async () => {
    closing = true;
  });
  server.addHook('onRequest', async () => {
    if (closing) throw new UnavailableError('not_ready', 'the server is stopping');
  });
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) void reply.header('connection', 'close');
    done();
  });
}

const measure = (deps: ApiDeps) => async (request: FastifyRequest, reply: FastifyReply) => {
  const labels = { route: request.routeOptions.url ?? 'none', method: request.method };
  deps.metrics.count('http_requests_total', { ...labels, status: String(reply.statusCode) });
  deps.metrics.observe('http_request_seconds', reply.elapsedTime / 1_000, labels);
};
