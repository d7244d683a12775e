/** Webhook endpoints of a source. */
import { z } from 'zod';
import { InvalidInputError } from '../../errors.js';
import type { Endpoint } from '../../ports/store.js';
import { changeEndpoint, registerEndpoint, rotateSecret, type WebhookPorts } from '../../usecases/webhooks-register.js';
import { keyOf } from '../auth.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { IdParams, problems } from '../schemas/common.js';
import { EndpointAnswer, EndpointChange, EndpointInput, EndpointList, EndpointWithSecret } from '../schemas/webhook.js';

const tags = ['webhooks'];

const answer = ({ endpointId, events, ...rest }: Endpoint) => ({ id: endpointId, events: [...events], ...rest });

function existing<T>(value: T | null): T {
  if (value === null) throw new InvalidInputError('not_found', 'There is no such webhook endpoint.');
  return value;
}

export function webhookRoutes(server: ApiServer, deps: ApiDeps): void {
  registerRoute(server, deps);
  listRoute(server, deps);
  changeRoute(server, deps);
  removeRoute(server, deps);
  rotateRoute(server, deps);
  testRoute(server, deps);
}

const portsOf = ({ store, ids, clock, config }: ApiDeps): WebhookPorts => ({
  webhooks: store.webhooks,
  ids,
  clock,
  allowPrivate: config.WEBHOOK_ALLOW_PRIVATE,
});

function registerRoute(server: ApiServer, deps: ApiDeps): void {
  const ports = portsOf(deps);
  server.route({
    method: 'POST',
    url: '/v1/webhooks',
    schema: {
      tags,
      summary: 'Register an endpoint; the answer holds the signing secret, this once',
      body: EndpointInput,
      response: { 201: EndpointWithSecret, ...problems },
    },
    handler: async (request, reply) => {
      const { endpoint, secret } = await registerEndpoint(ports, keyOf(request).sourceId, request.body);
      return reply.code(201).send({ ...answer(endpoint), secret });
    },
  });
}

function listRoute(server: ApiServer, deps: ApiDeps): void {
  const { webhooks } = deps.store;
  server.route({
    method: 'GET',
    url: '/v1/webhooks',
    schema: { tags, summary: 'List endpoints', response: { 200: EndpointList, ...problems } },
    handler: async (request) => ({ items: (await webhooks.list(keyOf(request).sourceId)).map(answer) }),
  });
}

function changeRoute(server: ApiServer, deps: ApiDeps): void {
  const ports = portsOf(deps);
  server.route({
    method: 'PATCH',
    url: '/v1/webhooks/:id',
    schema: {
      tags,
      summary: 'Pause or resume an endpoint, or change its address, events or description; the secret stays',
      params: IdParams,
      body: EndpointChange,
      response: { 200: EndpointAnswer, ...problems },
    },
    handler: async (request) => {
      const { sourceId } = keyOf(request);
      return answer(existing(await changeEndpoint(ports, sourceId, request.params.id, request.body)));
    },
  });
}

function removeRoute(server: ApiServer, deps: ApiDeps): void {
  const { webhooks } = deps.store;
  server.route({
    method: 'DELETE',
    url: '/v1/webhooks/:id',
    schema: {
      tags,
      summary: 'Remove an endpoint with its deliveries',
      params: IdParams,
      response: { 204: z.undefined().describe('Removed'), ...problems },
    },
    handler: async (request, reply) => {
      const removed = await webhooks.remove(keyOf(request).sourceId, request.params.id);
      existing(removed ? true : null);
      return reply.code(204).send();
    },
  });
}

function rotateRoute(server: ApiServer, deps: ApiDeps): void {
  const ports = portsOf(deps);
  server.route({
    method: 'POST',
    url: '/v1/webhooks/:id/rotate',
    schema: {
      tags,
      summary: 'Make a new signing secret; old and new both sign for a while',
      params: IdParams,
      response: { 200: EndpointWithSecret, ...problems },
    },
    handler: async (request) => {
      const rotated = existing(await rotateSecret(ports, keyOf(request).sourceId, request.params.id));
      return { ...answer(rotated.endpoint), secret: rotated.secret };
    },
  });
}

function testRoute(server: ApiServer, deps: ApiDeps): void {
  const { webhooks } = deps.store;
  server.route({
    method: 'POST',
    url: '/v1/webhooks/:id/test',
    schema: {
      tags,
      summary: 'Send an endpoint.test event',
      params: IdParams,
      response: { 202: z.object({ deliveryId: z.string() }), ...problems },
    },
    handler: async (request, reply) => {
      const { sourceId } = keyOf(request);
      const deliveryId = existing(await webhooks.sendTest(sourceId, request.params.id, deps.clock.now()));
      return reply.code(202).send({ deliveryId });
    },
  });
}
