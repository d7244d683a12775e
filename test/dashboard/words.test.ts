/** The interface knows what the policy says by code: evidence that is missing in every way, judged for real. */
import { describe, expect, test } from 'vitest';
import { bundleWord, gapSays, messageSays, opinionSays } from '../../src/dashboard/words.js';
import { type DeliberateEvidence, type Evidence, type Gap, SKIP_REASONS } from '../../src/domain.js';
import { ERROR_CODES } from '../../src/errors.js';
import { evaluate } from '../../src/policy/evaluate.js';
import type { RuleTest } from '../../src/policy/schema-rule.js';
import { testInput } from '../../src/policy/test-evidence.js';
import { bundleOf, global, region, rule } from '../policy/bench-files.js';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const bundle = bundleOf({
  'global.yaml': global(rule({ id: 'broken', when: 'findings[5].score > 0.5' })),
  'regions/de.yaml': region('de'),
});

function gapsOf(evidence: Partial<Evidence>, fields: Partial<RuleTest> = {}, waitedMs = 0): readonly Gap[] {
  const input = testInput({ expect: 'match', scores: { 'hate.attack': 0.7 }, ...fields }, NOW);
  const facts = { ...input.facts, acceptedAt: new Date(NOW - waitedMs).toISOString() };
  const judged = evaluate({ ...input, facts, evidence: { ...input.evidence, ...evidence } }, bundle, ['zz']);
  return judged.decisions.flatMap(({ gaps }) => gaps);
}
const saidOf = (gaps: readonly Gap[], stage: Gap['stage'], status?: Gap['status']) => {
  const gap = gaps.find((one) => one.stage === stage && (status === undefined || one.status === status));
  if (gap === undefined) throw new Error(`no gap of ${stage}: ${JSON.stringify(gaps)}`);
  return gapSays(gap);
};

describe('a gap', () => {
  test.each(SKIP_REASONS.filter((why) => !['no_text', 'not_needed', 'no_images'].includes(why)))(
    'of a stage that was skipped: %s',
    (why) => {
      const said = saidOf(gapsOf({ classify: { status: 'skipped', why } }), 'classify');
      expect(said).toEqual({ reading: null, code: why, key: null });
    },
  );

  test('of a stage that failed names a code of the table', () => {
    const failed = { status: 'failed', code: 'model_unavailable', message: 'quotes a vendor' } as const;
    const { code } = saidOf(gapsOf({ classify: failed }), 'classify');
    expect(code).toBe('model_unavailable');
    expect(Object.hasOwn(ERROR_CODES, code ?? '')).toBe(true);
  });

  test('of a stage that is late', () => {
    const due = { status: 'due', until: new Date(NOW).toISOString() } as const;
    expect(saidOf(gapsOf({ classify: due }, {}, 90 * 86_400_000), 'classify').key).toBe('words:gap-why.overdue');
  });

  test('of a region without a file, and of a rule that broke', () => {
    const gaps = gapsOf({});
    expect(saidOf(gaps, 'policy', 'no_region_file').key).toBe('words:gap-why.no_region_file');
    expect(saidOf(gaps, 'policy', 'rule_error')).toEqual({ reading: null, code: null, key: null });
  });

  test('of a text that no model can vouch for', () => {
    const long = {
      text: 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen '.repeat(4),
    };
    const said = saidOf(gapsOf({}, { ...long, competence: 'none', language: 'xx' } as Partial<RuleTest>), 'classify');
    expect(said.key).toMatch(/^words:gap-why\.unread/);
  });

  test.each([
    ['model: none looks for violence.graphic, hate.symbol', 'words:gap-why.unseen'],
    ['model: none looks for violence.graphic, hate.symbol, drawn for review', 'words:gap-why.unseen-drawn'],
  ])('of harm that no picture model knows: %s', (why, key) => {
    const said = gapSays({ status: 'skipped', why });
    expect(said).toEqual({ reading: null, code: null, key, what: ['violence.graphic', 'hate.symbol'] });
  });

  test.each([
    ['ocr: no_model', { reading: 'ocr', code: 'no_model', key: null }],
    ['facts: image_unreadable', { reading: 'facts', code: 'image_unreadable', key: null }],
    ['words of a newer server', { reading: null, code: null, key: null }],
  ])('of one reading of a picture: %s', (why, said) => expect(gapSays({ status: 'failed', why })).toEqual(said));
});

