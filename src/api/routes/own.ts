/** Own views, own settings and own password, for everyone who is signed in. */
import { z } from 'zod';
import { InvalidInputError } from '../../errors.js';
import { changePassword } from '../../usecases/change-password.js';
import { sessionOf } from '../auth.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { IdParams, problems } from '../schemas/common.js';
import {
  OwnPasswordInput,
  Preferences,
  SavedFilterAnswer,
  SavedFilterInput,
  SavedFilterList,
} from '../schemas/review-people.js';

const tags = ['people'];

export function ownRoutes(server: ApiServer, deps: ApiDeps): void {
  savedFilterRoutes(server, deps);
  preferenceRoutes(server, deps);
  passwordRoute(server, deps);
}

function savedFilterRoutes(server: ApiServer, { store: { people }, clock }: ApiDeps): void {
  server.route({
    method: 'GET',
    url: '/v1/saved-filters',
    schema: { tags, summary: 'Your saved views', response: { 200: SavedFilterList, ...problems } },
    handler: async (request) => ({
      items: (await people.savedFilters(sessionOf(request).session.user.userId)).map((filter) => ({ ...filter })),
    }),
  });
  server.route({
    method: 'POST',
    url: '/v1/saved-filters',
    schema: { tags, summary: 'Save a view', body: SavedFilterInput, response: { 201: SavedFilterAnswer, ...problems } },
    handler: async (request, reply) => {
      const { userId } = sessionOf(request).session.user;
      const { query } = request.body;
      const name = request.body.name.trim();
      const saved = await people.saveFilter(userId, { name, query }, clock.now());
      if (saved !== null) return reply.code(201).send(saved);
      const message = `You have a view named "${name}" already; choose another name or delete that one.`;
      throw new InvalidInputError('name_taken', message, [{ pointer: '/name', message }]);
    },
  });
  server.route({
    method: 'DELETE',
    url: '/v1/saved-filters/:id',
    schema: {
      tags,
      summary: 'Forget a view',
      params: IdParams,
      response: { 204: z.undefined().describe('Gone'), ...problems },
    },
    handler: async (request, reply) => {
      const gone = await people.removeFilter(sessionOf(request).session.user.userId, request.params.id);
      if (!gone) throw new InvalidInputError('not_found', 'You have no such view.');
      return reply.code(204).send();
    },
  });
}

function preferenceRoutes(server: ApiServer, { store: { people } }: ApiDeps): void {
  server.route({
    method: 'GET',
    url: '/v1/preferences',
    schema: { tags, summary: 'Your settings', response: { 200: Preferences, ...problems } },
    handler: async (request) => ({ ...(await people.preferences(sessionOf(request).session.user.userId)) }),
  });
  server.route({
    method: 'PUT',
    url: '/v1/preferences',
    schema: {
      tags,
      summary: 'Keep your settings, all together',
      body: Preferences,
      response: { 200: Preferences, ...problems },
    },
    handler: async (request) => {
      await people.setPreferences(sessionOf(request).session.user.userId, request.body);
      return request.body;
    },
  });
}

function passwordRoute(server: ApiServer, { store, hasher, clock }: ApiDeps): void {
  const ports = { access: store.access, people: store.people, hasher, clock };
  server.route({
    method: 'POST',
    url: '/auth/password',
    schema: {
      tags,
      summary: 'A new password for yourself; every session of yours ends',
      body: OwnPasswordInput,
      response: { 204: z.undefined().describe('Sign in again'), ...problems },
    },
    handler: async (request, reply) => {
      await changePassword(ports, sessionOf(request).session.user, request.body);
      return reply.code(204).send();
    },
  });
}
