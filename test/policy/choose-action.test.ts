/** `then.fallback`: the milder action of a region that cannot take the first, and never a way around a rule of the house. */
import { describe, expect, test } from 'vitest';
import { explain } from '../../src/policy/explain.js';
import { formatFault } from '../../src/policy/faults.js';
import { mergedFile } from '../../src/policy/summary.js';
import { testInput } from '../../src/policy/test-evidence.js';
import { bundleOf, checked, faultLines, global, NOTICE, region, rule } from './bench-files.js';

const GERMAN = 'language: de\nname: Deutsch\ndirection: ltr\nreviewed_by: null\nsentences: {}\n';
const LAW = "grounds: { l1: { law: 'Act 1', article: s. 2, url: 'https://example.org/l1', known: memory } }\n";
const withFallback = (fields: Readonly<Record<string, string>> = {}): string =>
  rule({ id: 'r1', does: '{ action: remove, fallback: limit }', ...fields });

function ruleOf(files: Readonly<Record<string, string>>, id = 'de') {
  const [found] = bundleOf(files).regions.get(id)?.rules ?? [];
  if (found === undefined) throw new Error('no rule');
  return found;
}

describe('the first action is taken where it can be', () => {
  test('and the fallback only stands by', () => {
    const taken = ruleOf({ 'global.yaml': global(withFallback()), 'regions/de.yaml': region('de') });
    expect(taken).toMatchObject({ action: 'remove', fellBack: null, fallback: 'limit', notice: 'told' });
  });
});

describe('the fallback is taken', () => {
  test('above the ladder of the region', () => {
    const files = {
      'global.yaml': global(withFallback()),
      'regions/de.yaml': region('de', "ladder: { '2': limit }\n"),
    };
    expect(ruleOf(files)).toMatchObject({
      action: 'limit',
      fellBack: 'remove is stronger than limit, the limit for severity 2 in de',
    });
    expect(ruleOf(files, 'global')).toMatchObject({ action: 'remove', fellBack: null });
  });

  test('where the notice is not said in a language of the region', () => {
    const files = {
      'global.yaml': global(withFallback({ does: '{ action: limit, fallback: review }' })),
      'notices/de.yaml': GERMAN,
      'regions/de.yaml': region('de', 'notice_languages: [de, en]\n'),
    };
    expect(ruleOf(files)).toMatchObject({
      action: 'review',
      fellBack: 'the notice "told" is not said in de',
      notice: '',
    });
  });

  test('where a restriction needs a notice and the rule has none', () => {
    const files = {
      'global.yaml': global(withFallback({ notice: 'null', does: '{ action: limit, fallback: review }' })),
    };
    expect(ruleOf(files, 'global')).toMatchObject({ action: 'review', fellBack: 'limit needs a notice in global' });
  });

  test('where its law is not known; the clause is the ground then', () => {
    const files = {
      'global.yaml': global(withFallback({ ground: '{ law: l1, terms: t1 }' })),
      'regions/de.yaml': region('de', LAW),
      'regions/fr.yaml': region('fr'),
    };
    expect(ruleOf(files)).toMatchObject({ action: 'remove', ground: { kind: 'law', ref: 'Act 1, s. 2' } });
    expect(ruleOf(files, 'fr')).toMatchObject({
      action: 'limit',
      fellBack: 'fr has no law "l1"',
      ground: { kind: 'terms', ref: 't1' },
    });
  });

  test('and both the merged file and the decision say so', () => {
    const bundle = bundleOf({
      'global.yaml': global(withFallback()),
      'regions/de.yaml': region('de', "ladder: { '2': limit }\n"),
    });
    const de = bundle.regions.get('de');
    if (de === undefined) throw new Error('no de');
    const { rules } = mergedFile(de) as { rules: readonly { fell_back: string }[] };
    expect(rules[0]?.fell_back).toContain('stronger than limit');
    const input = testInput({ expect: 'match', scores: { 'hate.attack': 0.8 } }, Date.parse('2026-06-01'));
    const { evaluation, traces } = explain(input, bundle, ['de', 'global']);
    const why = traces.find(({ policy }) => policy === 'de')?.rules.map((trace) => trace.why);
    expect(why).toEqual([
      'the condition is met; limit as the fallback, since remove is stronger than limit, the limit for severity 2 in de',
    ]);
    expect(evaluation.decisions.map(({ regions, action }) => [regions, action])).toEqual([
      [['de'], 'limit'],
      [['global'], 'remove'],
    ]);
  });
});

describe('a fallback hides no fault', () => {
  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['a slip in the law', { ground: '{ law: l9, terms: t1 }' }, 'unknown ground "l9"'],
    ['a slip in the notice', { notice: 'tolt' }, 'did you mean "told"?'],
    ['not milder', { does: '{ action: limit, fallback: limit }' }, 'is not milder than limit'],
    ['above the ladder too', { severity: '0', does: '{ action: hold, fallback: limit }' }, 'neither hold nor'],
    [
      'no notice for it either',
      { notice: 'null', does: '{ action: hold, fallback: limit }' },
      'neither hold nor its fallback limit can be taken: hold needs a notice in global; limit needs a notice in global',
    ],
  ])('%s', (_, fields, message) => {
    const files = { 'global.yaml': global(withFallback(fields)) };
    expect(checked(files).bundle).toBeNull();
    expect(faultLines(files).join('\n')).toContain(message);
  });

  test.each([
    ['without one', {}],
    ['with one that needs the same sentence', { does: '{ action: hold, fallback: limit }' }],
  ])('%s a missing sentence stays an error, told in its file alone', (_, fields) => {
    const files = {
      'global.yaml': global(rule({ id: 'r1', ...fields })),
      'notices/de.yaml': GERMAN,
      'notices/en.yaml': NOTICE,
      'regions/de.yaml': region('de', 'notice_languages: [de]\n'),
    };
    const errors = checked(files).faults.filter(({ level }) => level === 'error');
    expect(errors.map(formatFault)).toEqual(['notices/de.yaml:5:1: the sentence "told" is missing; rules name it']);
  });
});
