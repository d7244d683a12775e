/** The playground and backtests: what a rule would do. */
import type { z } from 'zod';
import { DAY_MS, type Note } from '../../domain.js';
import { InvalidInputError } from '../../errors.js';
import type { Backtest } from '../../policy/backtest.js';
import { unknownRegion } from '../../policy/edit-rule.js';
import { repairText } from '../../stages/normalise/repair.js';
import { turns } from '../../turns.js';
import { namedChanges } from '../../usecases/policy/named-changes.js';
import { backtestsWith, progressOf } from '../../usecases/policy/run-backtest.js';
import { tryNote } from '../../usecases/policy/try-note.js';
import { sessionOf } from '../auth.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { summarise } from '../note-answer.js';
import { baseOf } from '../policy-force.js';
import { IdParams, problems } from '../schemas/common.js';
import { BacktestAnswer, BacktestInput, BacktestStarted, TryAnswer, TryInput } from '../schemas/policy.js';

const tags = ['policies'];
const TIME_LIMIT_MS = 30_000;
/** Model and compilation share their core with everything else that this process does. */
const MAX_AT_ONCE = 2;

const noteOf = (input: z.infer<typeof TryInput>): Note => ({
  kind: input.kind,
  title: repairText(input.title).text,
  body: repairText(input.body).text,
  regions: [...new Set(input.regions)],
  languageHint: input.languageHint,
  context: { adDeclared: input.adDeclared },
  images: [],
});

export function policyTryRoutes(server: ApiServer, deps: ApiDeps): void {
  const inTurn = turns(MAX_AT_ONCE);
  server.route({
    method: 'POST',
    url: '/v1/policies/try',
    schema: {
      tags,
      summary: 'One note under the rules in force and under an edited rule; nothing is stored',
      body: TryInput,
      response: { 200: TryAnswer, ...problems },
    },
    handler: async (request) => {
      const { regions } = baseOf(deps);
      const unknown = request.body.regions.find((region) => !regions.has(region));
      if (unknown !== undefined) throw new InvalidInputError('region_unknown', unknownRegion(unknown, regions.keys()));
      const signal = AbortSignal.timeout(TIME_LIMIT_MS);
      const ports = { bundle: deps.bundle, moderate: deps.moderate, policy: deps.store.policy, clock: deps.clock };
      const { evidence, ...tried } = await inTurn(() =>
        tryNote(ports, noteOf(request.body), request.body.rule, signal),
      );
      return { ...structuredClone(tried), evidence: summarise(evidence) } as z.infer<typeof TryAnswer>;
    },
  });
  backtestRoutes(server, deps);
}

function backtestRoutes(server: ApiServer, deps: ApiDeps): void {
  const start = backtestsWith({ ...deps, bundle: deps.bundle });
  server.route({
    method: 'POST',
    url: '/v1/policies/backtest',
    schema: {
      tags,
      summary: 'Judge stored notes again, against what people decided; ask for its progress by its id',
      body: BacktestInput,
      response: { 202: BacktestStarted, ...problems },
    },
    handler: async (request, reply) => {
      const { days, most, rule } = request.body;
      const { userId } = sessionOf(request).session.user;
      const since = deps.clock.now() - days * DAY_MS;
      return reply.code(202).send({ id: await start({ userId, since, most, draft: rule }) });
    },
  });
  server.route({
    method: 'GET',
    url: '/v1/policies/backtest/:id',
    schema: { tags, summary: 'Progress and result', params: IdParams, response: { 200: BacktestAnswer, ...problems } },
    handler: async (request) => {
      const row = await deps.store.policy.backtest(request.params.id);
      if (row === null) throw new InvalidInputError('not_found', 'There is no such backtest.');
      const { id, state, done, ask, result } = progressOf(row, deps.clock.now());
      const found = result as Backtest | null;
      const firstChanged = found === null ? [] : await namedChanges(deps.store.notes, found);
      const named = found === null ? null : { ...found, firstChanged };
      return { id, state, done, most: ask.most, since: ask.since, rule: ask.rule, result: named };
    },
  });
}
