import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PolicyIo } from '../../src/cli/policy/policy-io.js';
import { runPolicy } from '../../src/cli/policy.js';
import { until } from '../support/until.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'policy-new-'));
  await cp(path.resolve('policies'), dir, { recursive: true });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function ioOf(stop = new AbortController()) {
  const said = { out: '', err: '' };
  const io: PolicyIo = {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    moderate: () => Promise.reject(new Error('no pipeline here')),
    moderateWith: () => Promise.reject(new Error('no pipeline here')),
    withStore: () => Promise.reject(new Error('no store here')),
    now: Date.now,
    fixturesDir: '',
    policiesDir: dir,
    today: '2026-06-01',
    isTerminal: false,
    untilStopped: () => stop.signal,
  };
  return { io, said, stop };
}
async function run(...args: readonly string[]) {
  const { io, said } = ioOf();
  return { code: await runPolicy(args, io), ...said };
}

describe('policy new rule', () => {
  test('adds a rule that passes the check and fails its tests until it is filled in', async () => {
    const before = await readFile(path.join(dir, 'regions', 'de.yaml'), 'utf8');
    const made = await run(
      'new',
      'rule',
      'goods.gambling.club',
      '--category',
      'goods.gambling',
      '--region',
      'de',
      '--json',
    );
    expect(made.code).toBe(0);
    const { file, line } = JSON.parse(made.out) as { file: string; line: number };
    expect(file).toBe('regions/de.yaml');
    const after = await readFile(path.join(dir, file), 'utf8');
    expect(after.startsWith(before.trimEnd())).toBe(true);
    expect(
      after
        .split('\n')
        .slice(line - 1, line + 1)
        .join('\n'),
    ).toContain('- id: goods.gambling.club');
    expect((await run('check')).code).toBe(0);
    const tests = await run('test', '--no-text', '--json');
    expect(tests.code).toBe(1);
    const failed = (JSON.parse(tests.out) as { failed: { rule: string }[] }).failed.map((result) => result.rule);
    expect(failed).toEqual(Array(3).fill('goods.gambling.club'));
  });

  test('says where, and refuses what it does not understand', async () => {
    expect((await run('new', 'rule', 'spam.more', '--category', 'authentic.spam')).out).toMatch(
      /^global\.yaml:\d+: rule spam\.more\n$/,
    );
    const refused = async (...args: readonly string[]) =>
      run('new', ...args).then(
        () => 'done',
        (error: { code: string; message: string }) => `${error.code} ${error.message.split('\n')[0]}`,
      );
    expect(await refused('rule')).toBe('usage policy new rule <id>');
    expect(await refused('rule', 'Bad Id', '--category', 'authentic.spam')).toContain(
      'usage "Bad Id" is no id of a rule',
    );
    expect(await refused('rule', 'a.b')).toBe('usage Name its category with --category');
    expect(await refused('rule', 'a.b', '--category', 'authentic.spma')).toContain('did you mean "authentic.spam"?');
    expect(await refused('rule', 'a.b', '--category', 'authentic.spam', '--region', 'xx')).toContain(
      'usage There is no file for "xx"',
    );
    expect(await refused('rule', 'spam.more', '--category', 'authentic.spam')).toContain(
      'policy_invalid There is a rule',
    );
    await writeFile(path.join(dir, 'global.yaml'), 'ruels: []\n');
    expect(await refused('rule', 'a.b', '--category', 'authentic.spam')).toContain('policy_invalid');
    expect((await run('new', '--help')).code).toBe(0);
  });
});

test('policy check looks into the term banks too', async () => {
  const file = path.join(dir, 'terms', 'de.yaml');
  const good = await readFile(file, 'utf8');
  await writeFile(file, good.replace('category: fraud.scam', 'category: fraud.scma'));
  const { code, out } = await run('check');
  expect(code).toBe(1);
  expect(out).toMatch(
    /^terms\/de\.yaml:\d+:\d+: entry [\w.-]+, category: .*did you mean "fraud\.scam"\? \[error term-file\]\n$/,
  );
  await writeFile(path.join(dir, 'terms', 'fr.yaml'), 'language: fr\n');
  expect((await run('check')).out.split('\n').map((line) => line.split(':')[0])).toEqual([
    'terms/de.yaml',
    'terms/fr.yaml',
    '',
  ]);
  await writeFile(path.join(dir, 'terms', 'fr.yaml'), good.replace('language: de', 'language: fr'));
  await writeFile(file, good);
  expect((await run('check')).out).toContain('the id of an entry of this bank begins with "fr."');
  await rm(path.join(dir, 'terms', 'fr.yaml'));
  await writeFile(file, `${good}\tx: 1\n`);
  expect((await run('check')).out).toMatch(/^terms\/de\.yaml:\d+:1: a tab; indent with spaces \[error tab\]\n$/);
});

describe('policy check --watch', () => {
  test('checks again after a save, and ends when it is asked to', async () => {
    const { io, said, stop } = ioOf();
    const soon = (holds: () => boolean) => until(async () => (holds() ? true : null));
    const running = runPolicy(['check', '--watch', '--json'], io);
    const checks = () =>
      said.out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { ok: boolean; errors: number });
    await soon(() => checks().length === 1);
    const file = path.join(dir, 'regions', 'de.yaml');
    const good = await readFile(file, 'utf8');
    await writeFile(file, `${good}nonsense: 1\n`);
    await soon(() => checks().some((check) => !check.ok));
    await writeFile(file, good);
    await soon(() => checks().at(-1)?.ok === true);
    stop.abort();
    expect(await running).toBe(0);
  });
});
