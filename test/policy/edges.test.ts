/** Files and conditions at the edge of what is written: each is told, or read, as an author would expect. */
import { describe, expect, test } from 'vitest';
import { termsOf } from '../../src/policy/case-terms.js';
import { clauseValue, compileExpression, RuleError } from '../../src/policy/cel.js';
import { checkFiles } from '../../src/policy/check-files.js';
import { RuleContext } from '../../src/policy/context.js';
import { evaluate } from '../../src/policy/evaluate.js';
import { formatFault } from '../../src/policy/faults.js';
import { hasWording } from '../../src/policy/has-term.js';
import { ruleSkeleton } from '../../src/policy/new-rule.js';
import { compilePattern } from '../../src/policy/patterns.js';
import { testCoverage } from '../../src/policy/rule-tests.js';
import { testInput } from '../../src/policy/test-evidence.js';
import { wordList } from '../../src/policy/word-list.js';
import { parseFully } from '../../src/policy/yaml.js';
import {
  bundleOf,
  faultLines,
  filesOf,
  GLOBAL_HEAD,
  global,
  lineOf,
  region,
  rule,
  rules,
  tested,
} from './bench-files.js';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const globalOf = (files: Readonly<Record<string, string>>) => {
  const found = bundleOf(files).regions.get('global');
  if (found === undefined) throw new Error('no global');
  return found;
};

describe('places', () => {
  test.each(['|-', '|', '>-', '>'])('a slip inside a text below %s points at the word', (mark) => {
    const when = `${mark}\n      note.has_images\n      && note.knd == "note"`;
    const text = global(rule({ id: 'r1', when }));
    const column = '      && note.'.length + 1;
    expect(faultLines({ 'global.yaml': text })[0]).toMatch(
      new RegExp(`^global\\.yaml:${lineOf(text, 'note.knd')}:${column}: rule r1, when: unknown field "knd"`),
    );
  });
  test('of something that is not there is that of what would hold it', () => {
    const yaml = parseFully('a: 1\nb:\n  c: 2\n', 'a.yaml');
    expect(yaml.locate(['b', 'c', 'd', 'e'])).toEqual({ line: 3, column: 6 });
    expect(yaml.locate(['x', 'y'])).toEqual({ line: 1, column: 1 });
    expect(yaml.locateKey(['b', 'nothing'])).toEqual({ line: 3, column: 3 });
  });
  test('a sentence file that cannot be read is told, and the rest is checked all the same', () => {
    const lines = faultLines({ 'notices/de.yaml': 'language: "de\n', 'regions/de.yaml': 'naem: x\nid: de\nname: D\n' });
    expect(lines.map((line) => line.split(':')[0])).toEqual(['notices/de.yaml', 'regions/de.yaml']);
  });
});

describe('thresholds', () => {
  test('a step that a region takes out is one that it never reaches', () => {
    const bundle = bundleOf({
      'global.yaml': global(rule({ id: 'r1' })),
      'regions/de.yaml': region('de', 'thresholds:\n  hate.attack: { review: null }\n'),
    });
    const action = (where: string) =>
      evaluate(testInput({ expect: 'match', scores: { 'hate.attack': 0.7 } }, NOW), bundle, [where]).decisions[0]
        ?.action;
    expect([action('global'), action('de')]).toEqual(['limit', 'allow']);
  });
});

describe('conditions', () => {
  const contextOf = () => new RuleContext(testInput({ expect: 'match' }, NOW), globalOf({}).value);
  const compiled = (source: string) => {
    const made = compileExpression(source);
    if (!made.ok) throw new Error(made.faults[0]?.message);
    return made.expression;
  };
  test.each(['int(note.kind) > 3', 'double(note.kind) > 3.0', '1 / size(contacts) > 0'])(
    '%s fails as an error, never as a no',
    (source) => {
      expect(() => compiled(source).test(contextOf())).toThrow(RuleError);
    },
  );
  test('a part that fails is shown with its reason', () => {
    expect(clauseValue('1 / size(contacts)', contextOf())).toBe('error: division by zero');
    expect(clauseValue('contacts[3].kind', contextOf())).toMatch(/^error: /);
  });
  test.each([
    ['max_score("hate.attack") > -0.5', 'so this is always true'],
    ['-0.5 >= max_score("hate.attack")', 'so this is never true'],
  ])('%s compares with what no score can be', (when, said) => {
    expect(faultLines({ 'global.yaml': global(tested('r1', { when: `'${when}'` })) })[0]).toContain(said);
  });
  test('a figure that is only known when a note is judged says nothing before', () => {
    const when = `'max_score("hate.attack") > -region.thresholds["hate.attack"]["review"]'`;
    expect(faultLines({ 'global.yaml': global(tested('r1', { when })) }).join()).not.toContain('always true');
  });
  test('the whole region counts as all of its settings', () => {
    expect(compiled('[region].exists(r, r.id == "de")').usesRegion).toBe(true);
    expect(compiled('region.accepts_disclosure').usesRegion).toBe(false);
  });
  test('the same parts in another order are the same parts', () => {
    const [a, b] = [compiled('mixed && note.is_reply'), compiled('note.is_reply   &&\n mixed')];
    expect([...a.all].sort()).toEqual([...b.all].sort());
    expect(compiled('has_term(text, "a b")').all).toEqual(['has_term(text,"a b")']);
    expect(compiled("has_term(text, 'a b') || mixed").any).toEqual(["has_term(text,'a b')", 'mixed']);
  });
  test('no words are found nowhere', () => expect(hasWording('some text', ' ')).toBe(false));
  test('a pattern is compiled once, and a bad one says why', () => {
    expect(compilePattern('a+b')).toMatchObject({ ok: true });
    expect(compilePattern('a+b')).toEqual(compilePattern('a+b'));
    expect(compilePattern('(a')).toMatchObject({ ok: false, message: expect.stringContaining('missing closing )') });
  });
});

