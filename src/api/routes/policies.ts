/** What rules are, what is in force, and the record of a rule. */
import type { z } from 'zod';
import { InvalidInputError } from '../../errors.js';
import type { CompiledRegion } from '../../policy/bundle.js';
import { isLive } from '../../policy/overrides.js';
import { policyOf } from '../../policy/regions.js';
import { refOf } from '../../policy/schema.js';
import { RuleSource } from '../../policy/schema-rule.js';
import { wordList } from '../../policy/word-list.js';
import type { InForce, Override } from '../../ports/policy.js';
import { quickTests, regionView } from '../../usecases/policy/region-view.js';
import { ruleView } from '../../usecases/policy/rule-view.js';
import type { ApiDeps, ApiServer } from '../deps.js';
import { baseOf, forceOf, regionOf } from '../policy-force.js';
import { problems } from '../schemas/common.js';
import {
  PoliciesAnswer,
  RegionAnswer,
  RegionParams,
  RuleAnswer,
  RuleParams,
  RuleQuery,
  WordsAnswer,
} from '../schemas/policy.js';
import { bundleRoutes, overrideRoutes } from './policy-force.js';
import { policyTestsRoute } from './policy-tests.js';

const tags = ['policies'];

/** Logins beside ids, so that people are named as they know each other. */
async function namer(deps: ApiDeps): Promise<(override: Override) => OverrideShown> {
  const logins = new Map((await deps.store.people.people()).map(({ userId, login }) => [userId, login]));
  return (override) => ({ ...override, by: { ...override.by, login: logins.get(override.by.id) ?? null } });
}
type OverrideShown = PoliciesShown['inForce']['overrides'][number];
type PoliciesShown = z.infer<typeof PoliciesAnswer>;

async function forceShown(deps: ApiDeps, force: InForce): Promise<PoliciesShown['inForce']> {
  const [named, former] = await Promise.all([namer(deps), deps.store.policy.former()]);
  const now = deps.clock.now();
  return { ...force, former, overrides: force.overrides.filter((override) => isLive(override, now)).map(named) };
}

async function headOf(
  deps: ApiDeps,
  region: CompiledRegion,
  { overrides }: InForce,
): Promise<PoliciesShown['regions'][number]> {
  const base = baseOf(deps);
  const now = deps.clock.now();
  const { summary } = await regionView(base, region, overrides, now);
  const tests = (await quickTests(base)).filter((result) => result.file === region.file);
  const count = (outcome: string): number => tests.filter((result) => result.outcome === outcome).length;
  return {
    id: summary.id,
    name: summary.name,
    extends: summary.extends,
    owner: summary.owner,
    effectiveFrom: region.settings.effective_from,
    effectiveUntil: region.settings.effective_until,
    speaks: policyOf(base, region.id, now).id,
    reviewBy: summary.review_by,
    noticeLanguages: [...summary.notice_languages],
    rules: { ...summary.rules },
    clocks: summary.clocks,
    grounds: summary.grounds,
    tests: { passed: count('passed'), failed: count('failed'), notRun: count('not_run') },
    differences: summary.differences.length,
    lawful: summary.lawful,
  };
}

function clausesOf({ settings }: CompiledRegion): RegionAnswer['clauses'] {
  const laws = Object.entries(settings.grounds).flatMap(([key, law]) =>
    law === null ? [] : [{ key, kind: 'law' as const, title: refOf(law), url: law.url }],
  );
  const terms = Object.entries(settings.terms).flatMap(([key, clause]) =>
    clause === null ? [] : [{ key, kind: 'terms' as const, title: clause.title, url: clause.url }],
  );
  return [...laws, ...terms];
}

export function policyRoutes(server: ApiServer, deps: ApiDeps): void {
  server.route({
    method: 'GET',
    url: '/v1/policies',
    schema: { tags, summary: 'Regions, and what is in force', response: { 200: PoliciesAnswer, ...problems } },
    handler: async () => {
      const { regions } = baseOf(deps);
      const force = await forceOf(deps);
      const waiting = (await deps.store.policy.bundles(null, 50)).items.filter((row) => row.state === 'candidate');
      return {
        inForce: await forceShown(deps, force),
        waiting: waiting.length,
        filesFault: deps.filesFault?.() ?? null,
        regions: await Promise.all([...regions.values()].map((region) => headOf(deps, region, force))),
      };
    },
  });
  server.route({
    method: 'GET',
    url: '/v1/policies/:region',
    schema: {
      tags,
      summary: 'A region after extends',
      params: RegionParams,
      response: { 200: RegionAnswer, ...problems },
    },
    handler: async (request) => {
      const region = regionOf(baseOf(deps), request.params.region);
      const [force, named] = await Promise.all([forceOf(deps), namer(deps)]);
      const { rules } = await regionView(baseOf(deps), region, force.overrides, deps.clock.now());
      return {
        region: await headOf(deps, region, force),
        inForce: await forceShown(deps, force),
        rules: rules.map((rule) => ({ ...rule, override: rule.override === null ? null : named(rule.override) })),
        clauses: clausesOf(region),
      } as RegionAnswer;
    },
  });
  server.route({
    method: 'GET',
    url: '/v1/policies/words',
    schema: { tags, summary: 'What can be written in a rule', response: { 200: WordsAnswer, ...problems } },
    handler: async () =>
      ({ ...structuredClone(wordList()), keys: Object.keys(RuleSource.shape) }) as z.infer<typeof WordsAnswer>,
  });
  policyTestsRoute(server, deps);
  ruleRoute(server, deps);
  bundleRoutes(server, deps);
  overrideRoutes(server, deps);
}

function ruleRoute(server: ApiServer, deps: ApiDeps): void {
  server.route({
    method: 'GET',
    url: '/v1/policies/rules/:id',
    schema: {
      tags,
      summary: 'What a rule is and did: hits, what people decided, shadow against real',
      params: RuleParams,
      querystring: RuleQuery,
      response: { 200: RuleAnswer, ...problems },
    },
    handler: async (request) => {
      const { overrides } = await forceOf(deps);
      const ask = { rule: request.params.id, days: request.query.days, overrides };
      const view = await ruleView(deps.store.policy, baseOf(deps), ask, deps.clock.now());
      if (view === null) throw new InvalidInputError('not_found', `There is no rule ${request.params.id}`);
      const named = await namer(deps);
      const regions = view.regions.map((row) => ({
        ...row,
        override: row.override === null ? null : named(row.override),
      }));
      return { ...view, regions } as z.infer<typeof RuleAnswer>;
    },
  });
}
