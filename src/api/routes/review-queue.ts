/** The queue and the claims on it. */
import { z } from 'zod';
import { DAY_MS, MINUTE_MS } from '../../domain.js';
import type { CaseFilter, Hold, Lease, Sight } from '../../ports/review.js';
import { checkColleague, checkSpeaker } from '../colleagues.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { type Desk, lost } from '../desk.js';
import { leaseOf } from '../lease-of.js';
import { caseRowAnswer, copyCounts } from '../queue-answer.js';
import { IdParams, problems } from '../schemas/common.js';
import {
  CaseCountsAnswer,
  CaseFilterQuery,
  CaseListQuery,
  CasePage,
  EpochInput,
  EscalateInput,
  ExtendInput,
  HandOverInput,
  LeaseAnswer,
  NativeSpeakerInput,
  NextAnswer,
  NextInput,
  SkipInput,
} from '../schemas/review-queue.js';

const tags = ['cases'];
const LATER_MS = 30 * MINUTE_MS;
/** For as long as the case lives. */
const NEVER_MS = 10 * 365 * DAY_MS;

type FilterQuery = z.infer<typeof CaseFilterQuery>;
export const filterOf = ({ overdue, ...query }: FilterQuery): CaseFilter => ({
  ...query,
  overdue: overdue === undefined ? undefined : overdue === 'true',
});

export function queueRoutes(server: ApiServer, deps: ApiDeps, desk: Desk): void {
  const { store, clock } = deps;
  server.route({
    method: 'GET',
    url: '/v1/cases',
    schema: {
      tags,
      summary: 'The queue within your rights, most pressing first',
      querystring: CaseListQuery,
      response: { 200: CasePage, ...problems },
    },
    handler: async (request) => {
      const { cursor, limit, ...query } = request.query;
      const sight = await desk.sight(request);
      const now = clock.now();
      const page = await store.desk.list(sight, filterOf(query), { cursor: cursor ?? null, limit, now });
      return { items: page.items.map((row) => caseRowAnswer(row, now)), nextCursor: page.nextCursor };
    },
  });
  server.route({
    method: 'GET',
    url: '/v1/cases/counts',
    schema: {
      tags,
      summary: 'How many cases wait, within your rights and a view',
      querystring: CaseFilterQuery,
      response: { 200: CaseCountsAnswer, ...problems },
    },
    handler: async (request) => {
      const counts = await store.desk.counts(await desk.sight(request), filterOf(request.query), clock.now());
      return copyCounts(counts);
    },
  });
  server.route({
    method: 'POST',
    url: '/v1/cases/next',
    schema: {
      tags,
      summary: 'Take the most pressing case of a view',
      body: NextInput,
      response: { 200: NextAnswer, ...problems },
    },
    handler: async (request) => {
      const { release, ...filter } = request.body;
      const sight = await desk.sight(request);
      const lease = await store.desk.next(sight, filter, desk.leaseMs, clock.now());
      // Given back after the next one was picked, so that the same case does not come straight back.
      if (release !== undefined) await store.desk.release({ ...release, userId: sight.userId }, clock.now());
      return { lease };
    },
  });
  claimRoutes(server, deps, desk);
  stepRoutes(server, deps, desk);
}

function claimRoutes(server: ApiServer, { store, clock }: ApiDeps, desk: Desk): void {
  server.route({
    method: 'POST',
    url: '/v1/cases/:id/claim',
    schema: { tags, summary: 'Take a case', params: IdParams, response: { 200: LeaseAnswer, ...problems } },
    handler: async (request): Promise<Lease> => {
      const { id } = request.params;
      const sight = await desk.sight(request);
      const row = await desk.row(sight, id);
      const result = await store.desk.claim(sight, id, desk.leaseMs, clock.now());
      return leaseOf(result, row);
    },
  });
  server.route({
    method: 'POST',
    url: '/v1/cases/:id/extend',
    schema: {
      tags,
      summary: 'Keep a claim alive',
      params: IdParams,
      body: ExtendInput,
      response: { 200: LeaseAnswer, ...problems },
    },
    handler: async (request) => {
      const { epoch, minutes } = request.body;
      const { userId } = await desk.sight(request);
      const ms = minutes === 30 ? 30 * MINUTE_MS : desk.leaseMs;
      const lease = await store.desk.extend({ caseId: request.params.id, userId, epoch }, ms, clock.now());
      if (lease === null) throw lost();
      return lease;
    },
  });
}

/** Steps that end the claim: each says false when it was lost. */
function stepRoutes(server: ApiServer, deps: ApiDeps, desk: Desk): void {
  const { store, clock } = deps;
  const step = <B extends z.ZodType<{ readonly epoch: number }>>(
    name: string,
    [summary, body]: readonly [summary: string, body: B],
    act: (hold: Hold, given: z.infer<B>, sight: Sight) => Promise<boolean>,
  ): void => {
    server.route({
      method: 'POST',
      url: `/v1/cases/:id/${name}`,
      schema: { tags, summary, params: IdParams, body, response: { 204: z.undefined().describe('Done'), ...problems } },
      handler: async (request, reply) => {
        const given = request.body as z.infer<B>;
        const { id } = request.params as { id: string };
        const sight = await desk.sight(request);
        if (!(await act({ caseId: id, userId: sight.userId, epoch: given.epoch }, given, sight))) throw lost();
        return reply.code(204).send();
      },
    });
  };
  step('release', ['Give a case back', EpochInput], (hold) => store.desk.release(hold, clock.now()));
  step('skip', ['Give a case back and do not be offered it again', SkipInput], (hold, { why }) => {
    const now = clock.now();
    return store.desk.skip(hold, now + (why === 'later' ? LATER_MS : NEVER_MS), now);
  });
  step('hand-over', ['Give a case to a colleague', HandOverInput], async (hold, { to }, sight) => {
    await checkColleague(deps, [hold.userId, to], [await desk.row(sight, hold.caseId)]);
    return store.desk.handOver(hold, to, clock.now());
  });
  step('escalate', ['Move a case to another desk', EscalateInput], async (hold, given, sight) => {
    const { noteId } = await desk.row(sight, hold.caseId);
    const done = await store.desk.escalate(hold, given.desk, clock.now());
    if (done && given.comment !== undefined)
      await store.desk.comment(hold.caseId, hold.userId, given.comment, clock.now());
    if (done) await audit(hold, noteId, given.desk);
    return done;
  });
  step(
    'native-speaker',
    ['Let a case wait for somebody who has the language', NativeSpeakerInput],
    async (hold, { language }, sight) => {
      await checkSpeaker(deps, await desk.row(sight, hold.caseId), language ?? null);
      return store.desk.needSpeaker(hold, language ?? null, clock.now());
    },
  );

  const audit = ({ caseId, userId }: Hold, noteId: string, to: string): Promise<void> =>
    store.audit.append(
      { actor: { kind: 'user', id: userId }, verb: 'case.escalated', subject: noteId, detail: { caseId, desk: to } },
      clock.now(),
    );
}
