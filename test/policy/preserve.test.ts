/** What a decision keeps: by region, by the terms of its file, and only in the categories that these name. */
import { describe, expect, it } from 'vitest';
import { keptOnFinding, keptOnSuspicion } from '../../src/policy/preserve.js';
import { decision, hit } from '../support/store.js';
import { bundleOf, global, region, rule } from './bench-files.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const LAW = "grounds: { l1: { law: Act 1, article: s. 2, url: 'https://example.org/l1', known: memory } }\n";
const RULE = rule({
  id: 'grave',
  category: 'violence.threat',
  severity: '4',
  does: '{ action: hold, side: [preserve] }',
  when: 'any_finding("violence.threat") || any_finding("violence.terror")',
});
const files = {
  'global.yaml': global(RULE),
  'regions/de.yaml': region(
    'de',
    `${LAW}preserve:\n  short: { categories: [violence.terror], days: 21, starts: decided, ground: l1 }\n`,
  ),
  'regions/us.yaml': region(
    'us',
    `${LAW}preserve:\n  year: { categories: [violence.threat], days: 366, starts: reported, ground: l1, gag: true }\n  fraud: { categories: [fraud.scam], days: 30, starts: decided, ground: l1 }\n`,
  ),
  'regions/at.yaml': region('at', 'preserve: { short: null }\n', 'de'),
};
const suspicion = decision({
  regions: ['at', 'br', 'de', 'us'],
  action: 'hold',
  category: 'violence.threat',
  sideActions: ['preserve'],
  rules: [hit({ rule: 'grave', category: 'violence.threat', sideActions: ['preserve'] })],
});

describe('what the law says to keep', () => {
  it('is asked of each region: by the category of the rule, or one that its condition names', () => {
    expect(keptOnSuspicion(bundleOf(files), suspicion, NOW)).toEqual([
      {
        region: 'de',
        term: 'short',
        categories: ['violence.terror'],
        days: 21,
        starts: 'decided',
        ground: 'Act 1, s. 2',
        gag: false,
      },
      {
        region: 'us',
        term: 'year',
        categories: ['violence.threat'],
        days: 366,
        starts: 'reported',
        ground: 'Act 1, s. 2',
        gag: true,
      },
    ]);
  });

  it('is nothing where no rule that fired asks to preserve', () => {
    const plain = { ...suspicion, sideActions: [], rules: [hit({ rule: 'grave', sideActions: [] })] };
    expect(keptOnSuspicion(bundleOf(files), plain, NOW)).toEqual([]);
  });

  it('follows the category that a person finds, and nothing that a person allows', () => {
    const found = (change: object) =>
      keptOnFinding(
        bundleOf(files),
        { regions: ['de', 'us'], action: 'remove', category: 'violence.threat', ...change },
        NOW,
      );
    expect(found({}).map(({ region, term }) => [region, term])).toEqual([['us', 'year']]);
    expect(found({ category: 'violence.terror' }).map(({ term }) => term)).toEqual(['short']);
    expect(found({ action: 'allow', category: null })).toEqual([]);
    expect(found({ category: 'profanity.mild' })).toEqual([]);
  });
});
