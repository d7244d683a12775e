import { describe, expect, it } from 'vitest';
import type { Note } from '../../src/domain.js';
import { planOpinion } from '../../src/policy/opinions.js';
import type { RuleTest } from '../../src/policy/schema-rule.js';
import { testInput } from '../../src/policy/test-evidence.js';
import { bundleOf, faultLines, GLOBAL_HEAD, region, rules, tested } from './bench-files.js';

const NOW = Date.parse('2026-11-01T00:00:00Z');
const NOTE: Note = { kind: 'note', title: '', body: 'A text', regions: ['us'], context: {}, images: [] };
const WAITS = GLOBAL_HEAD.replace('deliberate: { required: false', 'deliberate: { required: true');
const ASKS = `opinions:
  ask: { scores: { from: 0.3, below: 0.6 }, categories: [hate.symbol], unvalidated_language: true, unseen_pictures: true }
  budget: { tokens_per_day: 1000, money_per_day: 2.5 }
`;

const files = (own: string, more: Readonly<Record<string, string>> = {}) => ({
  'global.yaml': `${WAITS}${own}${rules(tested('r1'))}`,
  ...more,
});
const plan = (
  own: string,
  fields: Partial<RuleTest> = {},
  byPerson = false,
  more: Readonly<Record<string, string>> = {},
) => {
  const { evidence } = testInput({ expect: 'match', language: 'en', ...fields }, NOW);
  return planOpinion(bundleOf(files(own, more)), { note: NOTE, evidence, now: NOW }, byPerson);
};

