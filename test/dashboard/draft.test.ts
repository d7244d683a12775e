/** What a change of category does to what was chosen before it. */
import { expect, test } from 'vitest';
import type { RegionChoice } from '../../src/dashboard/api/types.js';
import { type Draft, groupsOf, missingIn, underCategory } from '../../src/dashboard/draft.js';

const choice = (region: string, strongest: 'limit' | 'remove'): RegionChoice => ({
  region,
  policy: region,
  name: region,
  mine: true,
  standing: null,
  actionsBySeverity: [
    { severity: 0, actions: ['allow', 'warn'] },
    { severity: 2, actions: ['allow', 'warn', 'limit', ...(strongest === 'remove' ? (['remove'] as const) : [])] },
  ],
  clauses: [],
  suggested: [{ category: 'fraud.scam', clause: 'terms:honesty-1', notice: null, rule: 'scam' }],
  noticeLanguages: ['en'],
  appealDays: 30,
});
const groups = groupsOf([choice('de', 'remove'), choice('us', 'limit')]);
const draft: Draft = {
  category: 'harass.bully',
  outcome: null,
  reason: 'A known scheme.',
  alike: [],
  byPolicy: { de: { action: 'remove', clause: 'terms:respect-1' }, us: { action: 'warn', clause: null } },
};

test.each([
  ['fraud.scam', 2, { de: { action: 'remove', clause: null }, us: { action: 'warn', clause: null } }],
  [null, 0, { us: { action: 'warn', clause: null } }],
] as const)(
  'the category %s of severity %d keeps the actions that it allows, and takes its own clause',
  (category, severity, byPolicy) => {
    expect(underCategory(draft, groups, { category, severity })).toEqual({ category, byPolicy });
  },
);

test('what is kept need not be chosen again', () => {
  const next = { ...draft, ...underCategory(draft, groups, { category: 'fraud.scam', severity: 2 }) };
  expect(missingIn(next, groups, false)).toBeNull();
});
