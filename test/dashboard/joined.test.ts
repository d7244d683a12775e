import { expect, test } from 'vitest';
import { holds, joinOf, type Part } from '../../src/dashboard/joined.js';

const part = (within: Part['within'], change: Partial<Part> = {}): Part => ({
  side: 'when',
  value: true,
  not: false,
  within,
  ...change,
});
const first = part([{ op: 'and', index: 0 }]);
const either = part([
  { op: 'and', index: 1 },
  { op: 'or', index: 0 },
]);
const other = part([
  { op: 'and', index: 1 },
  { op: 'or', index: 1 },
]);

test('parts are joined as the group says that holds both, also where one between them is folded away', () => {
  expect([joinOf(undefined, first), joinOf(first, either), joinOf(either, other)]).toEqual([null, 'and', 'or']);
  expect(joinOf(first, other)).toBe('and');
  expect(joinOf(other, part([], { side: 'unless' }))).toBeNull();
});

test('a part that is denied holds where its value does not', () => {
  expect([holds(first), holds(part([], { value: false })), holds(part([], { value: false, not: true }))]).toEqual([
    true,
    false,
    true,
  ]);
});
