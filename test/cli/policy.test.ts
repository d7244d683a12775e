import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadBundle } from '../../src/adapters/policy-folder.js';
import { processIo } from '../../src/cli/io.js';
import { policyCommand, runPolicy } from '../../src/cli/policy.js';
import { evaluate } from '../../src/policy/evaluate.js';
import { testInput } from '../../src/policy/test-evidence.js';
import type { ModerateNow } from '../../src/usecases/moderate.js';
import { GLOBAL_HEAD, global, lineOf, NOTICE, rule } from '../policy/bench-files.js';

const TESTS = `
      - { scores: { hate.attack: 0.7 }, expect: match }
      - { scores: { hate.attack: 0.1 }, expect: no_match }
      - { text: "Hello", expect: match }`;
let root: string;
const folder = async (name: string, globalText: string): Promise<string> => {
  const dir = path.join(root, name);
  await mkdir(path.join(dir, 'notices'), { recursive: true });
  await writeFile(path.join(dir, 'global.yaml'), globalText);
  await writeFile(path.join(dir, 'notices', 'en.yaml'), NOTICE);
  return dir;
};
let good: string;
let bad: string;
let thin: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'policy-'));
  good = await folder(
    'good',
    global(rule({ id: 'r1', tests: `${TESTS}\n      - { scores: { hate.attack: 0.2 }, expect: no_match }` })),
  );
  bad = await folder('bad', `${GLOBAL_HEAD}ruels: []\n`);
  thin = await folder(
    'thin',
    global(rule({ id: 'r1', tests: '\n      - { scores: { hate.attack: 0.1 }, expect: match }' })),
  );
});
afterAll(() => rm(root, { recursive: true, force: true }));

const moderate: ModerateNow = async (_note, { regions = [] }) => {
  const input = testInput({ expect: 'match', scores: { 'hate.attack': 0.7 } }, Date.parse('2026-06-01'));
  return { evidence: input.evidence, evaluation: evaluate(input, await loadBundle(good), regions), texts: [], ms: 1 };
};

async function run(policiesDir: string, ...args: readonly string[]) {
  let out = '';
  let err = '';
  let opened = 0;
  const code = await runPolicy(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    moderate: async () => {
      opened += 1;
      return moderate;
    },
    moderateWith: () => Promise.reject(new Error('no pipeline here')),
    withStore: () => Promise.reject(new Error('no store here')),
    now: Date.now,
    fixturesDir: '',
    policiesDir,
    today: '2026-06-01',
    isTerminal: true,
    untilStopped: () => AbortSignal.abort(),
  });
  return { code, out, err, opened };
}

describe('a command line that is not understood', () => {
  test.each([
    [['chek'], 'There is no command policy chek; did you mean "check"?\npolicy'],
    [['check', '--jsn'], 'There is no option --jsn; did you mean "--json"?\npolywarden policy check [--json'],
    [
      ['check', 'regions/de.yaml'],
      '"regions/de.yaml" is not looked at here; another folder is named by --policies DIR',
    ],
    [['fields', 'author'], '"author" is not looked at here'],
    [['show', '--region'], '--region needs a value\npolywarden policy show --region de'],
    [['backtest', '--since', '5x'], 'neither 30d, 12h nor a day such as 2026-11-01'],
  ])('%j: what is wrong, and how that one command is written', async (args, message) => {
    const said = await run(good, ...args).catch((error: unknown) => (error instanceof Error ? error.message : ''));
    expect(String(said).replaceAll('polywarden policy --help', 'policy --help')).toContain(message);
    expect(String(said).split('\n').length).toBeLessThan(4);
  });
  test.each([
    [['--policies'], '--policies needs a folder'],
    [['check', '--policies', '--json'], '--policies needs a folder'],
    [['check', '--policies', '/nowhere/at/all'], 'There is no folder /nowhere/at/all'],
    [['check', '--policies=/nowhere/at/all'], 'There is no folder /nowhere/at/all'],
  ])('%j', async (args, message) => {
    await expect(policyCommand(args, processIo())).rejects.toThrow(message);
  });
  test('help of one command', async () => {
    expect((await run(good, 'override', '--help')).out).toMatch(
      /^polywarden policy override <rule>[^\n]*\n +kill switch[^\n]*\n$/,
    );
  });
});

