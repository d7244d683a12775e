/** The files of this repository: complete, tested, and the same as what the tools say of them. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadBundle, readPolicyFiles } from '../../src/adapters/policy-folder.js';
import { CATEGORY_IDS } from '../../src/categories.js';
import { POLICY_USAGE } from '../../src/cli/policy/policy-io.js';
import { TERMS_USAGE } from '../../src/cli/terms/terms-io.js';
import { checkBundle, compileBundle } from '../../src/policy/bundle.js';
import { formatFault } from '../../src/policy/faults.js';
import { jsonSchemas } from '../../src/policy/json-schema.js';
import type { Bundle } from '../../src/policy/model.js';
import { referencePage } from '../../src/policy/reference.js';
import { runRuleTests, testCoverage } from '../../src/policy/rule-tests.js';
import { mergedFile, summarise } from '../../src/policy/summary.js';

const DIR = path.resolve('policies');
let bundle: Bundle;
beforeAll(async () => {
  bundle = await loadBundle(DIR);
});

describe('the shipped files', () => {
  test('have no fault and no warning', async () => {
    const { faults } = checkBundle(await readPolicyFiles(DIR));
    expect(faults.map(formatFault)).toEqual([]);
  });

  test('cover eighteen regions and twelve notice languages', () => {
    const wanted = 'ae au br ca cn de eu fr gb id in jp kr sa sg tr us'.split(' ');
    expect([...bundle.regions.keys()]).toEqual(expect.arrayContaining(wanted));
    expect(bundle.regions.size).toBeGreaterThanOrEqual(19);
    expect(bundle.notices.size).toBeGreaterThanOrEqual(12);
    expect([...bundle.notices.values()].filter((notice) => notice.direction === 'rtl').map((n) => n.language)).toEqual([
      'ar',
    ]);
  });

  test('say every sentence in every language', () => {
    const english = [...(bundle.notices.get('en')?.sentences.keys() ?? [])];
    for (const notice of bundle.notices.values())
      expect([...notice.sentences.keys()].sort()).toEqual([...english].sort());
  });

  test('pass the tests that stand in them, and every rule has enough', async () => {
    const results = await runRuleTests(bundle, null);
    const failed = results.filter((result) => result.outcome === 'failed');
    expect(failed.map((result) => `${result.file} ${result.rule} ${result.number}: ${result.message}`)).toEqual([]);
    expect(testCoverage(bundle).filter((entry) => !entry.enough)).toEqual([]);
  });

  test('have a rule for every category that is not by notice only', () => {
    const byNotice = ['reputation.defame', 'ip.copyright'];
    const global = bundle.regions.get('global');
    const read = (global?.rules ?? []).map((rule) => `${rule.category} ${rule.variant.when.source}`).join('\n');
    expect(CATEGORY_IDS.filter((id) => !byNotice.includes(id) && !read.includes(id))).toEqual([]);
  });

  test('differ from global in real ways, and restrict nobody without a notice', () => {
    for (const region of bundle.regions.values()) {
      if (region.id === 'global') continue;
      const { differences, lawful } = summarise(bundle, region);
      expect(lawful, region.id).toBeGreaterThanOrEqual(6);
      const unsourced = differences.filter(({ source }) => source === null).map(({ kind, name }) => `${kind} ${name}`);
      expect(unsourced, region.id).toEqual([]);
      const laws = differences.flatMap(({ source }) => (source?.kind === 'law' ? [source] : []));
      for (const law of laws) {
        expect(law.law.length).toBeGreaterThan(2);
        expect(law.url).toMatch(/^https:\/\//);
        expect(['text', 'report', 'memory']).toContain(law.known);
        expect(law.review_by > '2026-11-01').toBe(true);
      }
      expect(region.settings.restrictions_need_notice).toBe(true);
    }
  });
});

test('the JSON Schema for editors is the one of the code', async () => {
  for (const [name, text] of jsonSchemas()) expect(await readFile(path.join(DIR, 'schema', name), 'utf8')).toBe(text);
});

test('the reference for authors is the one of the code, and the guide beside it names no command that is not there', async () => {
  expect(await readFile(path.join(DIR, 'REFERENCE.md'), 'utf8')).toBe(referencePage());
  const guide = await readFile(path.join(DIR, 'README.md'), 'utf8');
  const commands = [...guide.matchAll(/`polywarden (policy|terms) ([a-z]+)/g)].map(
    ([, group, name]) => `${group} ${name}`,
  );
  const usages = `${POLICY_USAGE}\n${TERMS_USAGE}`;
  expect(commands.filter((command) => !usages.includes(`polywarden ${command}`))).toEqual([]);
  expect(commands.length).toBeGreaterThan(5);
});

test('a merged file names where each rule comes from', () => {
  const de = bundle.regions.get('de');
  if (de === undefined) throw new Error('no de');
  const merged = mergedFile(de) as { rules: { id: string; from: string }[] };
  expect(merged.rules.find((rule) => rule.id === 'hate.symbol.withhold')?.from).toBe('regions/de.yaml');
  expect(merged.rules.find((rule) => rule.id === 'hate.attack.certain')?.from).toBe('global.yaml');
});

test('a folder without files, or that cannot be read, says so', async () => {
  await expect(loadBundle(path.join(DIR, 'nowhere'))).rejects.toThrow('global.yaml:1:1: the file is missing');
  await expect(loadBundle(path.join(DIR, 'global.yaml'))).rejects.toMatchObject({ code: 'file_unreadable' });
  expect(() => compileBundle(new Map())).toThrow('the file is missing');
});

test('the reference says what everything means', () => {
  const empty = referencePage()
    .split('\n')
    .filter((line) => /\| +\|$/.test(line));
  expect(empty).toEqual([]);
});
