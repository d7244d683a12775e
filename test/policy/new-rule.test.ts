import path from 'node:path';
import { expect, test } from 'vitest';
import { readPolicyFiles } from '../../src/adapters/policy-folder.js';
import { CATEGORY_IDS } from '../../src/categories.js';
import { checkBundle, compileBundle } from '../../src/policy/bundle.js';
import { isRuleId, ruleSkeleton, withRule } from '../../src/policy/new-rule.js';

const files = await readPolicyFiles(path.resolve('policies'));
const regions = [...compileBundle(files).regions.values()];

test('the skeleton of every category passes the check in global, and of one category in every region', () => {
  const written = new Map(files);
  for (const region of regions) {
    for (const category of region.id === 'global' ? CATEGORY_IDS : CATEGORY_IDS.slice(0, 1)) {
      const skeleton = ruleSkeleton({ id: `new.${region.id}.${category}`, category, region });
      written.set(region.file, withRule(written.get(region.file) ?? '', skeleton).text);
    }
  }
  const { bundle, faults } = checkBundle(written);
  expect(faults.filter((fault) => fault.level === 'error')).toEqual([]);
  expect(bundle?.regions.get('de')?.rules.map((rule) => rule.id)).toContain(`new.de.${CATEGORY_IDS[0]}`);
});

test('behind the last rule, wherever the rules stand', () => {
  const skeleton = '  - id: b\n';
  expect(withRule('id: x\n', skeleton)).toEqual({ text: 'id: x\nrules:\n  - id: b\n', line: 3 });
  expect(withRule('rules:\n  - id: a\n\n\n', skeleton)).toEqual({ text: 'rules:\n  - id: a\n  - id: b\n', line: 3 });
  expect(withRule('rules:\n  - id: a\n\nname: x\n', skeleton)).toEqual({
    text: 'rules:\n  - id: a\n  - id: b\n\nname: x\n',
    line: 3,
  });
  expect(() => withRule('rules: []\n', skeleton)).toThrow('stand on one line');
  expect(withRule('rules:\r\n  - id: a\r\n', skeleton)).toEqual({
    text: 'rules:\r\n  - id: a\r\n  - id: b\r\n',
    line: 3,
  });
});

test('ids are words joined by dots', () => {
  expect(['a', 'a.b-c.d_1'].every(isRuleId)).toBe(true);
  expect(['', 'A', 'a b', 'a.', '.a', 'a\n'].some(isRuleId)).toBe(false);
});