describe('policy check', () => {
  test('0 without faults, 1 with them', async () => {
    const fine = await run(good, 'check');
    expect(fine).toMatchObject({ code: 0, out: '' });
    expect(fine.err).toMatch(/2 files, 1 regions, bundle [0-9a-f]{12}: 0 errors, 0 warnings/);
    const faulty = await run(bad, 'check');
    expect(faulty.code).toBe(1);
    expect(faulty.out).toContain('unknown word "ruels"; did you mean "rules"? [error unknown-word]');
  });
  test('as data and as annotations', async () => {
    const { out } = await run(bad, 'check', '--json');
    expect(JSON.parse(out)).toMatchObject({ ok: false, errors: 1, faults: [{ file: 'global.yaml', level: 'error' }] });
    expect((await run(bad, 'check', '--github')).out).toMatch(
      /^::error file=[^,]+global.yaml,line=\d+,col=1,title=policy unknown-word::/,
    );
    expect(JSON.parse((await run(good, 'check', '--json')).out)).toMatchObject({ ok: true });
  });
});

describe('policy test', () => {
  test('runs evidence and texts; the pipeline is opened only for texts', async () => {
    const all = await run(good, 'test');
    expect(all.code).toBe(0);
    expect(all.err).toContain('4 passed, 0 failed, 0 not run; 1 rules, 0 thin');
    expect(all.opened).toBe(1);
    const evidence = await run(good, 'test', '--no-text', '--json');
    expect(JSON.parse(evidence.out)).toMatchObject({ ok: true, passed: 3, notRun: 1 });
    expect(evidence.opened).toBe(0);
  });
  test('fails on a failed test and on a rule without enough of them', async () => {
    const { code, out } = await run(thin, 'test');
    expect(code).toBe(1);
    const line = lineOf(await readFile(path.join(thin, 'global.yaml'), 'utf8'), 'scores:');
    expect(out).toContain(
      `global.yaml:${line}:9: rule r1, test 1 (global, evidence): expected match, the rule did not fire`,
    );
    expect(out).toContain('rule r1 has 1 match and 0 no_match tests; it needs 1 and 2');
    expect(JSON.parse((await run(thin, 'test', '--json')).out)).toMatchObject({ ok: false, thin: [{ rule: 'r1' }] });
  });
});

describe('policy explain', () => {
  test('says which rule looked at what', async () => {
    const { code, out } = await run(good, 'explain', '--region', 'de', 'Hello');
    expect(code).toBe(0);
    expect(out).toContain('de: limit (policy global, hate.attack)');
    expect(out).toContain('+ r1 (hate.attack 2, enforce) -> limit: the condition is met');
    expect(out).toContain('max_score("hate.attack") = 0.7');
    expect(JSON.parse((await run(good, 'explain', '--json', 'Hello')).out)).toHaveProperty('traces');
  });
  test('refuses what it does not understand', async () => {
    await expect(run(good, 'explain')).rejects.toThrow('One text in quotes');
    await expect(run(good, 'explain', '--region', 'uk', 'x')).rejects.toThrow('"uk" is not a region');
  });
});

describe('policy show, fields, functions, schema', () => {
  test('show', async () => {
    expect((await run(good, 'show', '--all')).out).toContain('global');
    expect(JSON.parse((await run(good, 'show', '--all', '--json')).out)).toMatchObject({
      regions: [{ id: 'global', tests: 4 }],
    });
    expect((await run(good, 'show', '--region', 'global')).out).toContain('from: global.yaml');
    expect(JSON.parse((await run(good, 'show', '--region', 'global', '--json')).out)).toMatchObject({ id: 'global' });
    await expect(run(good, 'show')).rejects.toThrow('Name a region');
    await expect(run(good, 'show', '--region', 'globl')).rejects.toThrow('did you mean "global"?');
  });
  test('words', async () => {
    expect((await run(good, 'fields')).out).toMatch(/findings\[\]\.category +string/);
    expect(JSON.parse((await run(good, 'fields', '--json')).out)).toHaveProperty('words.category');
    expect((await run(good, 'fields')).out).toMatch(/^step +flag, warn, limit, review, hold, remove$/m);
    expect((await run(good, 'functions')).out).toContain('found_by("category", "source")');
    expect(JSON.parse((await run(good, 'functions', '--json')).out)).toHaveProperty('builtIn.macros');
  });
  test('schema', async () => {
    expect((await run(good, 'schema')).out).toContain('draft-07');
    await run(good, 'schema', '--write');
    expect(await readFile(path.join(good, 'schema', 'region.schema.json'), 'utf8')).toContain('Polywarden region file');
  });
  test('help and nonsense', async () => {
    expect(await run(good, '--help')).toMatchObject({ code: 0 });
    expect((await run(good)).code).toBe(2);
    await expect(run(good, 'chekc')).rejects.toThrow('There is no command policy chekc');
    await expect(run(good, 'check', '--nonsense')).rejects.toMatchObject({ code: 'usage' });
  });
});
