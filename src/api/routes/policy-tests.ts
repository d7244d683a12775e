/** The tests that stand in a policy file, run for whoever writes it. */
import { UnavailableError } from '../../errors.js';
import type { CompiledRegion } from '../../policy/bundle.js';
import { timeLimit } from '../../time-limit.js';
import { turns } from '../../turns.js';
import { regionTests } from '../../usecases/policy/region-view.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { baseOf, regionOf } from '../policy-force.js';
import { problems } from '../schemas/common.js';
import { RegionParams, TestsAnswer } from '../schemas/policy.js';

const TIME_LIMIT_MS = 60_000;

export function policyTestsRoute(server: ApiServer, deps: ApiDeps): void {
  // The models share their cores with everything else: one file at a time, whoever asks.
  const inTurn = turns(1);
  const late = () => new UnavailableError('deadline_exceeded', `The tests took over ${TIME_LIMIT_MS} ms`);
  const run = async (region: CompiledRegion, gone: AbortSignal) => {
    gone.throwIfAborted();
    const limit = timeLimit(TIME_LIMIT_MS, gone, late);
    try {
      return await regionTests(baseOf(deps), region, async (note, id, at) => {
        return (await deps.moderate(note, { regions: [id], at }, limit.signal)).evaluation;
      });
    } finally {
      limit.end();
    }
  };
  server.route({
    method: 'POST',
    url: '/v1/policies/:region/tests',
    schema: {
      tags: ['policies'],
      summary: 'The tests of the file, those with a text through the whole pipeline; one run at a time, others wait',
      params: RegionParams,
      response: { 200: TestsAnswer, ...problems },
    },
    handler: async (request, reply) => {
      const region = regionOf(baseOf(deps), request.params.region);
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort(new UnavailableError('deadline_exceeded', 'Nobody waits any more')));
      return await inTurn(async () => {
        const started = performance.now();
        const results = await run(region, gone.signal);
        const failed = results.filter((result) => result.outcome === 'failed');
        return {
          passed: results.filter((result) => result.outcome === 'passed').length,
          failed: failed.length,
          failures: failed.slice(0, 100).map(({ rule, number, message }) => ({ rule, number, message })),
          ms: Math.round(performance.now() - started),
        };
      });
    },
  });
}
