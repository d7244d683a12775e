/** Policies over HTTP: regions, bundles, overrides, the playground and backtests; each in the order of a day's work. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPolicyFiles } from '../../src/adapters/policy-folder.js';
import { type Bundle, compileBundle } from '../../src/policy/bundle.js';
import { noDifference } from '../../src/policy/bundle-diff.js';
import { overlayOf } from '../../src/policy/overrides.js';
import { until } from '../support/until.js';
import { type Bench, type Caller, moderateFake, NOW, openBench } from './support.js';

let base: Bundle;
let bench: Bench;
let author: Caller;
let admin: Caller;
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

async function ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object, caller: Caller = author) {
  const body = payload === undefined ? {} : { payload };
  const answer = await bench.server.inject({ method, url, headers: caller.headers, ...body });
  return { status: answer.statusCode, body: answer.json() };
}
const candidate = (name: string, needsApproval: boolean) =>
  bench.store.policy.propose(
    { hash: hashOf(name), content: base.content, author: 'ana', diff: noDifference, needsApproval, replace: false },
    NOW,
  );

beforeAll(async () => {
  base = compileBundle(await readPolicyFiles(path.resolve(import.meta.dirname, '../../policies')));
  const overlay = async (): Promise<Bundle> =>
    overlayOf(base, (await bench.store.policy.inForce())?.overrides ?? [])(NOW);
  let now = base;
  bench = await openBench({
    deps: {
      bundle: () => now,
      baseBundle: () => base,
      followPolicy: async () => {
        now = await overlay();
      },
      moderate: moderateFake,
    },
  });
  await bench.store.policy.propose(
    {
      hash: base.hash,
      content: base.content,
      author: 'files',
      diff: noDifference,
      needsApproval: false,
      replace: false,
    },
    NOW,
  );
  author = await bench.signedIn('policy_author');
  admin = await bench.signedIn('admin');
});
afterAll(() => bench.server.close());

describe('reading', () => {
  it('names every region with its counts, and what is in force', async () => {
    const { status, body } = await ask('GET', '/v1/policies');
    expect(status).toBe(200);
    expect(body.inForce).toMatchObject({ bundleHash: base.hash, version: 1, pinned: false, overrides: [] });
    expect(body.regions).toHaveLength(base.regions.size);
    const de = body.regions.find((region: { id: string }) => region.id === 'de');
    expect(de).toMatchObject({ extends: 'eu', tests: { failed: 0 }, speaks: 'de', effectiveFrom: '2026-01-01' });
    expect(body.inForce.former).toBeNull();
    expect(de.rules.all).toBeGreaterThan(10);
  });

  it('asks once what is in force, however many regions there are', async () => {
    const { policy } = bench.store;
    const { inForce } = policy;
    let asked = 0;
    policy.inForce = async () => {
      asked += 1;
      return await inForce();
    };
    for (const url of ['/v1/policies', '/v1/policies/de']) expect((await ask('GET', url)).status).toBe(200);
    expect(asked).toBe(2);
    policy.inForce = inForce;
  });

  it('shows a region merged, with clauses and the outcome of its tests', async () => {
    const { status, body } = await ask('GET', '/v1/policies/de');
    expect(status).toBe(200);
    expect(body.rules).toHaveLength(base.regions.get('de')?.rules.length ?? 0);
    expect(body.clauses.some((clause: { kind: string }) => clause.kind === 'law')).toBe(true);
    const tested = body.rules.filter((rule: { tests: { passed: number } }) => rule.tests.passed > 0);
    expect(tested.length).toBeGreaterThan(0);
    expect(await ask('GET', '/v1/policies/zz')).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('lists what can be written', async () => {
    const { body } = await ask('GET', '/v1/policies/words');
    expect(body.functions.map((entry: { name: string }) => entry.name)).toContain('any_finding');
    expect(body.keys).toContain('when');
  });
});

describe('the tests of a file', () => {
  it('run one file at a time, however many authors ask', async () => {
    const now = { running: 0, most: 0 };
    const moderate: typeof moderateFake = async (note, options, signal) => {
      now.running += 1;
      now.most = Math.max(now.most, now.running);
      await new Promise((resolve) => setImmediate(resolve));
      now.running -= 1;
      return moderateFake(note, options, signal);
    };
    const own = await openBench({ deps: { bundle: () => base, baseBundle: () => base, moderate } });
    const { headers } = await own.signedIn('policy_author');
    const answers = await Promise.all(
      ['de', 'us', 'de'].map((region) =>
        own.server.inject({ method: 'POST', url: `/v1/policies/${region}/tests`, headers, payload: {} }),
      ),
    );
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    expect(now).toEqual({ running: 0, most: 1 });
    await own.server.close();
  });
});

describe('bundles', () => {
  it('wait for somebody else than their author, who is told so', async () => {
    await candidate('one', true);
    const url = `/v1/policies/bundles/${hashOf('one')}`;
    expect((await ask('GET', '/v1/policies')).body.waiting).toBe(1);
    const early = await ask('POST', `${url}/activate`, { why: 'now please' });
    expect(early).toMatchObject({ status: 409, body: { code: 'conflict', detail: expect.stringContaining('second') } });
    const done = await ask('POST', `${url}/approve`, { why: 'read it' }, admin);
    expect(done).toMatchObject({ status: 200, body: { bundleHash: hashOf('one'), pinned: false } });
    const { body } = await ask('GET', '/v1/policies/bundles?limit=1');
    expect(body.items[0]).toMatchObject({ state: 'active', approvals: [{ userId: admin.id }] });
    expect(body.nextCursor).not.toBeNull();
  });

  it('go back to the one before and stay there', async () => {
    const back = await ask('POST', '/v1/policies/rollback', { why: 'too many hits' });
    expect(back).toMatchObject({ status: 200, body: { bundleHash: base.hash, pinned: true } });
    await candidate('two', false);
    const refused = await ask('POST', `/v1/policies/bundles/${hashOf('two')}/refuse`, { why: 'not yet' });
    expect(refused).toMatchObject({ status: 200, body: { bundleHash: base.hash } });
    const unknown = await ask('POST', `/v1/policies/bundles/${hashOf('no')}/approve`, { why: 'what' });
    expect(unknown.status).toBe(404);
    const unpinned = await ask('POST', `/v1/policies/bundles/${base.hash}/activate`, { why: 'go on' });
    expect(unpinned).toMatchObject({ status: 200, body: { pinned: false } });
  });
});

describe('overrides', () => {
  const rule = (): string => base.regions.get('de')?.rules.find((one) => one.mode.kind === 'enforce')?.id ?? '';
  const inDe = async () =>
    (await ask('GET', '/v1/policies/de')).body.rules.find((one: { id: string }) => one.id === rule());

  it('switch a rule off everywhere, shown with who and why, and back on', async () => {
    const kill = { rule: rule(), region: '*', mode: 'disabled', why: 'hits harmless notes' };
    expect((await ask('PUT', '/v1/policies/overrides', kill)).status).toBe(200);
    expect(await inDe()).toMatchObject({
      written: 'enforce',
      mode: 'disabled',
      override: { why: 'hits harmless notes', by: { id: author.id }, region: '*' },
    });
    const url = `/v1/policies/overrides?rule=${rule()}&region=*`;
    expect((await ask('DELETE', url)).status).toBe(200);
    expect(await inDe()).toMatchObject({ mode: 'enforce', override: null });
    expect(await ask('DELETE', url)).toMatchObject({ status: 404, body: { detail: 'There is no such override.' } });
  });

  it('are refused with the nearest right word, and for a time that has passed', async () => {
    const wrong = { rule: `${rule()}x`, region: 'de', mode: 'disabled', why: 'because' };
    const named = await ask('PUT', '/v1/policies/overrides', wrong);
    expect(named).toMatchObject({ status: 400, body: { errors: [{ pointer: '/rule' }] } });
    expect(named.body.detail).toContain(rule());
    const past = { ...wrong, rule: rule(), until: new Date(NOW - 1).toISOString() };
    expect((await ask('PUT', '/v1/policies/overrides', past)).body.errors[0].pointer).toBe('/until');
  });
});

describe('a rule', () => {
  it('shows its text, where it holds and what it did', async () => {
    const { id } = base.regions.get('global')?.rules[0] ?? { id: '' };
    const { status, body } = await ask('GET', `/v1/policies/rules/${id}?days=7`);
    expect(status).toBe(200);
    expect(body.written[0]).toMatchObject({ region: 'global', file: 'global.yaml' });
    expect(body.written[0].yaml).toMatch(new RegExp(`^id: ${id.replaceAll('.', '\\.')}`));
    expect(body).toMatchObject({ days: [], human: { upheld: 0, overturned: 0 }, shadow: { counts: [] } });
    expect((await ask('GET', '/v1/policies/rules/no.such')).status).toBe(404);
  });
});

const RULE = `id: test.rule
category: harass.bully
severity: 2
mode: shadow
when: any_finding("harass.bully") || reaches("harass.bully", "review")
then: { action: review }
ground: { terms: ${'CLAUSE'} }
notice: null
message: A test.
owner: trust
`;

describe('the playground', () => {
  const rule = (): string =>
    RULE.replace('CLAUSE', Object.keys(base.regions.get('global')?.settings.terms ?? {})[0] ?? '');

  it('tells what an edited rule would change, and why', async () => {
    const note = { body: 'what an insult', regions: ['us'] };
    const { status, body } = await ask('POST', '/v1/policies/try', { ...note, rule: { yaml: rule(), home: 'global' } });
    expect(status).toBe(200);
    expect(body.faults.filter((fault: { level: string }) => fault.level === 'error')).toEqual([]);
    expect(body.answers[0].before.rules).not.toContain('test.rule');
    expect(body.answers[0].after.rules).toContain('test.rule');
    const trace = body.traces[0].rules.find((one: { rule: string }) => one.rule === 'test.rule');
    expect(trace).toMatchObject({ effect: 'fired' });
  });

  it('leaves out an override that has ended, as the list of those in force does', async () => {
    const order = { body: 'what an insult', regions: ['us'], rule: { yaml: rule(), home: 'global' } };
    const other: string = (await ask('POST', '/v1/policies/try', order)).body.answers[0].before.rules[0];
    const override = { rule: other, region: 'us', mode: 'disabled', why: 'for an hour', until: null };
    const { policy } = bench.store;
    const by = { kind: 'user', id: author.id } as const;
    await policy.setOverride({ ...override, until: new Date(NOW + 1).toISOString() }, by, NOW);
    expect((await ask('GET', '/v1/policies')).body.inForce.overrides).toMatchObject([{ rule: other }]);
    expect((await ask('POST', '/v1/policies/try', order)).body.answers[0].after.rules).not.toContain(other);
    await policy.setOverride({ ...override, until: new Date(NOW).toISOString() }, by, NOW);
    expect((await ask('GET', '/v1/policies')).body.inForce.overrides).toEqual([]);
    expect((await ask('POST', '/v1/policies/try', order)).body.answers[0].after.rules).toContain(other);
    await policy.dropOverride(other, 'us', by, NOW);
  });

  it('names faults by line and column of the editor', async () => {
    const broken = rule().replace('any_finding("harass.bully")', 'any_findin("harass.bully")');
    const { body } = await ask('POST', '/v1/policies/try', {
      body: 'x',
      regions: ['us'],
      rule: { yaml: broken, home: 'global' },
    });
    const fault = body.faults.find((one: { line: number | null }) => one.line !== null);
    expect(fault).toMatchObject({ line: 5, column: 7, file: 'global.yaml', level: 'error' });
    expect(body.answers[0].after).toBeNull();
    const cut = await ask('POST', '/v1/policies/try', {
      body: 'x',
      regions: ['us'],
      rule: { yaml: 'id: [', home: 'global' },
    });
    expect(cut.body.faults.length).toBeGreaterThan(0);
    const everywhere = await ask('POST', '/v1/policies/try', { body: 'x', regions: [...base.regions.keys()] });
    expect(everywhere.body.answers).toHaveLength(base.regions.size);
    const region = await ask('POST', '/v1/policies/try', { body: 'x', regions: ['zz'] });
    expect(region).toMatchObject({ status: 400, body: { code: 'region_unknown' } });
  });
});

describe('a backtest', () => {
  it('starts, tells its progress and ends with its table', async () => {
    const started = await ask('POST', '/v1/policies/backtest', { days: 7 });
    expect(started.status).toBe(202);
    const url = `/v1/policies/backtest/${started.body.id}`;
    const done = await until(async () => {
      const { body } = await ask('GET', url);
      return body.state === 'done' ? body : null;
    });
    expect(done).toMatchObject({ done: 0, result: { notes: 0, all: { answers: 0 }, firstChanged: [] } });
    expect((await ask('GET', '/v1/policies/backtest/bt_none')).status).toBe(404);
    const faulty = { yaml: 'id: test.rule\nseverety: 2\n', home: 'global' };
    const refused = await ask('POST', '/v1/policies/backtest', { rule: faulty });
    expect(refused).toMatchObject({ status: 400, body: { code: 'body_invalid' } });
    expect(refused.body.errors[0]).toMatchObject({
      pointer: '/rule/yaml',
      message: expect.stringMatching(/^line 2, column 1: .*did you mean "severity"/),
    });
  });
});