describe('rules', () => {
  test('unless that says the same as when, with a choice in it', () => {
    const twice = 'note.has_images || mixed';
    const lines = faultLines({ 'global.yaml': global(tested('r1', { when: twice, unless: twice })) });
    expect(lines[0]).toContain('rule r1 can never fire: unless says the same as when');
  });
  test('two rules alike: the second of them is told, not both', () => {
    const lines = faultLines({ 'global.yaml': global(tested('r1'), tested('r2')) });
    expect(lines.filter((line) => line.includes('changes nothing'))).toHaveLength(1);
  });
  test('a rule that says more to the author is no repetition', () => {
    const more = tested('r2', {
      when: 'reaches("hate.attack", "review") && mixed',
      notice: 'null',
      does: '{ action: review }',
    });
    expect(faultLines({ 'global.yaml': global(tested('r1', { does: '{ action: review }' }), more) })).toEqual([]);
  });
  test('the skeleton of a new one rests on a clause of the house, or names the blank', () => {
    const category = 'animal.harm' as const;
    expect(ruleSkeleton({ id: 'r', category, region: globalOf({}) })).toContain('ground: { terms: t1 }');
    const bare = globalOf({ 'global.yaml': GLOBAL_HEAD.replace(/^terms:\n.*\n/m, 'terms: {}\n') });
    expect(ruleSkeleton({ id: 'r', category, region: bare })).toContain('ground: { terms: name-of-a-clause }');
  });
});

describe('what can be written', () => {
  test('lists the parts of what has parts, and those of texts and figures not', () => {
    const { fields, functions, categories } = wordList();
    const names = fields.map(({ name }) => name);
    expect(names).toContain('note.kind');
    expect(names).toContain('contacts.kind');
    expect(names.filter((name) => name.startsWith('text.'))).toEqual([]);
    expect(fields.every(({ doc, type }) => doc !== '' && type !== '')).toBe(true);
    expect(functions.map(({ name }) => name)).toContain('has_term');
    expect(categories.find(({ name }) => name === 'hate.attack')?.doc).not.toBe('');
  });
});

describe('languages that a rule claims', () => {
  test('a text that does not say its language tests none of them', () => {
    const tests = '\n      - { text: "x", expect: match }\n      - { text: "y", language: de-AT, expect: match }';
    const bundle = bundleOf({ 'global.yaml': global(rule({ id: 'r', languages: '[de, fr]', tests })) });
    expect(testCoverage(bundle)[0]).toMatchObject({ matches: 2, untested: ['fr'] });
  });
});

describe('banks', () => {
  const bank = (language: string, id: string) =>
    `language: ${language}\nterms:\n  - id: ${id}\n    category: fraud.scam\n    severity: 3\n    source: test\n    patterns: [double money]\n`;
  test('an id in two files is told at its place in the second', () => {
    const files = filesOf({
      'terms/zh-Hans.yaml': bank('zh-Hans', 'zh.scam.x'),
      'terms/zh-Hant.yaml': bank('zh-Hant', 'zh.scam.x'),
    });
    expect(checkFiles(files).faults.map(formatFault)).toEqual([
      'terms/zh-Hant.yaml:3:9: id "zh.scam.x" is also in terms/zh-Hans.yaml',
    ]);
  });
  test('every bad bank is told, not only the first', () => {
    const files = filesOf({ 'terms/de.yaml': bank('fr', 'de.scam.x'), 'terms/en.yaml': bank('xx', 'en.scam.x') });
    expect(checkFiles(files).faults.map(({ file, lint }) => [file, lint])).toEqual([
      ['terms/de.yaml', 'file-name'],
      ['terms/en.yaml', 'term-file'],
    ]);
  });
});

describe('clocks', () => {
  const clocks =
    'clocks:\n  a: { source: report, categories: [fraud.scam], hours: 5, starts: actual_knowledge }\n  b: null\n';
  const bundle = bundleOf({ 'global.yaml': `${GLOBAL_HEAD}${clocks}${rules(rule({ id: 'r1' }))}` });
  const asked = (category: 'fraud.scam' | null) =>
    termsOf(
      bundle,
      { reason: 'report', regions: ['de'], category, severity: 1, reach: 0, end: null, escalate: false },
      NOW,
    ).clock;
  test('a clock without a law runs too; a case without a category has only those for all', () => {
    expect(asked('fraud.scam')).toEqual({ region: 'global', name: 'a', ref: null });
    expect(asked(null)).toEqual({ region: null, name: 'target', ref: null });
  });
});
