/** What the routes of the review desk share: who looks, which case, which bundle. */
import type { FastifyRequest } from 'fastify';
import { InvalidInputError } from '../errors.js';
import type { CaseFile, QueueRow, Sight } from '../ports/review.js';
import type { BundleAt } from '../usecases/review/bundles.js';
import { sightOf } from '../usecases/review/sight.js';
import { sessionOf } from './auth.js';
import type { ApiDeps } from './deps.js';

export interface Desk {
  sight(request: FastifyRequest): Promise<Sight>;
  row(sight: Sight, caseId: string): Promise<QueueRow>;
  file(sight: Sight, caseId: string): Promise<CaseFile>;
  readonly bundleAt: BundleAt;
  readonly leaseMs: number;
}

const noCase = (): InvalidInputError => new InvalidInputError('not_found', 'There is no such case.');
export const lost = (): InvalidInputError =>
  new InvalidInputError('lease_lost', 'The claim on this case has expired or was taken over.');

export function deskOf(deps: ApiDeps, bundleAt: BundleAt): Desk {
  const { desk, people } = deps.store;
  return {
    async sight(request) {
      const person = await people.person(sessionOf(request).session.user.userId);
      if (person === null) throw new InvalidInputError('unauthenticated', 'The session has ended; sign in again.');
      return sightOf(person);
    },
    async row(sight, caseId) {
      const row = await desk.row(sight, caseId, deps.clock.now());
      if (row === null) throw noCase();
      return row;
    },
    async file(sight, caseId) {
      const file = await desk.file(sight, caseId, deps.clock.now());
      if (file === null) throw noCase();
      return file;
    },
    bundleAt,
    leaseMs: deps.config.CASE_LEASE_SECONDS * 1_000,
  };
}
