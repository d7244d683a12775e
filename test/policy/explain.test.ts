import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/policy/evaluate.js';
import { explain, type RuleTrace } from '../../src/policy/explain.js';
import type { RuleTest } from '../../src/policy/schema-rule.js';
import { testInput } from '../../src/policy/test-evidence.js';
import { bundleOf, global, region, rule } from './bench-files.js';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const bundle = bundleOf({
  'global.yaml': global(
    rule({ id: 'fires', message: 'Seen by {by}.', when: 'reaches("hate.attack", "review") && !note.has_images' }),
    rule({ id: 'quiet', when: 'author.age_days > 3 && note.kind == "note"', unless: 'has_flag("news")' }),
    rule({ id: 'excused', when: 'note.kind == "note"', unless: 'lang_is("en")' }),
    rule({ id: 'seen', mode: 'canary(0)', when: 'languages.exists(l, l == "en")' }),
    rule({ id: 'gated', category: 'fraud.scam', when: 'any_finding("fraud.scam")' }),
    rule({ id: 'off', mode: 'disabled' }),
    rule({ id: 'broken', when: 'findings[5].score > 0.5' }),
    rule({
      id: 'own',
      severity: '0',
      when: 'has_flag("self_reference")',
      does: '{ action: allow }',
      exempts: '[goods.drugs]',
    }),
    rule({ id: 'drugs', category: 'goods.drugs', when: 'any_finding("goods.drugs") && size(text) >= 0' }),
  ),
  'regions/de.yaml': region('de'),
});
const input = (fields: Partial<RuleTest>) => testInput({ expect: 'match', ...fields }, NOW);
const NOTE: Partial<RuleTest> = {
  scores: { 'hate.attack': 0.7 },
  findings: ['goods.drugs'],
  flags: ['self_reference'],
};

function traceOf(name: string, fields: Partial<RuleTest> = NOTE): RuleTrace {
  const found = explain(input(fields), bundle, ['de']).traces[0]?.rules.find((entry) => entry.rule === name);
  if (found === undefined) throw new Error(`no trace of ${name}`);
  return found;
}

describe('an explanation', () => {
  test('gives the same decisions as evaluate', () => {
    expect(explain(input(NOTE), bundle, ['de', 'us']).evaluation).toEqual(evaluate(input(NOTE), bundle, ['de', 'us']));
  });

  test('tells the reviewer what saw it, and nothing where nothing was asked', () => {
    expect(traceOf('fires').message).toBe('Seen by the text model.');
    expect(traceOf('gated').message).toBeNull();
  });

  test('has one trace for each file that spoke, and names every rule', () => {
    const { traces } = explain(input(NOTE), bundle, ['de', 'us', 'fr']);
    expect(traces.map((trace) => trace.policy)).toEqual(['de', 'global']);
    expect(traces[0]?.rules).toHaveLength(9);
  });

  test.each([
    ['fires', 'fired', 'the condition is met'],
    ['quiet', 'no', 'not met: author.age_days > 3'],
    ['excused', 'no', 'taken out by unless: lang_is("en")'],
    ['seen', 'shadow', 'recorded without effect'],
    ['gated', 'not_asked', 'nothing was found in fraud.scam'],
    ['off', 'disabled', 'the rule is off here'],
    ['broken', 'error', 'broken: '],
    ['drugs', 'exempted', 'an exception lets this category through'],
  ])('%s: %s', (name, effect, why) => {
    expect(traceOf(name).effect).toBe(effect);
    expect(traceOf(name).why).toContain(why);
  });

  test('names a part that had to be false and was true', () => {
    expect(traceOf('fires', { ...NOTE, has_images: true }).why).toBe('not met: !(note.has_images)');
  });

  test('names the action that was taken where the word of the model alone did not carry it', () => {
    const strict = bundleOf({
      'global.yaml': global(rule({ id: 'm', does: '{ action: remove }', when: 'any_finding("hate.attack")' })),
    });
    const told = (competence: 'none' | 'validated'): RuleTrace | undefined =>
      explain(input({ scores: { 'hate.attack': 0.8 }, competence }), strict, []).traces[0]?.rules[0];
    expect(told('validated')?.action).toBe('remove');
    expect(told('none')).toMatchObject({ effect: 'fired', action: 'review' });
    expect(told('none')?.why).toContain('review for remove, on the word of the text model alone');
  });

  test('shows what was looked at, as JSON can carry it', () => {
    expect(traceOf('fires').looked).toEqual([
      {
        side: 'when',
        clause: 'reaches("hate.attack", "review")',
        value: true,
        within: [{ op: 'and', index: 0 }],
        not: false,
        of: { 'max_score("hate.attack")': 0.7, 'region.thresholds["hate.attack"]["review"]': 0.6 },
      },
      {
        side: 'when',
        clause: 'note.has_images',
        value: false,
        within: [{ op: 'and', index: 1 }],
        not: true,
        of: {},
      },
    ]);
    expect(traceOf('quiet').looked[0]?.of).toEqual({ 'author.age_days': -1 });
    expect(traceOf('seen').mode).toBe('canary(0)');
    expect(() => JSON.stringify(explain(input(NOTE), bundle, []))).not.toThrow();
  });

  test('long values are cut, structures are spelt out', () => {
    const wide = bundleOf({
      'global.yaml': global(rule({ id: 'a', when: 'text == "x" || findings == [] || region.thresholds == {}' })),
    });
    const base = input({ findings: Array.from({ length: 20 }, () => 'fraud.scam' as const) });
    const text = 'y'.repeat(500);
    const raw = { raw: text, view: () => ({ name: 'raw' as const, text, toRaw: (span: never) => span }) };
    const { traces } = explain({ ...base, texts: [{ part: 'body', text: raw }] }, wide, []);
    const [first, second, third] = traces[0]?.rules[0]?.looked ?? [];
    expect(first?.of['text']).toBe(`${'y'.repeat(120)}…`);
    expect(second?.of['findings']).toHaveLength(8);
    expect(second?.of['findings']).toMatchObject([{ severity: 3 }, {}, {}, {}, {}, {}, {}, {}]);
    expect(third?.of['region.thresholds']).toEqual({ 'hate.attack': { flag: 0.5, review: 0.6, remove: 0.9 } });
  });
});