describe('who is asked', () => {
  it('nobody, unless a region says so', () => {
    expect(plan('', { scores: { 'hate.attack': 0.5 } })).toBeNull();
  });

  it.each<[string, Partial<RuleTest>, readonly string[] | null]>([
    ['a score in the band', { scores: { 'hate.attack': 0.4 } }, ['score_band']],
    ['a score above it', { scores: { 'hate.attack': 0.7 } }, null],
    ['swearing', { scores: { 'profanity.mild': 0.4 } }, null],
    ['a category', { findings: ['hate.symbol'] }, ['category']],
    ['a language without a validated model', { competence: 'none' }, ['language']],
    ['nothing of it', {}, null],
  ])('%s', (_name, fields, reasons) => {
    expect(plan(ASKS, fields)?.reasons ?? null).toEqual(reasons);
  });

  it('a picture in which no model looked', () => {
    const { evidence } = testInput({ expect: 'match', image: { text: '' } }, NOW);
    if (evidence.images.status !== 'found') throw new Error('no pictures in the evidence');
    const readings = evidence.images.value.readings.map((reading) => ({
      ...reading,
      model: { status: 'skipped', why: 'not_configured' } as const,
    }));
    const images = { ...evidence.images, value: { ...evidence.images.value, readings } };
    const subject = { note: NOTE, evidence: { ...evidence, images }, now: NOW };
    expect(planOpinion(bundleOf(files(ASKS)), subject)?.reasons).toEqual(['picture']);
  });

  it('a person, though no stage has found anything: every clause goes along', () => {
    const bundle = bundleOf(files(ASKS));
    const asked = planOpinion(bundle, { note: NOTE, evidence: {}, now: NOW }, true);
    expect(asked).toMatchObject({ reasons: ['person'], clauses: [{ id: 't1', title: 'A clause' }] });
  });

  it('a region whose file is not in force yet leaves the word to the one it builds on', () => {
    const later = region('us', `effective_from: 2027-01-01\n${ASKS}`);
    expect(plan('', { findings: ['hate.symbol'] }, false, { 'regions/us.yaml': later })).toBeNull();
    const now = region('us', `effective_from: 2026-02-01\n${ASKS}`);
    expect(plan('', { findings: ['hate.symbol'] }, false, { 'regions/us.yaml': now })?.reasons).toEqual(['category']);
    const past = region('us', `effective_from: 2026-02-01\neffective_until: 2026-03-01\n${ASKS}`);
    expect(plan('', { findings: ['hate.symbol'] }, false, { 'regions/us.yaml': past })).toBeNull();
  });

  it('a note for every region asks where any of them does', () => {
    const { evidence } = testInput({ expect: 'match', findings: ['hate.symbol'] }, NOW);
    const bundle = bundleOf(files('', { 'regions/de.yaml': region('de', ASKS) }));
    const asked = planOpinion(bundle, { note: { ...NOTE, regions: [] }, evidence, now: NOW });
    expect(asked?.budgets.map(({ region: id }) => id)).toEqual(['de']);
  });

  it('is told the laws and clauses that the findings touch, and none of a rule that is off', () => {
    const own = `${ASKS}grounds:\n  l1: { law: Act, article: '5', url: 'https://example.org/act', known: memory }\n`;
    const more = [
      tested('r2', { category: 'hate.symbol', when: 'any_finding("hate.symbol")', ground: '{ law: l1, terms: t1 }' }),
      tested('r3', { category: 'hate.symbol', when: 'mixed', mode: 'disabled', cites: 't1' }),
    ];
    const { evidence } = testInput({ expect: 'match', findings: ['hate.symbol'] }, NOW);
    const bundle = bundleOf({ 'global.yaml': `${WAITS}${own}${rules(tested('r1'), ...more)}` });
    const asked = planOpinion(bundle, { note: NOTE, evidence, now: NOW });
    expect(asked?.clauses.map(({ id, title }) => [id, title])).toEqual([['l1', 'Act, 5']]);
  });

  it('may be spent on without a limit in money; clauses come in the order of their keys', () => {
    const asks = ASKS.replace('money_per_day: 2.5', 'money_per_day: null');
    const two =
      "terms:\n  t1: { title: A clause, url: 'https://example.org/t1', version: '1' }\n  a2: { title: Another, url: 'https://example.org/a2', version: '1' }\n";
    const own = WAITS.replace(/^terms:\n.*\n/m, two) + asks;
    const bundle = bundleOf({
      'global.yaml': `${own}${rules(tested('r1'), tested('r2', { ground: '{ terms: a2 }' }))}`,
    });
    const { evidence } = testInput({ expect: 'match', scores: { 'hate.attack': 0.4 } }, NOW);
    const asked = planOpinion(bundle, { note: NOTE, evidence, now: NOW });
    expect(asked?.budgets).toMatchObject([{ region: 'global', micros: null }]);
    expect(asked?.clauses.map(({ id }) => id)).toEqual(['a2', 't1']);
  });

  it('a person may ask about any note, on the same terms', () => {
    expect(plan(ASKS, {}, true)).toMatchObject({
      reasons: ['person'],
      budgets: [{ region: 'global', tokens: 1_000, micros: 2_500_000 }],
    });
  });

  it('the strictest region of the note speaks, whether it asks or not', () => {
    const more = {
      'regions/us.yaml': region('us', 'opinions: { ask: { scores: null }, endpoints: [local], redact: true }\n'),
    };
    const loose = ASKS.replace('budget:', 'redact: false\n  endpoints: [local, eu]\n  budget:');
    const subject = {
      note: { ...NOTE, regions: ['us', 'de'] },
      now: NOW,
      evidence: testInput({ expect: 'match', scores: { 'hate.attack': 0.4 } }, NOW).evidence,
    };
    expect(planOpinion(bundleOf(files(loose, more)), subject)).toMatchObject({
      regions: ['global'],
      redact: true,
      endpoints: ['local'],
    });
  });

  it('names the clauses that rules of the touched categories rest on, or all', () => {
    const clause = { id: 't1', title: 'A clause', regions: ['global'], categories: ['hate.attack'] };
    expect(plan(ASKS, { scores: { 'hate.attack': 0.4 } })?.clauses).toEqual([clause]);
    expect(plan(ASKS, { competence: 'none' })?.clauses).toEqual([clause]);
    expect(plan(ASKS, { findings: ['hate.symbol'] })?.clauses).toEqual([]);
  });

  it('a region that asks must wait for the answer', () => {
    const lines = faultLines({ 'global.yaml': `${GLOBAL_HEAD}${ASKS}` });
    expect(lines.join('\n')).toContain('evidence.stages.deliberate must be required');
  });

  it('unknown keys and an opinion that removes are refused', () => {
    expect(faultLines({ 'global.yaml': `${WAITS}opinions: { raises: { '4': remove } }\n` }).join('\n')).toContain(
      'opinions',
    );
    expect(faultLines({ 'global.yaml': `${WAITS}opinions: { asks: {} }\n` }).join('\n')).toContain('asks');
  });
});
