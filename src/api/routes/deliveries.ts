/** What was sent, what failed, and sending it again. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import { sha256Hex } from '../../domain/sha256.js';
import { InvalidInputError } from '../../errors.js';
import type { Delivery, WebhooksStore } from '../../ports/store.js';
import { keyOf } from '../auth.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { answeredOrThrow, DOCUMENTED_KEY, idempotencyKeyOf } from '../idempotency.js';
import { IdParams, problems } from '../schemas/common.js';
import { DeliveryPage, DeliveryQuery, Redelivered, RedeliverInput } from '../schemas/webhook.js';

const answer = ({ deliveryId, ...rest }: Delivery) => ({ id: deliveryId, ...rest });

type Filter = Parameters<WebhooksStore['redeliver']>[1];
const fingerprintOf = (filter: Filter): string => sha256Hex(`redeliver\n${JSON.stringify(filter)}`);

export function deliveryRoutes(server: ApiServer, deps: ApiDeps): void {
  const { webhooks } = deps.store;
  const tags = ['webhooks'];

  server.route({
    method: 'GET',
    url: '/v1/webhooks/deliveries',
    schema: {
      tags,
      summary: 'List deliveries, newest first',
      querystring: DeliveryQuery,
      response: { 200: DeliveryPage, ...problems },
    },
    handler: async (request) => {
      const { cursor, limit, ...filter } = request.query;
      const page = await webhooks.deliveries(keyOf(request).sourceId, filter, cursor ?? null, limit);
      return { items: page.items.map(answer), nextCursor: page.nextCursor };
    },
  });
  const redeliver = async (request: FastifyRequest, reply: FastifyReply, filter: Filter): Promise<number> => {
    const key = idempotencyKeyOf(request);
    const idempotency = key === null ? null : { key, fingerprint: fingerprintOf(filter) };
    const { sourceId } = keyOf(request);
    const answer = answeredOrThrow(await webhooks.redeliver(sourceId, filter, idempotency, deps.clock.now()));
    if (answer.kind === 'replayed') void reply.header('idempotency-replayed', 'true');
    return answer.redelivered;
  };
  server.route({
    method: 'POST',
    url: '/v1/webhooks/deliveries/:id/redeliver',
    config: { documented: DOCUMENTED_KEY },
    schema: {
      tags,
      summary: 'Send one delivery again, under the same event id',
      params: IdParams,
      response: { 202: Redelivered, ...problems },
    },
    handler: async (request, reply) => {
      const redelivered = await redeliver(request, reply, { deliveryId: request.params.id });
      if (redelivered === 0) throw new InvalidInputError('not_found', 'There is no such delivery.');
      return reply.code(202).send({ redelivered });
    },
  });
  server.route({
    method: 'POST',
    url: '/v1/webhooks/:id/redeliver',
    config: { documented: DOCUMENTED_KEY },
    schema: {
      tags,
      summary: 'Send dead letters again: all of them, or those since a time',
      params: IdParams,
      body: RedeliverInput,
      response: { 202: Redelivered, ...problems },
    },
    handler: async (request, reply) => {
      const endpointId = request.params.id;
      const known = (await webhooks.list(keyOf(request).sourceId)).some((one) => one.endpointId === endpointId);
      if (!known) throw new InvalidInputError('not_found', 'There is no such webhook endpoint.');
      const { since, status } = request.body;
      const filter = { endpointId, status, since: since === undefined ? undefined : new Date(since).toISOString() };
      return reply.code(202).send({ redelivered: await redeliver(request, reply, filter) });
    },
  });
}
