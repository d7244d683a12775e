/** A rule taken out of its file and put back: the playground edits what the file holds. */
import { describe, expect, test } from 'vitest';
import { idIn, ruleText, unknownRegion, withEditedRule } from '../../src/policy/edit-rule.js';
import { parseYaml } from '../../src/policy/yaml.js';

const FILE = `id: de
rules:
  # Said before the first.
  - id: one
    when: 'true'

  - id: two
    tests:
      - { expect: match }
  # Said at the end.
clocks: {}
`;
const idsOf = (text: string): readonly unknown[] => {
  const { value } = parseYaml(text, 'de.yaml');
  return (Reflect.get(value as object, 'rules') as { id: string }[]).map(({ id }) => id);
};

describe('a rule as an author sees it', () => {
  test('stands from the first column, without what belongs to its neighbours', () => {
    expect(ruleText(FILE, 'de.yaml', 'one')).toEqual({ text: "id: one\nwhen: 'true'\n", line: 4 });
    expect(ruleText(FILE, 'de.yaml', 'two')).toEqual({ text: 'id: two\ntests:\n  - { expect: match }\n', line: 7 });
  });
  test('is the same in a file that was written on Windows', () => {
    const windows = FILE.replaceAll('\n', '\r\n');
    expect(ruleText(windows, 'de.yaml', 'two')).toEqual(ruleText(FILE, 'de.yaml', 'two'));
    const edited = 'id: one\nwhen: "false"\n';
    expect(idsOf(withEditedRule(windows, 'de.yaml', edited.replaceAll('\n', '\r\n')).text)).toEqual(['two', 'one']);
  });
  test.each([
    ['another id', FILE, 'three'],
    ['a file without rules', 'id: de\n', 'one'],
    ['a file that is a list', '- one\n', 'one'],
    ['a file that is one word', 'one\n', 'one'],
  ])('is null with %s', (_name, text, id) => expect(ruleText(text, 'de.yaml', id)).toBeNull());
});

describe('an edited rule', () => {
  test.each([
    ['bare', 'id: one\nwhen: "false"\n', 4],
    ['with its dash', '- id: one\n  when: "false"', 2],
    ['with a remark and a blank line', '# why\n\nid: "one"\nwhen: "false"\n', 4],
  ])('takes the place of the one with its id: %s', (_name, rule, indent) => {
    const edited = withEditedRule(FILE, 'de.yaml', rule);
    expect(idsOf(edited.text).toSorted()).toEqual(['one', 'two']);
    expect(edited.text).toContain('when: "false"');
    expect(edited.text).not.toContain("when: 'true'");
    expect(edited.indent).toBe(indent);
    expect(edited.text.split('\n')[edited.line - 1]).toMatch(/id: "?one|# why/);
    expect(parseYaml(edited.text, 'de.yaml').value).toHaveProperty('clocks');
  });
  test('comes last where its id is new, or where it has none yet', () => {
    expect(idsOf(withEditedRule(FILE, 'de.yaml', 'id: three\n').text)).toEqual(['one', 'two', 'three']);
    expect(idsOf(withEditedRule(FILE, 'de.yaml', 'when: "true"\n').text)).toEqual(['one', 'two', undefined]);
  });
});

test('a file gets its list of rules where it has none, and is refused where the list stands on one line', () => {
  const fresh = withEditedRule('id: de\n', 'de.yaml', 'id: one\n');
  expect(idsOf(fresh.text)).toEqual(['one']);
  expect(() => withEditedRule('id: de\nrules: [{ id: one }]\n', 'de.yaml', 'id: two\n')).toThrow(/one line/);
});

test('ids are read however they are written, and unknown regions get the nearest one', () => {
  expect([idIn('- id: a.b'), idIn("id: 'a.b'"), idIn('when: x')]).toEqual(['a.b', 'a.b', null]);
  expect(unknownRegion('dr', ['de', 'fr'])).toContain('There is no file for "dr"');
});
