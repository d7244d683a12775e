import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../src/errors.js';
import { parseYaml, stringifyYaml, YAML_LIMIT_BYTES } from '../../src/policy/yaml.js';

const failure = (text: string): string => {
  try {
    parseYaml(text, 'a.yaml');
  } catch (error) {
    if (error instanceof InvalidInputError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'no failure';
};

describe('YAML 1.2 core schema', () => {
  test('country codes, switches and days stay words', () => {
    const { value } = parseYaml('a: NO\nb: on\nc: yes\nd: 2026-01-01\ne: 0o17\nf: null\ng: true\n', 'a.yaml');
    expect(value).toEqual({ a: 'NO', b: 'on', c: 'yes', d: '2026-01-01', e: 15, f: null, g: true });
  });

  test.each([
    ['a tab', 'a:\n\tb: 1\n', 'a.yaml:2:1: a tab'],
    ['a key twice', 'a: 1\nb: 2\na: 3\n', 'a.yaml:3:1: this key stands here twice'],
    ['an open bracket', 'a: [1, 2\n', 'a.yaml:'],
    ['an unknown tag', 'a: !!python/object x\n', 'a.yaml:1:4: a text that begins with "!" needs quotation marks'],
    ['an alias without anchor', 'a: *nobody\n', 'a.yaml:1:4: there is no anchor "&nobody" above'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'a.yaml:2:1: a second document begins'],
    ['a colon in a text', 'a: b: c\n', 'a.yaml:1:4: a text that holds ": " needs quotation marks'],
    ['a line that slipped to the right', 'a:\n  b: 1\n    c: 2\n', 'a.yaml:2:6: the line below is indented more'],
    ['a line that slipped to the left', 'a:\n  b: 1\n c: 2\n', 'a.yaml:3:1: indented otherwise'],
    ['an entry without its dash', 'a:\n  - b: x\n   c: y\n', 'a.yaml:3:1: indented otherwise than the entry above'],
    ['an open quotation mark', 'a: "x\n', 'a.yaml:2:1: a quotation mark is opened and never closed'],
    ['a quotation mark inside', "a: 'it's'\n", 'a.yaml:1:8: a value ends before this'],
    ['a mark at the start', 'a: @x\n', 'a.yaml:1:4: a text that begins with this character'],
    ['an entry that slipped', 'a:\n  - b\n   - c\n - d\n', 'a.yaml:4:1: indented otherwise'],
    [
      'an unmerged file',
      'a: 1\n<<<<<<< mine\nb: 1\n=======\nb: 2\n>>>>>>> yours\n',
      'a.yaml:2:1: two versions were not merged',
    ],
    ['an alias that holds itself', 'a: &a [*b]\nb: &b [*a]\n', 'a.yaml:1:8: there is no anchor'],
  ])('%s is refused with its place', (_, text, message) => {
    expect(failure(text)).toContain(`policy_invalid The policy files are not valid:\n${message}`);
  });

  test('anchors that multiply are refused before they grow', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i += 1) lines.push(`a${i}: &a${i} [${`*a${i - 1}, `.repeat(8).slice(0, -2)}]`);
    expect(failure(`${lines.join('\n')}\n`)).toContain('repeats of anchors');
  });

  test('a file of 5 MB is refused unread', () => {
    expect(failure(`a: "${'x'.repeat(5 * 1024 * 1024)}"`)).toContain(`the limit is ${YAML_LIMIT_BYTES}`);
  });

  test('nesting without end is refused, not a crash', () => {
    expect(failure(`a: ${'['.repeat(200_000)}`)).toContain('a.yaml:1:4: nested too deeply');
    expect(failure(`a:\n  ${'- '.repeat(20_000)}x`)).toContain('a.yaml:2:3: nested too deeply');
  });
});

test('lists in lists without end are refused too', () => {
  expect(failure('- '.repeat(50_000))).toContain('a.yaml:1:');
});

describe('places', () => {
  const text = `a:\n  - name: x\n    when: >-\n      one &&\n      two\n    plain: one two\n    quoted: "one \\"two\\" three"\n`;
  const yaml = parseYaml(text, 'a.yaml');

  test('of a value, of a key, of what is not there', () => {
    expect(yaml.locate(['a', 0, 'plain'])).toEqual({ line: 6, column: 12 });
    expect(yaml.locateKey(['a', 0, 'plain'])).toEqual({ line: 6, column: 5 });
    expect(yaml.locate(['a', 0, 'missing', 'deeper'])).toEqual({ line: 2, column: 5 });
    expect(yaml.locateKey(['a', 0, 'missing'])).toEqual({ line: 2, column: 5 });
    expect(yaml.locateKey(['a', 0])).toEqual({ line: 2, column: 5 });
    expect(yaml.locate([])).toEqual({ line: 1, column: 1 });
  });

  test.each([
    ['when', 'two', { line: 5, column: 7 }],
    ['plain', 'two', { line: 6, column: 16 }],
    ['quoted', 'three', { line: 7, column: 26 }],
  ])('inside the text of %s', (field, word, place) => {
    const value = (yaml.value as { a: Record<string, string>[] }).a[0]?.[field] ?? '';
    expect(yaml.locate(['a', 0, field], value.indexOf(word))).toEqual(place);
  });

  test('an offset past the end stays inside the value', () => {
    expect(yaml.locate(['a', 0, 'plain'], 999).line).toBe(6);
    expect(yaml.locate(['a', 0], 3)).toEqual({ line: 2, column: 5 });
  });
});

test('what is written can be read again', () => {
  const value = { a: ['NO', 'on'], b: null, c: { d: 1.5 } };
  expect(parseYaml(stringifyYaml(value), 'b.yaml').value).toEqual(value);
});
