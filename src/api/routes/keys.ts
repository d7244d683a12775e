/** API keys, for admins. */
import { z } from 'zod';
import { InvalidInputError } from '../../errors.js';
import { type ApiKey, SCOPES } from '../../ports/store.js';
import { createKey, revokeKey } from '../../usecases/keys.js';
import { storableText } from '../../usecases/note-input.js';
import { actorOf } from '../auth.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { IdParams, Instant, Moment, problems } from '../schemas/common.js';

const KeyInput = z
  .strictObject({
    sourceName: z
      .string()
      .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u, 'Letters, digits, space, dot, _ and -')
      .describe('The platform that this key belongs to; made when there is none of that name'),
    label: storableText(200).default(''),
    scopes: z
      .array(z.enum(SCOPES))
      .min(1)
      .max(SCOPES.length)
      .refine((scopes) => new Set(scopes).size === scopes.length, 'Each scope once'),
    expiresAt: Moment.nullable().default(null),
  })
  .meta({ id: 'Key' });

const key = {
  id: z.string(),
  sourceId: z.string(),
  sourceName: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  label: z.string(),
  createdAt: Instant,
  expiresAt: Instant.nullable(),
  revokedAt: Instant.nullable(),
};
const KeyAnswer = z.object(key).meta({ id: 'KeyAnswer' });
const KeyWithText = z.object({ ...key, key: z.string().describe('pw_<id>_<secret>; shown this once') }).meta({
  id: 'KeyWithText',
});

const answer = ({ keyId, scopes, ...rest }: ApiKey) => ({ id: keyId, scopes: [...scopes], ...rest });

export function keyRoutes(server: ApiServer, deps: ApiDeps): void {
  const ports = { access: deps.store.access, ids: deps.ids, clock: deps.clock };
  const tags = ['keys'];
  server.route({
    method: 'GET',
    url: '/v1/keys',
    schema: { tags, summary: 'List API keys', response: { 200: z.object({ items: z.array(KeyAnswer) }), ...problems } },
    handler: async () => ({ items: (await deps.store.access.listKeys()).map(answer) }),
  });
  server.route({
    method: 'POST',
    url: '/v1/keys',
    schema: { tags, summary: 'Make an API key', body: KeyInput, response: { 201: KeyWithText, ...problems } },
    handler: async (request, reply) => {
      const { expiresAt, ...rest } = request.body;
      if (expiresAt !== null && Date.parse(expiresAt) <= deps.clock.now()) {
        const message = 'The key would have expired already';
        throw new InvalidInputError('date_invalid', message, [{ pointer: '/expiresAt', message }]);
      }
      const order = { ...rest, expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString() };
      const made = await createKey(ports, order, actorOf(request));
      return reply.code(201).send({ ...answer(made.key), key: made.text });
    },
  });
  server.route({
    method: 'DELETE',
    url: '/v1/keys/:id',
    schema: {
      tags,
      summary: 'Revoke an API key, at once and for good',
      params: IdParams,
      response: { 204: z.undefined().describe('Revoked'), ...problems },
    },
    handler: async (request, reply) => {
      const revoked = await revokeKey(ports, request.params.id, actorOf(request));
      if (!revoked) throw new InvalidInputError('not_found', 'There is no such key in force.');
      return reply.code(204).send();
    },
  });
}
