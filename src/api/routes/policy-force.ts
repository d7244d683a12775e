/** Changing what is in force: bundles by hash, and overrides of rules. */
import type { z } from 'zod';
import { InvalidInputError } from '../../errors.js';
import type { Moved } from '../../ports/policy.js';
import { checkOverride } from '../../usecases/policy/check-override.js';
import { actorOf, sessionOf } from '../auth.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { baseOf, forceOf } from '../policy-force.js';
import { problems } from '../schemas/common.js';
import {
  BundlePage,
  BundlesQuery,
  HashParams,
  MovedAnswer,
  OverrideInput,
  OverrideQuery,
  RollbackInput,
  WhyInput,
} from '../schemas/policy.js';

const tags = ['policies'];

const REFUSED: Readonly<Record<Exclude<Moved, 'done' | 'unchanged'>, string>> = {
  unknown: 'There is no such bundle.',
  own: 'Its author cannot approve it; a second person has to.',
  not_waiting: 'It does not wait for anybody.',
  needs_approval: 'It changes grave rules or words, or how far machines go alone: a second person has to approve it.',
  refused: 'It was refused.',
  never_active: 'It was never in force; nothing can go back to it.',
};

async function settled(deps: ApiDeps, moved: Moved): Promise<z.infer<typeof MovedAnswer>> {
  if (moved === 'unknown') throw new InvalidInputError('not_found', REFUSED.unknown);
  if (moved !== 'done' && moved !== 'unchanged') throw new InvalidInputError('conflict', REFUSED[moved]);
  await deps.followPolicy?.();
  const { bundleHash, version, pinned } = await forceOf(deps);
  return { bundleHash, version, pinned };
}

export function bundleRoutes(server: ApiServer, deps: ApiDeps): void {
  const { policy } = deps.store;
  const response = { 200: MovedAnswer, ...problems };
  server.route({
    method: 'GET',
    url: '/v1/policies/bundles',
    schema: {
      tags,
      summary: 'Candidates and what was in force, the latest change first',
      querystring: BundlesQuery,
      response: { 200: BundlePage, ...problems },
    },
    handler: async (request) => {
      const { cursor, limit } = request.query;
      return structuredClone(await policy.bundles(cursor ?? null, limit)) as z.infer<typeof BundlePage>;
    },
  });
  server.route({
    method: 'POST',
    url: '/v1/policies/bundles/:hash/activate',
    schema: { tags, summary: 'Put a bundle in force', params: HashParams, body: WhyInput, response },
    handler: async (request) => {
      const order = { pin: false, why: request.body.why };
      return settled(deps, await policy.activate(request.params.hash, order, actorOf(request), deps.clock.now()));
    },
  });
  server.route({
    method: 'POST',
    url: '/v1/policies/bundles/:hash/approve',
    schema: { tags, summary: 'Approve a candidate as a second person', params: HashParams, body: WhyInput, response },
    handler: async (request) => {
      const { userId: id, login } = sessionOf(request).session.user;
      const { why } = request.body;
      return settled(deps, await policy.approve(request.params.hash, { id, login }, why, deps.clock.now()));
    },
  });
  server.route({
    method: 'POST',
    url: '/v1/policies/bundles/:hash/refuse',
    schema: { tags, summary: 'Refuse a candidate', params: HashParams, body: WhyInput, response },
    handler: async (request) =>
      settled(deps, await policy.refuse(request.params.hash, request.body.why, actorOf(request), deps.clock.now())),
  });
  server.route({
    method: 'POST',
    url: '/v1/policies/rollback',
    schema: { tags, summary: 'Go back to an earlier bundle and stay there', body: RollbackInput, response },
    handler: async (request) => {
      const { to, why } = request.body;
      const hash = to ?? (await policy.former());
      if (hash === null) throw new InvalidInputError('conflict', 'There is no earlier bundle.');
      return settled(deps, await policy.activate(hash, { pin: true, why }, actorOf(request), deps.clock.now()));
    },
  });
}

export function overrideRoutes(server: ApiServer, deps: ApiDeps): void {
  const response = { 200: MovedAnswer, ...problems };
  server.route({
    method: 'PUT',
    url: '/v1/policies/overrides',
    schema: { tags, summary: 'Mode of a rule, whatever the files say', body: OverrideInput, response },
    handler: async (request) => {
      const approval = deps.config.POLICY_APPROVAL === 'on';
      checkOverride(baseOf(deps), request.body, { approval, now: deps.clock.now() });
      await deps.store.policy.setOverride(request.body, actorOf(request), deps.clock.now());
      return settled(deps, 'done');
    },
  });
  server.route({
    method: 'DELETE',
    url: '/v1/policies/overrides',
    schema: { tags, summary: 'Take an override back', querystring: OverrideQuery, response },
    handler: async (request) => {
      const { rule, region } = request.query;
      const dropped = await deps.store.policy.dropOverride(rule, region, actorOf(request), deps.clock.now());
      if (!dropped) throw new InvalidInputError('not_found', 'There is no such override.');
      return settled(deps, 'done');
    },
  });
}
