/** Builds the HTTP server and does not listen. */
import type { Socket } from 'node:net';
import cookie from '@fastify/cookie';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { InvalidInputError, UnavailableError } from '../errors.js';
import { guard } from './auth.js';
import type { ApiDeps, ApiServer } from './deps.js';
import { deskOf } from './desk.js';
import { errorHandler, PROBLEM_TYPE, problemOf } from './errors.js';
import { securityHeaders, setHeaders } from './headers.js';
import { checkContentType, parseJsonBytes } from './json-body.js';
import { registerLimits } from './limits.js';
import { multipartNote } from './multipart.js';
import { type LiveRoute, notFoundHandler } from './not-found.js';
import { openapiRoutes, registerOpenapi } from './openapi.js';
import { ruleOf } from './permissions.js';
import { batchRoutes } from './routes/batch.js';
import { deliveryRoutes } from './routes/deliveries.js';
import { healthRoutes } from './routes/health.js';
import { imageRoutes } from './routes/images.js';
import { keyRoutes } from './routes/keys.js';
import { moderationRoutes } from './routes/moderations.js';
import { submitRoutes } from './routes/notes.js';
import { eraseRoutes, readRoutes } from './routes/notes-read.js';
import { openIdRoutes } from './routes/openid.js';
import { overviewRoutes } from './routes/overview.js';
import { peopleRoutes } from './routes/people.js';
import { policyRoutes } from './routes/policies.js';
import { policyTryRoutes } from './routes/policy-try.js';
import { caseRoutes } from './routes/review-case.js';
import { eventRoutes } from './routes/review-events.js';
import { figureRoutes } from './routes/review-figures.js';
import { ownRoutes, userRoutes } from './routes/review-people.js';
import { pleaRoutes } from './routes/review-pleas.js';
import { queueRoutes } from './routes/review-queue.js';
import { translationRoutes } from './routes/review-translation.js';
import { secondOpinionRoutes } from './routes/second-opinion.js';
import { webhookRoutes } from './routes/webhooks.js';
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
    requestTimeout: REQUEST_TIMEOUT_MS,
    return503OnClosing: false,
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

/** Bytes that are not HTTP: there is no request to answer, only a socket. */
function refuseUnparsed(socket: Socket, traceId: string): void {
  if (!socket.writable) return;
  const body = JSON.stringify(problemOf('query_invalid', 'The request is not valid HTTP.', traceId));
  const head = [
    `HTTP/1.1 400 Bad Request`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`);
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

function readBodies(server: ApiServer, deps: ApiDeps): void {
  server.removeAllContentTypeParsers();
  readUploads(server, deps);
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      checkContentType(request.headers['content-type'] ?? '', request.headers['content-encoding']);
      const bytes = typeof body === 'string' ? Buffer.from(body) : body;
      const needed = request.routeOptions.schema?.body !== undefined;
      if (bytes.length === 0 && needed) throw new InvalidInputError('json_invalid', 'The body is empty.');
      done(null, bytes.length === 0 ? undefined : parseJsonBytes(bytes));
    } catch (error) {
      done(error instanceof Error ? error : new Error('body parser threw', { cause: error }));
    }
  });
}

const NOTES_URL = '/v1/notes';

/** Pictures beside a note; every other address takes JSON alone. */
function readUploads(server: ApiServer, deps: ApiDeps): void {
  const options = { parseAs: 'buffer', bodyLimit: deps.config.UPLOAD_LIMIT_BYTES } as const;
  server.addContentTypeParser('multipart/form-data', options, async (request: FastifyRequest, body: Buffer) => {
    if (request.routeOptions.url !== NOTES_URL) {
      throw new InvalidInputError('media_type_unsupported', 'This address takes JSON only.');
    }
    return multipartNote(request.headers['content-type'] ?? '', body);
  });
}

const measure = (deps: ApiDeps) => async (request: FastifyRequest, reply: FastifyReply) => {
  const labels = { route: request.routeOptions.url ?? 'none', method: request.method };
  deps.metrics.count('http_requests_total', { ...labels, status: String(reply.statusCode) });
  deps.metrics.observe('http_request_seconds', reply.elapsedTime / 1_000, labels);
};

function addRoutes(server: ApiServer, deps: ApiDeps): void {
  submitRoutes(server, deps);
  batchRoutes(server, deps);
  readRoutes(server, deps);
  eraseRoutes(server, deps);
  imageRoutes(server, deps);
  moderationRoutes(server, deps);
  webhookRoutes(server, deps);
  deliveryRoutes(server, deps);
  overviewRoutes(server, deps);
  keyRoutes(server, deps);
  reviewRoutes(server, deps);
  policyRoutes(server, deps);
  policyTryRoutes(server, deps);
  peopleRoutes(server, deps);
  healthRoutes(server, deps);
  openapiRoutes(server);
}

function reviewRoutes(server: ApiServer, deps: ApiDeps): void {
  const desk = deskOf(deps);
  queueRoutes(server, deps, desk);
  eventRoutes(server, deps, desk);
  caseRoutes(server, deps, desk);
  secondOpinionRoutes(server, deps, desk);
  translationRoutes(server, deps, desk);
  pleaRoutes(server, deps);
  figureRoutes(server, deps);
  userRoutes(server, deps);
  ownRoutes(server, deps);
  openIdRoutes(server, deps);
}
