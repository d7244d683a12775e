/** The life of a rule on real PostgreSQL: candidates, approval, rollback, kill switch, two processes, the breaker. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMetrics } from '../../src/adapters/metrics.js';
import { type Config, readConfig } from '../../src/config.js';
import { overlayOf } from '../../src/policy/overrides.js';
import type { FullStore } from '../../src/ports/review.js';
import { openRules, type Rules } from '../../src/rules/open-rules.js';
import { countRulesWith } from '../../src/usecases/policy/count-rules.js';
import { classifierFake, languageFake } from '../support/classifier.js';
import { freshDatabase } from '../support/services.js';
import { claimed, decision, hit, must, openTestStore, record, sourceOf } from '../support/store.js';
import { until } from '../support/until.js';

const POLICIES = path.resolve(import.meta.dirname, '../../policies');
const USER = { kind: 'user', id: 'usr_ben' } as const;
const BEN = { id: 'usr_ben', login: 'ben' };

let dir = '';
let store: FullStore;
let config: Config;
const logged: string[] = [];
const opened: Rules[] = [];
const write = (message: string) => void logged.push(message);
const log = { debug: write, info: write, warn: write, error: write };

/** A process of its own as far as rules go: nothing is shared but the database. */
async function process(change: { readonly proposes?: boolean; readonly dir?: string } = {}): Promise<Rules> {
  const rules = await openRules({
    config: { ...config, POLICIES_DIR: change.dir ?? dir },
    classifier: classifierFake(),
    language: languageFake,
    store,
    clock: { now: Date.now },
    log,
    watch: change.proposes === true,
    proposes: change.proposes,
    eager: false,
  });
  opened.push(rules);
  return rules;
}
const edit = async (file: string, change: (text: string) => string): Promise<void> => {
  const full = path.join(dir, file);
  const text = await readFile(full, 'utf8');
  const next = change(text);
  expect(next).not.toBe(text);
  await writeFile(full, next);
};
const remark = (text: string): string => `${text}\n# a remark\n`;
/** The first rule of severity 3 goes from enforce to shadow. */
const grave = (text: string): string => text.replace(/(severity: 3\n +mode: )enforce/, '$1shadow');
const inForce = async (): Promise<string> => must(await store.policy.inForce()).bundleHash;
const waiting = () =>
  until(
    async () => (await store.policy.bundles(null, 1)).items.find((row) => row.state === 'candidate') ?? null,
    25_000,
  );

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'polywarden-life-'));
  await cp(POLICIES, dir, { recursive: true });
  store = await openTestStore(await freshDatabase());
  config = readConfig({ POLICY_POLL_MS: '50', REMOVALS_PER_DAY: '3' });
  logged.length = 0;
});
afterEach(async () => {
  for (const rules of opened.splice(0)) await rules.close();
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

describe('changed files', () => {
  it('are in force at the first start, and later as soon as they change nothing grave', async () => {
    const rules = await process({ proposes: true });
    const first = rules.bundle().hash;
    expect(await inForce()).toBe(first);
    await edit('regions/de.yaml', remark);
    await until(async () => (rules.bundle().hash === first ? null : true), 25_000);
    expect(await inForce()).toBe(rules.bundle().hash);
    expect(must(await store.policy.bundle(first)).state).toBe('retired');
  });

  it('wait for a second person when a grave rule changes; its author is not one', async () => {
    config = { ...config, POLICY_AUTHOR: 'ana' };
    const rules = await process({ proposes: true });
    const first = rules.bundle().hash;
    await edit('global.yaml', grave);
    const { hash, needsApproval, diff } = await waiting();
    expect(needsApproval).toBe(true);
    expect(diff.rules).toMatchObject([{ kind: 'changed', severity: 3, fields: ['mode'] }]);
    expect(diff.files).toEqual([{ file: 'global.yaml', kind: 'changed' }]);
    expect(await store.policy.approve(hash, { id: 'usr_ana', login: 'ana' }, 'mine', Date.now())).toBe('own');
    expect([await inForce(), rules.bundle().hash]).toEqual([first, first]);
    expect(await store.policy.approve(hash, BEN, 'read', Date.now())).toBe('done');
    await until(async () => (rules.bundle().hash === hash ? true : null));
    expect(must(await store.policy.bundle(hash)).approvals).toMatchObject([{ userId: 'usr_ben' }]);
  });

  it('wait no longer once they are again as before', async () => {
    await process({ proposes: true });
    const before = await readFile(path.join(dir, 'global.yaml'), 'utf8');
    await edit('global.yaml', grave);
    const { hash } = await waiting();
    await writeFile(path.join(dir, 'global.yaml'), before);
    await until(async () => ((await store.policy.bundle(hash))?.state === 'retired' ? true : null), 25_000);
  });

  it('come into force alone where a second person is not asked for', async () => {
    config = { ...config, POLICY_APPROVAL: 'off' };
    const rules = await process({ proposes: true });
    const first = rules.bundle().hash;
    await edit('global.yaml', grave);
    await until(async () => (rules.bundle().hash === first ? null : true), 25_000);
  });

  it('never replace a good bundle when their own tests fail, and are taken once those are mended', async () => {
    const rules = await process({ proposes: true });
    const first = rules.bundle().hash;
    const wrong = 'findings: [hate.symbol], expect: no_match, action: review';
    await edit('global.yaml', (text) => text.replace('findings: [hate.symbol], expect: match, action: review', wrong));
    await until(async () => (rules.filesFault()?.includes('rule hate.symbol.doubt, test 1') ? true : null), 25_000);
    expect(rules.filesFault()).toMatch(/global\.yaml:\d+:\d+: .*expected no_match, the rule fired/);
    expect([await inForce(), rules.bundle().hash]).toEqual([first, first]);
    await edit('global.yaml', (text) => remark(text.replace(wrong, wrong.replace('no_match', 'match'))));
    await until(async () => (rules.bundle().hash === first ? null : true), 25_000);
    expect(rules.filesFault()).toBeNull();
  });

  it('never replace a good bundle when they are bad, also not at the next start', async () => {
    const rules = await process({ proposes: true });
    const first = rules.bundle().hash;
    await edit('global.yaml', (text) => `${text}\nno_such_key: 1\n`);
    await until(async () => (rules.filesFault()?.includes('no_such_key') ? true : null), 25_000);
    expect([await inForce(), rules.bundle().hash]).toEqual([first, first]);
    expect((await store.policy.bundles(null, 10)).items).toHaveLength(1);
    const next = await process({ proposes: true });
    expect(next.bundle().hash).toBe(first);
    expect(next.filesFault()).toContain('global.yaml');
  });
});

describe('two processes', () => {
  it('agree, whatever files lie beside them', async () => {
    const api = await process({ proposes: true });
    const other = await mkdtemp(path.join(tmpdir(), 'polywarden-other-'));
    await cp(POLICIES, other, { recursive: true });
    await writeFile(path.join(other, 'global.yaml'), remark(await readFile(path.join(other, 'global.yaml'), 'utf8')));
    const worker = await process({ dir: other });
    expect(worker.bundle().hash).toBe(api.bundle().hash);
    await edit('regions/fr.yaml', remark);
    const { hash } = await until(async () => {
      const force = must(await store.policy.inForce());
      return force.version > 1 ? { hash: force.bundleHash } : null;
    }, 25_000);
    await until(async () => (worker.bundle().hash === hash && api.bundle().hash === hash ? true : null));
    expect((await store.policy.bundles(null, 10)).items).toHaveLength(2);
    await rm(other, { recursive: true, force: true });
  });

  it('go back together, and stay there while files change', async () => {
    const api = await process({ proposes: true });
    const worker = await process();
    const first = api.bundle().hash;
    await edit('regions/de.yaml', remark);
    await until(async () => (worker.bundle().hash === first ? null : true), 25_000);
    const former = must(await store.policy.former());
    expect(former).toBe(first);
    await store.policy.activate(former, { pin: true, why: 'too many hits' }, USER, Date.now());
    await until(async () => (worker.bundle().hash === first && api.bundle().hash === first ? true : null));
    await edit('regions/de.yaml', remark);
    await waiting();
    expect(await inForce()).toBe(first);
    expect(must(await store.policy.inForce()).pinned).toBe(true);
  });
});

describe('a kill switch', () => {
  it('reaches a worker, is written into what it decides next, and can be judged again', async () => {
    await process({ proposes: true });
    const worker = await process();
    const rule = must(
      worker
        .bundle()
        .regions.get('de')
        ?.rules.find((one) => one.mode.kind === 'enforce'),
    );
    const modeIn = (region: string) =>
      worker
        .bundle()
        .regions.get(region)
        ?.rules.find((one) => one.id === rule.id)?.mode;
    await store.policy.setOverride(
      { rule: rule.id, region: '*', mode: 'disabled', why: 'wrong', until: null },
      USER,
      Date.now(),
    );
    await until(async () => (modeIn('de')?.kind === 'disabled' ? true : null));
    expect(modeIn('us')?.kind).toBe('disabled');
    const { judge } = worker.stored();
    expect(judge.policyVersion).toBe(2);
    const made = record({ bundleHash: judge.bundleHash, policyVersion: judge.policyVersion });
    await store.work.complete(await claimed(store, await sourceOf(store)), made, Date.now());
    expect(await store.policy.atVersion(2)).toMatchObject({ overrides: [{ rule: rule.id, mode: 'disabled' }] });
    await store.policy.dropOverride(rule.id, '*', USER, Date.now());
    await until(async () => (modeIn('de')?.kind === 'enforce' ? true : null));
  });

  it('that runs out does so at the time of the note', async () => {
    const rules = await process({ proposes: true });
    const end = Date.now() + 3_600_000;
    const base = rules.bundle();
    const rule = must(
      rules
        .bundle()
        .regions.get('de')
        ?.rules.find((one) => one.mode.kind === 'enforce' && one.gate === null),
    );
    const kill = {
      rule: rule.id,
      region: 'de',
      mode: 'disabled',
      why: 'for an hour',
      until: new Date(end).toISOString(),
    };
    await store.policy.setOverride(kill, USER, Date.now());
    await rules.follow();
    expect(
      rules
        .bundle()
        .regions.get('de')
        ?.rules.find((one) => one.id === rule.id)?.mode.kind,
    ).toBe('disabled');
    expect(
      rules
        .bundle()
        .regions.get('us')
        ?.rules.find((one) => one.id === rule.id)?.mode.kind,
    ).not.toBe('disabled');
    const overlay = overlayOf(base, must(await store.policy.inForce()).overrides);
    const kindAt = (now: number) =>
      overlay(now)
        .regions.get('de')
        ?.rules.find((one) => one.id === rule.id)?.mode.kind;
    expect([kindAt(end - 1), kindAt(end)]).toEqual(['disabled', 'enforce']);
  });
});

describe('the circuit breaker', () => {
  it('turns a rule that removes too much to shadow where it did, once, and says so', async () => {
    const rules = await process({ proposes: true });
    const rule = must(
      rules
        .bundle()
        .regions.get('de')
        ?.rules.find((one) => one.mode.kind === 'enforce'),
    ).id;
    const source = await sourceOf(store);
    const metrics = openMetrics('test');
    const clock = { now: Date.now };
    const count = countRulesWith({
      policy: store.policy,
      bundle: rules.bundle,
      clock,
      log,
      metrics,
      removalsPerDay: 3,
    });
    const remove = async (regions: readonly string[]): Promise<void> => {
      const made = record({ decisions: [decision({ action: 'remove', regions, rules: [hit({ rule })] })] });
      await store.work.complete(await claimed(store, source), made, Date.now());
    };
    for (let note = 0; note < 3; note += 1) await remove(['de', 'us']);
    expect(await count()).toBe(3);
    expect(must(await store.policy.inForce()).overrides).toEqual([]);
    await remove(['de']);
    await count();
    await rules.follow();
    const modeIn = (region: string) =>
      rules
        .bundle()
        .regions.get(region)
        ?.rules.find((one) => one.id === rule)?.mode.kind;
    expect([modeIn('de'), modeIn('us')]).toEqual(['shadow', 'enforce']);
    expect(logged.filter((line) => line.startsWith('circuit breaker'))).toHaveLength(1);
    expect(await metrics.render()).toMatch(/polywarden_policy_breakers_total\{[^}]*region="de"[^}]*\} 1/);
    const events = await store.audit.list(null, 50);
    expect(events.items.map((event) => event.verb)).toContain('policy.breaker_tripped');
    await store.policy.dropOverride(rule, 'de', USER, Date.now());
    await remove(['de']);
    await count();
    expect(must(await store.policy.inForce()).overrides).toEqual([]);
  });
});
