import { expect, test } from 'vitest';
import { groupsOf } from '../../src/dashboard/parts/finding-groups.js';

const finding = (detector: string, change: object = {}) => ({
  category: 'commerce.divert' as const,
  source: 'term' as const,
  detector,
  part: 'body' as const,
  view: 'raw' as const,
  spans: [{ start: 5, end: 10 }],
  severity: 1 as const,
  score: 0.8,
  calibrated: 0.8,
  ...change,
});

test('a word that several banks know is one row with all of their entries, as strong as the strongest', () => {
  const groups = groupsOf([
    finding('de.divert.app'),
    finding('en.divert.app', { calibrated: 0.9 }),
    finding('fr.divert.app', { spans: [{ start: 20, end: 25 }] }),
    finding('commerce.divert', { source: 'classifier' }),
    finding('es.divert.app'),
  ]);
  expect(groups.map(({ detectors, indexes, finding: { calibrated } }) => [detectors, indexes, calibrated])).toEqual([
    [['de.divert.app', 'en.divert.app', 'es.divert.app'], [0, 1, 4], 0.9],
    [['fr.divert.app'], [2], 0.8],
    [['commerce.divert'], [3], 0.8],
  ]);
});
