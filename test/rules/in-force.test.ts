/** Files of policies that change while the database is away. */
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { UnavailableError } from '../../src/errors.js';
import { openRules, type Rules } from '../../src/rules/open-rules.js';
import { classifierFake, languageFake } from '../support/classifier.js';
import { storeMemory } from '../support/store-memory.js';
import { until } from '../support/until.js';

const POLICIES = path.resolve(import.meta.dirname, '../../policies');
let dir = '';
let logged: string[] = [];
let isAway = false;
let rules: Rules;
let store: ReturnType<typeof storeMemory>;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'polywarden-in-force-'));
  await cp(POLICIES, dir, { recursive: true });
  logged = [];
  isAway = false;
  store = storeMemory();
  rules = await open();
});

function open(): Promise<Rules> {
  const write = (message: string) => void logged.push(message);
  const version = async (): Promise<number> => {
    if (isAway) throw new UnavailableError('store_unavailable', 'away');
    return store.policy.version();
  };
  return openRules({
    config: readConfig({ POLICIES_DIR: dir, POLICY_POLL_MS: '60000' }),
    classifier: classifierFake(),
    language: languageFake,
    store: { ...store, policy: { ...store.policy, version } },
    clock: { now: () => 0 },
    log: { debug: write, info: write, warn: write, error: write },
    watch: true,
    proposes: true,
    eager: false,
  });
}
afterEach(async () => {
  await rules.close();
  await rm(dir, { recursive: true, force: true });
});

it('a file that is written while the database is away is said once, and the next change is heard', async () => {
  const file = path.join(dir, 'global.yaml');
  const { hash } = rules.bundle();
  isAway = true;
  await writeFile(file, await readFile(file, 'utf8'));
  const said = () => logged.filter((line) => line === 'what is in force could not be asked');
  await until(async () => (said().length > 0 ? true : null));
  expect(said()).toHaveLength(1);
  isAway = false;
  await appendFile(file, '\n# a remark\n');
  await until(async () => (rules.bundle().hash === hash ? null : true), 25_000);
});

it('a folder that is missing at a later start changes nothing and is told', async () => {
  const { hash } = rules.bundle();
  await rules.close();
  await rm(dir, { recursive: true });
  rules = await open();
  expect(rules.bundle().hash).toBe(hash);
  expect(rules.filesFault()).toContain('global.yaml');
  expect(logged).toContain('policies are not watched until the next start: POLICIES_DIR is no folder');
});

it('a later start says that the files still wait for a person', async () => {
  await rules.close();
  const file = path.join(dir, 'terms/en.yaml');
  await writeFile(file, (await readFile(file, 'utf8')).replace('"double your {money', '"triplicate your {money'));
  const said = () => logged.filter((line) => /the candidate waits|are not those of the files/.test(line));
  rules = await open();
  expect(said()).toEqual(['policies changed; the candidate waits for a person']);
  await rules.close();
  logged = [];
  rules = await open();
  expect(said()).toEqual(['the policies in force are not those of the files']);
});
