import { describe, expect, test } from 'vitest';
import type { Evaluation, Note } from '../../src/domain.js';
import { evaluate } from '../../src/policy/evaluate.js';
import { runRuleTests, testCoverage } from '../../src/policy/rule-tests.js';
import { testInput } from '../../src/policy/test-evidence.js';
import { bundleOf, global, region, rule, rules } from './bench-files.js';

const TESTS = `
      - { scores: { hate.attack: 0.7 }, expect: match, action: limit }
      - { scores: { hate.attack: 0.2 }, expect: no_match }
      - { scores: { hate.attack: 0.7 }, flags: [news], expect: no_match }`;
const files = {
  'global.yaml': global(rule({ id: 'r', unless: 'has_flag("news")', tests: TESTS })),
  'regions/de.yaml': region('de', rules('  - id: r\n    then: { action: label }\n')),
  'regions/fr.yaml': region(
    'fr',
    rules(
      '  - id: r\n    mode: shadow\n    tests:\n      - { scores: { hate.attack: 0.7 }, expect: match, action: limit }\n',
    ),
  ),
};

describe('tests in the files', () => {
  test('run once, where they were written, as if the rule were in force', async () => {
    const seen: number[] = [];
    const results = await runRuleTests(bundleOf(files), null, (done) => seen.push(done));
    expect(results.map((result) => [result.region, result.number, result.outcome])).toEqual([
      ['fr', 1, 'passed'],
      ['global', 1, 'passed'],
      ['global', 2, 'passed'],
      ['global', 3, 'passed'],
    ]);
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  test.each(['disabled', 'shadow', 'canary(1)', 'enforce'])('stay true while the rule is %s', async (mode) => {
    const bundle = bundleOf({
      'global.yaml': global(rule({ id: 'r', mode, unless: 'has_flag("news")', tests: TESTS })),
    });
    const outcomes = (await runRuleTests(bundle, null)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['passed', 'passed', 'passed']);
  });

  test.each([
    ['disabled', 'not_run'],
    ['shadow', 'passed'],
    ['enforce', 'failed'],
  ])('a text under a rule that is %s: the pipeline knows no other mode (%s)', async (mode, outcome) => {
    const tests = '\n      - { text: "Hello", expect: match, action: hold }';
    const bundle = bundleOf({ 'global.yaml': global(rule({ id: 'r', mode, tests })) });
    const seen = testInput({ expect: 'match', scores: { 'hate.attack': 0.7 } }, Date.parse('2026-06-01'));
    const [result] = await runRuleTests(bundle, async () => evaluate(seen, bundle, ['global']));
    expect(result?.outcome).toBe(outcome);
  });

  test('what a test says of author and context goes with its text', async () => {
    const says = 'author: { age_days: 3, verified: true }, reach: 70, is_reply: true, flags: [news], ad_declared: true';
    const tests = `\n      - { text: "Hello", ${says}, expect: no_match }`;
    const seen: Note[] = [];
    const bundle = bundleOf({ 'global.yaml': global(rule({ id: 'r', tests })) });
    await runRuleTests(bundle, async (note) => {
      seen.push(note);
      return evaluate(testInput({ expect: 'no_match' }, Date.parse('2026-06-01')), bundle, ['global']);
    });
    const [{ author, context } = seen[0] as Note] = seen;
    expect(context).toEqual({ flags: ['news'], adDeclared: true, reach: 70, replyTo: expect.any(String) });
    expect(author).toMatchObject({ verified: true });
    expect(Math.round((Date.now() - Date.parse(author?.createdAt ?? '')) / 86_400_000)).toBe(3);
  });

  test('a text in a file that does not speak yet is judged in its first days', async () => {
    const from = '2099-01-01';
    const tests = '\n      - { text: "Hello", expect: match }\n';
    const bundle = bundleOf({
      'regions/de.yaml': `${region('de', rules(rule({ id: 'r', tests })))}effective_from: ${from}\n`,
    });
    const seen = (at: number) => testInput({ expect: 'match', scores: { 'hate.attack': 0.7 } }, at);
    const [result] = await runRuleTests(bundle, async (_note, id, at) => evaluate(seen(at), bundle, [id]));
    expect(result).toMatchObject({ region: 'de', outcome: 'passed' });
  });

  test('a wrong expectation fails and says why', async () => {
    const wrong = TESTS.replace('expect: match, action: limit', 'expect: no_match, action: hold').replace(
      '0.2 }, expect: no_match',
      '0.2 }, expect: match',
    );
    const results = await runRuleTests(
      bundleOf({ ...files, 'global.yaml': global(rule({ id: 'r', unless: 'has_flag("news")', tests: wrong })) }),
      null,
    );
    expect(results.filter((result) => result.outcome === 'failed').map((result) => result.message)).toEqual([
      'expected no_match, the rule fired; expected the action hold, got limit by r',
      'expected match, the rule did not fire',
    ]);
  });

  test('a text goes through the pipeline, in the region that the test names', async () => {
    const bundle = bundleOf({
      ...files,
      'global.yaml': global(
        rule({
          id: 'r',
          tests:
            '\n      - { text: "Hello", title: "T", region: de, kind: comment, language: en, flags: [news], ad_declared: true, expect: match, action: label }',
        }),
      ),
    });
    const notes: Note[] = [];
    const judge = async (note: Note, id: string): Promise<Evaluation> => {
      notes.push(note);
      return evaluate(
        testInput({ expect: 'match', scores: { 'hate.attack': 0.7 } }, Date.parse('2026-06-01')),
        bundle,
        [id],
      );
    };
    const [result] = (await runRuleTests(bundle, judge)).filter((entry) => entry.file === 'global.yaml');
    expect(result).toMatchObject({ outcome: 'passed', region: 'de' });
    expect(notes).toEqual([
      {
        kind: 'comment',
        title: 'T',
        body: 'Hello',
        regions: ['de'],
        languageHint: 'en',
        context: { flags: ['news'], adDeclared: true },
        images: [],
      },
    ]);
    const [skipped] = (await runRuleTests(bundle, null)).filter((entry) => entry.file === 'global.yaml');
    expect(skipped).toMatchObject({ outcome: 'not_run', message: 'needs the pipeline' });
  });

  test('evidence that is still missing is told as pending', async () => {
    const bundle = bundleOf({
      'global.yaml': global(rule({ id: 'r', tests: '\n      - { title: "x", expect: no_match, action: allow }' })),
    });
    const [result] = await runRuleTests(bundle, async () => ({ pending: true, decisions: [], bundleHash: '' }));
    expect(result?.message).toBe('expected the action allow, got pending');
  });

  test('one match and two no-match are enough, less is not', () => {
    expect(testCoverage(bundleOf(files))).toEqual([
      { rule: 'r', region: 'fr', matches: 1, noMatches: 0, untested: [], enough: false },
      { rule: 'r', region: 'global', matches: 1, noMatches: 2, untested: [], enough: true },
    ]);
    expect(testCoverage(bundleOf({ 'global.yaml': global(rule({ id: 'bare' })) }))).toEqual([
      { rule: 'bare', region: 'global', matches: 0, noMatches: 0, untested: [], enough: false },
    ]);
  });
});

test('a test can describe all evidence', () => {
  const { facts, evidence } = testInput(
    {
      expect: 'match',
      findings: ['fraud.scam', { category: 'fraud.phish', score: 0.4, severity: 1, source: 'pattern', detector: 'd' }],
      contacts: ['url', { kind: 'messenger', detail: 'wechat', view: 'pinyin' }],
      signs: ['bidi'],
      author: { age_days: 2, verified: true, account_type: 'business', age_band: 'adult' },
      campaign: { authors_1h: 1, authors_24h: 2, authors_7d: 3, notes_24h: 4, median_age_days: 5 },
      has_images: true,
      failed: ['language'],
    },
    Date.parse('2026-06-03T00:00:00Z'),
  );
  expect(facts.author).toMatchObject({
    createdAt: '2026-06-01T00:00:00.000Z',
    accountType: 'business',
    ageBand: 'adult',
  });
  expect(facts.hasImages).toBe(true);
  expect(evidence.images.status).toBe('found');
  expect(evidence.language).toEqual({ status: 'failed', code: 'stage_failed', message: 'test' });
  expect(evidence.match).toMatchObject({
    value: {
      findings: [
        { category: 'fraud.scam', severity: 3, source: 'term' },
        { category: 'fraud.phish', severity: 1, score: 0.4, calibrated: 0.4, source: 'pattern', detector: 'd' },
      ],
      contacts: [
        { kind: 'url', view: 'raw' },
        { kind: 'messenger', detail: 'wechat', view: 'pinyin' },
      ],
    },
  });
  expect(evidence.campaign).toMatchObject({
    value: { authors1h: 1, authors24h: 2, authors7d: 3, notes24h: 4, medianAccountAgeDays: 5 },
  });
});
