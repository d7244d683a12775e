import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/adapters/policy-folder.js';
import type { CategoryId, Severity } from '../../src/categories.js';
import { ACTIONS, type Action, type Decision } from '../../src/domain.js';
import type { Bundle } from '../../src/policy/bundle.js';
import { type CaseSubject, casesOf, caseTermsOf, reasonOf, termsOf, weightOf } from '../../src/policy/case-terms.js';
import { decision, hit } from '../support/store.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const HOUR_MS = 3_600_000;

let bundle: Bundle;
beforeAll(async () => {
  bundle = await loadBundle('policies');
});

const subject = (change: Partial<CaseSubject> = {}): CaseSubject => ({
  reason: 'report',
  regions: ['us'],
  category: 'sexual.ncii',
  severity: 3,
  reach: 0,
  end: null,
  escalate: false,
  ...change,
});
const hoursOf = (change: Partial<CaseSubject>): number => (termsOf(bundle, subject(change), NOW).dueAt - NOW) / HOUR_MS;

describe('which decisions a person looks at', () => {
  const gap = (why: string): Decision['gaps'][number] => ({
    stage: 'classify',
    status: 'skipped',
    why,
    action: 'review',
  });
  it.each([
    ['hold', { action: 'hold' }, 'hold'],
    ['review', { action: 'review' }, 'review'],
    [
      'a drawn sample',
      { action: 'review', gaps: [gap('no model was validated for yo, drawn for review')] },
      'sampling',
    ],
    [
      'doubt about the same text',
      { action: 'review', gaps: [gap('no model was validated for yo, high score')] },
      'review',
    ],
    ['a grave removal', { action: 'remove', severity: 3 }, 'severity'],
    ['a light one', { action: 'remove', severity: 2 }, null],
    ['a grave matter that is only labelled', { action: 'label', severity: 4 }, null],
    ['nothing', { action: 'allow', severity: 4 }, null],
  ] as const)('%s', (_name, change, reason) => {
    expect(reasonOf(decision(change))).toBe(reason);
  });

  const asked = (action: Action, severity: Severity, category: CategoryId = 'hate.attack') =>
    hit({ action, severity, category });
  it.each([
    [
      'a restriction and a question',
      { action: 'limit', severity: 1, rules: [asked('limit', 1), asked('review', 1)] },
      'review',
    ],
    ['a restriction and a lack', { action: 'age_gate', severity: 1, gaps: [gap('classify failed')] }, 'review'],
    ['a restriction of a sample', { action: 'limit', severity: 1, gaps: [gap('yo, drawn for review')] }, 'sampling'],
    ['a removal and a graver hold', { action: 'remove', severity: 2, rules: [asked('hold', 4)] }, 'review'],
    ['a removal that answers the question', { action: 'remove', severity: 2, rules: [asked('review', 2)] }, null],
    ['an edit and a graver question', { action: 'require_edit', severity: 1, rules: [asked('review', 3)] }, 'review'],
    ['a removal of an unread text', { action: 'remove', severity: 2, gaps: [gap('yo, drawn for review')] }, null],
  ] as const)('%s', (_name, change, reason) => {
    expect(reasonOf(decision(change))).toBe(reason);
  });

  it('goes to those who look after children, and is as pressing as the gravest rule, whichever led', () => {
    const both = [asked('remove', 2, 'goods.gambling'), asked('hold', 4, 'child.grooming')];
    const petty = decision({ action: 'remove', severity: 2, category: 'goods.gambling', rules: both });
    const terms = caseTermsOf(bundle, petty, 0, NOW);
    expect(terms).toMatchObject({
      desk: 'child_safety',
      category: 'child.grooming',
      severity: 4,
      weight: weightOf(4, 0),
    });
    const threat = decision({
      action: 'hold',
      severity: 3,
      category: 'privacy.pii',
      rules: [asked('hold', 3, 'privacy.pii'), asked('review', 4, 'violence.threat')],
    });
    expect(caseTermsOf(bundle, threat, 0, NOW)).toMatchObject({
      desk: 'senior',
      category: 'violence.threat',
      severity: 4,
      weight: weightOf(4, 0),
    });
  });

  it('says nothing of decisions that nobody has to look at', () => {
    expect(caseTermsOf(bundle, decision({ action: 'allow' }), 0, NOW)).toBeNull();
  });
});

