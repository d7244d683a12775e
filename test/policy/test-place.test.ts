import { expect, test } from 'vitest';
import { runRuleTests } from '../../src/policy/rule-tests.js';
import { placeOfTest, testLine } from '../../src/policy/test-place.js';
import { bundleOf, global, lineOf, rule } from './bench-files.js';

const TEXT = global(
  rule({ id: 'first' }),
  rule({
    id: 'second',
    tests: `
      - { scores: { hate.attack: 0.7 }, expect: match }
      - expect: match
        text: "${'A long text. '.repeat(10)}"
      - { title: "A title", expect: match }
      - { expect: match }`,
  }),
);
const files = new Map([['global.yaml', TEXT]]);

test('a test is found by its rule and number, in either way of writing', () => {
  const at = (number: number) => placeOfTest(TEXT, 'global.yaml', 'second', number);
  expect(at(1)).toEqual({ line: lineOf(TEXT, '- { scores:'), column: 9 });
  expect(at(2)).toEqual({ line: lineOf(TEXT, '- expect: match'), column: 9 });
});

test.each([
  ['a rule that is not in the file', TEXT, 'third'],
  ['a file without rules', 'id: de\nname: Germany\n', 'first'],
  ['rules that are no list', 'rules: none\n', 'first'],
  ['a file that is no map', '- a\n', 'first'],
])('%s: the start of the file', (_name, text, id) => {
  expect(placeOfTest(text, 'global.yaml', id, 1)).toEqual({ line: 1, column: 1 });
});

test('a failed test is one line, with a text cut short', async () => {
  const judged = { pending: false, decisions: [], bundleHash: '' };
  const results = await runRuleTests(bundleOf({ 'global.yaml': TEXT }), async () => judged);
  const lines = results.filter(({ outcome }) => outcome === 'failed').map((result) => testLine(result, files));
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(
    /^global\.yaml:\d+:9: rule second, test 2 \(global, (?:A long text\. ){4}A long t\): expected match/,
  );
  expect(lines[1]).toContain('test 3 (global, A title): expected match, the rule did not fire');
  expect(lines[2]).toContain('test 4 (global, evidence)');
  const [failed] = results.filter(({ outcome }) => outcome === 'failed');
  if (failed === undefined) throw new Error('none failed');
  expect(testLine(failed, new Map())).toMatch(/^global\.yaml:1:1: /);
});