describe('the message of a rule', () => {
  test('is told from who saw it, as the server fills it in', () => {
    const both = rule({ id: 'seen', message: 'Reads as a threat, seen by {by}.' });
    const files = bundleOf({ 'global.yaml': global(both) });
    const input = testInput({ expect: 'match', scores: { 'hate.attack': 0.7 }, findings: ['hate.attack'] }, NOW);
    const said = evaluate(input, files, ['global']).decisions[0]?.rules[0]?.message ?? '';
    const { text, by } = messageSays(said);
    expect(text).toBe('Reads as a threat, seen by {{by}}.');
    expect(by.length).toBeGreaterThan(0);
    expect(said).toBe(`Reads as a threat, seen by ${by.join(' and ')}.`);
  });
  test('of another author stays as it is', () => {
    expect(messageSays('Ask Ana, seen by her')).toEqual({ text: 'Ask Ana, seen by her', by: [], written: null });
  });
  test('says apart that an unproven model alone spoke, and what the rule would have done', () => {
    const removes = rule({ id: 'r1', message: 'Reads as a threat, seen by {by}.', does: '{ action: remove }' });
    const input = testInput({ expect: 'match', scores: { 'hate.attack': 0.95 }, competence: 'none' }, NOW);
    const [hit] = evaluate(input, bundleOf({ 'global.yaml': global(removes) }), ['global']).decisions[0]?.rules ?? [];
    expect(hit?.action).toBe('review');
    const said = { text: 'Reads as a threat, seen by {{by}}.', by: ['the text model'], written: 'remove' };
    expect(messageSays(hit?.message ?? '')).toEqual(said);
  });
});

describe('a second opinion', () => {
  const word = { model: 'm', prompt: '1', rationale: '', doubtsRemoval: true };
  const finding = { severity: 3, confidence: 0.9, part: 'body', spans: [], rationale: '' } as const;
  const value: DeliberateEvidence = {
    opinions: [
      { ...word, findings: [{ ...finding, category: 'violence.threat', clause: 'safety-1' }] },
      { ...word, findings: [{ ...finding, category: 'hate.attack', clause: null }] },
    ],
    findings: [
      {
        category: 'fraud.scam',
        score: 0.8,
        calibrated: 0.8,
        severity: 2,
        source: 'opinion',
        detector: 'moderation:m 1',
        part: 'body',
        spans: [],
        view: 'raw',
      },
    ],
    moderation: 'read',
    reasons: ['score_band'],
  };
  test('has words for all that the policy records of it', () => {
    const deliberate = { status: 'found', ms: 1, version: '1', value } as const;
    const gaps = gapsOf({ deliberate }, { scores: { 'hate.attack': 0.95 } });
    const said = gaps.filter(({ status }) => status === 'opinion').map(({ why }) => opinionSays(why));
    expect(said).toContainEqual({
      key: 'words:gap-why.opinion',
      category: 'violence.threat',
      slots: { severity: '3', confidence: '0.90' },
      clause: 'safety-1',
    });
    expect(said).toContainEqual(expect.objectContaining({ category: 'hate.attack', clause: null }));
    expect(said).toContainEqual({
      key: 'words:gap-why.signal',
      category: 'fraud.scam',
      slots: { score: '0.80', detector: 'moderation:m 1' },
      clause: null,
    });
    expect(said).not.toContain(null);
    expect(opinionSays('doubts the removal')?.key).toBe('words:gap-why.doubt');
  });
  test('that a moderation endpoint did not add to names its code', () => {
    const deliberate = {
      status: 'found',
      ms: 1,
      version: '1',
      value: { ...value, moderation: 'llm_timeout' },
    } as const;
    const gap = gapsOf({ deliberate }).find(({ status }) => status === 'failed');
    expect(gap === undefined ? null : gapSays(gap)).toMatchObject({
      reading: 'moderation endpoint',
      code: 'llm_timeout',
    });
  });
});

test('a candidate that was replaced is no former bundle', () => {
  const activatedAt = '2026-06-01T00:00:00.000Z';
  expect(bundleWord({ state: 'retired', activatedAt })).toBe('retired');
  expect(bundleWord({ state: 'retired', activatedAt: null })).toBe('unused');
  expect(bundleWord({ state: 'candidate', activatedAt: null })).toBe('candidate');
});