describe('the clock', () => {
  it('is that of the region with the least time', () => {
    expect(hoursOf({ regions: ['us'] })).toBe(48);
    expect(hoursOf({ regions: ['us', 'in'] })).toBe(2);
    const terms = termsOf(bundle, subject({ regions: ['us', 'in'] }), NOW);
    expect(terms.clock).toMatchObject({ region: 'in', name: 'ncii.notice' });
  });
  it('runs the clocks of the file that is in force', () => {
    const indian = bundle.regions.get('in');
    if (indian === undefined) throw new Error('no file for India');
    const later = { ...bundle, regions: new Map(bundle.regions).set('in', { ...indian, from: NOW + 1 }) };
    const clock = (of: Bundle) => termsOf(of, subject({ regions: ['in'] }), NOW).clock.region;
    expect([clock(bundle), clock(later)]).toEqual(['in', null]);
  });

  it('runs only for its own category and its own kind of case', () => {
    expect(termsOf(bundle, subject({ category: 'profanity.mild' }), NOW).clock).toEqual({
      region: null,
      name: 'target',
      ref: null,
    });
    expect(termsOf(bundle, subject({ reason: 'review' }), NOW).clock.name).toBe('target');
  });
  it('of an order runs for an authority alone', () => {
    expect(hoursOf({ regions: ['au'], category: null, also: ['order'] })).toBe(24);
    expect(termsOf(bundle, subject({ regions: ['au'], category: null }), NOW).clock.name).toBe('target');
  });
  it('of a hold is its end, unless a law is sooner', () => {
    const end = new Date(NOW + 10 * HOUR_MS).toISOString();
    expect(termsOf(bundle, subject({ reason: 'hold', end }), NOW)).toMatchObject({
      dueAt: NOW + 10 * HOUR_MS,
      clock: { name: 'hold_end' },
    });
    expect(hoursOf({ regions: ['in'], end })).toBe(2);
  });
  it('of a hold that ends later than what is as grave waits for is no later than that', () => {
    const end = new Date(NOW + 72 * HOUR_MS).toISOString();
    expect(termsOf(bundle, subject({ reason: 'hold', severity: 4, end }), NOW)).toMatchObject({
      dueAt: NOW + 12 * HOUR_MS,
      clock: { name: 'target' },
    });
  });
});

describe('the desk', () => {
  it.each([
    [{ category: 'child.endanger' }, 'child_safety'],
    [{ severity: 4 }, 'senior'],
    [{ escalate: true }, 'senior'],
    [{ severity: 3 }, 'general'],
  ] as const)('of %o is %s', (change, desk) => {
    expect(termsOf(bundle, subject(change), NOW).desk).toBe(desk);
  });
});

describe('the cases of one result', () => {
  it('are one for each desk, beside the gravest decision, for the regions of all', () => {
    const decisions = [
      decision({ action: 'review', severity: 2, category: 'fraud.scam', regions: ['us'] }),
      decision({ action: 'allow', regions: ['br'] }),
      decision({ action: 'hold', severity: 3, category: 'fraud.scam', regions: ['de', 'fr'] }),
      decision({ action: 'hold', severity: 4, category: 'violence.threat', regions: ['jp'] }),
    ];
    const cases = casesOf(bundle, decisions, 0, NOW);
    expect(cases.map((one) => one && [one.desk, one.reason, one.regions])).toEqual([
      null,
      null,
      ['general', 'hold', ['us', 'de', 'fr']],
      ['senior', 'hold', undefined],
    ]);
    const own = decisions.flatMap((one) => caseTermsOf(bundle, one, 0, NOW) ?? []);
    const general = own.filter(({ desk }) => desk === 'general').map(({ rankAt }) => rankAt);
    expect(cases[2]?.rankAt).toBe(Math.min(...general));
  });
});

describe('the rank', () => {
  const severity = fc.integer({ min: 0, max: 4 });
  const reach = fc.integer({ min: 0, max: 1_000_000_000 });
  const end = fc.integer({ min: 1, max: 500 }).map((hours) => new Date(NOW + hours * HOUR_MS).toISOString());
  const anything = fc.record({ severity, reach, end });
  const rank = (change: Partial<CaseSubject>): number =>
    termsOf(bundle, subject({ reason: 'hold', ...change }), NOW).rankAt;

  it('lies between now and the time that is due', () => {
    fc.assert(
      fc.property(anything, (one) => {
        const { rankAt, dueAt } = termsOf(bundle, subject({ reason: 'hold', ...one }), NOW);
        expect(rankAt).toBeGreaterThanOrEqual(NOW);
        expect(rankAt).toBeLessThanOrEqual(dueAt);
      }),
    );
  });
  it('never falls behind for more gravity, more reach or less time', () => {
    fc.assert(
      fc.property(
        anything,
        severity,
        reach,
        fc.integer({ min: 0, max: 100 }),
        (one, otherSeverity, otherReach, lessHours) => {
          const graver = Math.max(one.severity, otherSeverity);
          const wider = Math.max(one.reach, otherReach);
          const sooner = Math.max(NOW + 1, Date.parse(one.end) - lessHours * HOUR_MS);
          expect(rank({ ...one, severity: graver })).toBeLessThanOrEqual(rank(one));
          expect(rank({ ...one, reach: wider })).toBeLessThanOrEqual(rank(one));
          expect(rank({ ...one, end: new Date(sooner).toISOString() })).toBeLessThanOrEqual(rank(one));
        },
      ),
    );
  });
  it('weighs from 1 to 40, whatever comes in', () => {
    expect([weightOf(0, 0), weightOf(4, 1e12 - 1)]).toEqual([1, 40]);
    expect([weightOf(9, -5), weightOf(-1, 0)]).toEqual([8, 1]);
  });
  it('lets a young grave case go before an old light one', () => {
    const light = termsOf(
      bundle,
      subject({ reason: 'review', category: 'authentic.spam', severity: 1 }),
      NOW - 6 * HOUR_MS,
    );
    const grave = termsOf(bundle, subject({ reason: 'review', category: 'violence.threat', severity: 4 }), NOW);
    expect(grave.rankAt).toBeLessThan(light.rankAt);
  });
});

it('the words by which a sample is known are those of the gap', async () => {
  const { readFile } = await import('node:fs/promises');
  expect(await readFile('src/policy/gaps.ts', 'utf8')).toContain(", drawn for review'");
  expect(ACTIONS).toContain('limit_interact');
});
