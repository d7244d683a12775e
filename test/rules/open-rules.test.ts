import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { openRules, type Rules } from '../../src/rules/open-rules.js';
import { classifierFake, languageFake } from '../support/classifier.js';
import { until } from '../support/until.js';

const POLICIES = path.resolve(import.meta.dirname, '../../policies');
let dir = '';
let logged: string[] = [];
let rules: Rules;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'polywarden-policies-'));
  await cp(POLICIES, dir, { recursive: true });
  logged = [];
  const write = (message: string) => void logged.push(message);
  rules = await openRules({
    config: readConfig({ POLICIES_DIR: dir }),
    classifier: classifierFake(),
    language: languageFake,
    store: null,
    clock: { now: () => 0 },
    log: { debug: write, info: write, warn: write, error: write },
    watch: true,
    eager: false,
  });
});
afterEach(async () => {
  await rules.close();
  await rm(dir, { recursive: true, force: true });
});

describe('policies on disk', () => {
  it('come into force when a file changes, as one whole', async () => {
    const before = rules.stored();
    await appendFile(path.join(dir, 'global.yaml'), '\n# a remark\n');
    await until(async () => (rules.stored().judge.bundleHash === before.judge.bundleHash ? null : true), 25_000);
    expect(rules.bundle().hash).toBe(rules.stored().judge.bundleHash);
    expect(rules.unstored().judge.bundleHash).toBe(rules.bundle().hash);
    expect(before.judge.bundleHash).not.toBe(rules.bundle().hash);
  });

  it('stay as they were when the change is bad, and follow once it is mended', async () => {
    const file = path.join(dir, 'global.yaml');
    const good = await readFile(file, 'utf8');
    const { hash } = rules.bundle();
    await writeFile(file, `${good}\nno_such_key: 1\n`);
    await until(async () => (logged.some((line) => line.includes('not reloaded')) ? true : null), 25_000);
    expect(rules.bundle().hash).toBe(hash);
    await writeFile(file, `${good}\n# mended\n`);
    await until(async () => (rules.bundle().hash === hash ? null : true));
  });
});

describe('closed rules', () => {
  it('reload no more, also when a file has just changed', async () => {
    await appendFile(path.join(dir, 'global.yaml'), '\n# a last remark\n');
    // Long enough for the change to be seen, too short for it to settle.
    await sleep(100);
    await rules.close();
    await sleep(1_000);
    expect(logged).toEqual([]);
  });
});

describe('a bad policy at the start', () => {
  it('stops the start with its place', async () => {
    await writeFile(path.join(dir, 'global.yaml'), 'no_such_key: 1\n');
    const config = readConfig({ POLICIES_DIR: dir });
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    const options = {
      config,
      classifier: null,
      language: languageFake,
      store: null,
      clock: { now: () => 0 },
      log,
      watch: false,
      eager: true,
    };
    await expect(openRules(options)).rejects.toMatchObject({
      code: 'policy_invalid',
      message: expect.stringContaining('global.yaml'),
    });
  });
});
