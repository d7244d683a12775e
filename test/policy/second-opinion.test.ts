import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPolicyFiles } from '../../src/adapters/policy-folder.js';
import { CATEGORY_IDS } from '../../src/categories.js';
import {
  ACTIONS,
  DETECTOR_KINDS,
  type DeliberateEvidence,
  type Evidence,
  type Gap,
  type OpinionFinding,
  type Outcome,
  SCORE_KEYS,
} from '../../src/domain.js';
import { compileBundle } from '../../src/policy/bundle.js';
import { evaluate } from '../../src/policy/evaluate.js';
import type { Bundle } from '../../src/policy/model.js';
import type { RegionSettings } from '../../src/policy/schema.js';
import { mergeOpinion, VISIBILITY, wordOfOpinions } from '../../src/policy/second-opinion.js';
import { testInput } from '../../src/policy/test-evidence.js';

type OpinionSettings = RegionSettings['opinions'];
const NOW = Date.parse('2026-11-01T00:00:00Z');
let bundle: Bundle;
beforeAll(async () => {
  bundle = compileBundle(await readPolicyFiles(path.resolve('policies')));
});

const score = fc.double({ min: 0, max: 1, noNaN: true });
const note = fc.record({
  expect: fc.constant('match' as const),
  scores: fc.record(Object.fromEntries(SCORE_KEYS.map((key) => [key, score])), { requiredKeys: [] }),
  competence: fc.constantFrom('validated' as const, 'weak' as const, 'none' as const),
  language: fc.constantFrom('en', 'de', 'zh-Hans', 'und', 'am'),
  flags: fc.uniqueArray(fc.constantFrom('education' as const, 'news' as const, 'quotation' as const), { maxLength: 2 }),
  findings: fc.array(
    fc.record({
      category: fc.constantFrom(...CATEGORY_IDS),
      score,
      severity: fc.integer({ min: 0, max: 4 }),
      source: fc.constantFrom(...DETECTOR_KINDS),
    }),
    { maxLength: 5 },
  ),
});
const severity = fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const, 4 as const);
const opinion = fc.record({
  model: fc.constant('m'),
  prompt: fc.constant('1'),
  doubtsRemoval: fc.boolean(),
  rationale: fc.string(),
  findings: fc.array(
    fc.record({
      category: fc.constantFrom(...CATEGORY_IDS),
      severity,
      confidence: score,
      part: fc.constant('body' as const),
      spans: fc.constant([]),
      clause: fc.constantFrom(null, 'respect-1'),
      rationale: fc.string(),
    }),
    { maxLength: 4 },
  ),
});
const signal = fc.record({
  category: fc.constantFrom(...CATEGORY_IDS),
  score,
  calibrated: score,
  severity,
  source: fc.constant('opinion' as const),
  detector: fc.constant('moderation:m'),
  part: fc.constant('body' as const),
  spans: fc.constant([]),
  view: fc.constant('raw' as const),
});
/** All that the stage can end in, whatever the model was talked into. */
const outcome: fc.Arbitrary<Outcome<DeliberateEvidence>> = fc.oneof(
  fc
    .record({
      opinions: fc.array(opinion, { maxLength: 2 }),
      findings: fc.array(signal, { maxLength: 2 }),
      moderation: fc.constantFrom('off' as const, 'read' as const, 'llm_timeout' as const),
      reasons: fc.constant(['score_band' as const]),
    })
    .map((value) => ({ status: 'found' as const, value, ms: 1, version: '1' })),
  fc
    .constantFrom('llm_refused' as const, 'llm_bad_answer' as const, 'llm_timeout' as const, 'llm_over_budget' as const)
    .map((code) => ({ status: 'failed' as const, code, message: '' })),
  fc.constant({ status: 'skipped' as const, why: 'not_supported' as const }),
  fc.constant({ status: 'due' as const, until: '2026-10-01T00:00:00Z' }),
);

const judge = (input: ReturnType<typeof testInput>, deliberate: Evidence['deliberate']) => {
  const { decisions } = evaluate({ ...input, evidence: { ...input.evidence, deliberate } }, bundle, []);
  return new Map(decisions.flatMap((decision) => decision.regions.map((region) => [region, decision] as const)));
};

describe('the law of second opinions', () => {
  it('no outcome makes a note more visible in any region than the rules alone', () => {
    fc.assert(
      fc.property(note, outcome, (fields, deliberate) => {
        const input = testInput(fields, NOW);
        const alone = judge(input, { status: 'skipped', why: 'not_configured' });
        const together = judge(input, deliberate);
        for (const [region, { action }] of alone) {
          const now = together.get(region);
          // No decision yet means that something is due, and nothing is allowed.
          if (now === undefined) expect(deliberate.status).toBe('due');
          else expect(VISIBILITY[now.action], `${action} -> ${now.action}`).toBeLessThanOrEqual(VISIBILITY[action]);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('rules fire as they do without it, and side actions stay', () => {
    fc.assert(
      fc.property(note, outcome, (fields, deliberate) => {
        const input = testInput(fields, NOW);
        const together = judge(input, deliberate);
        for (const [region, decision] of judge(input, { status: 'skipped', why: 'not_configured' })) {
          const now = together.get(region);
          if (now === undefined) continue;
          expect(now.rules.map(({ rule }) => rule)).toEqual(decision.rules.map(({ rule }) => rule));
          expect(now.sideActions).toEqual(decision.sideActions);
        }
      }),
    );
  });

  it('mergeOpinion over every action', () => {
    for (const base of ACTIONS) {
      for (const wish of ['allow', 'review', 'hold'] as const) {
        for (const doubtsRemoval of [true, false]) {
          const merged = mergeOpinion(base, { wish, doubtsRemoval });
          expect(VISIBILITY[merged]).toBeLessThanOrEqual(VISIBILITY[base]);
          // Twice the same word changes nothing.
          expect(mergeOpinion(merged, { wish, doubtsRemoval: false })).toBe(merged);
        }
      }
    }
  });
});

describe('an opinion', () => {
  const grave = (confidence: number, doubtsRemoval = false): Outcome<DeliberateEvidence> => ({
    status: 'found',
    ms: 1,
    version: '1',
    value: {
      reasons: ['score_band'],
      moderation: 'off',
      findings: [],
      opinions: [
        {
          model: 'm',
          prompt: '1',
          doubtsRemoval,
          rationale: '',
          findings: [
            {
              category: 'violence.threat',
              severity: 3,
              confidence,
              part: 'body',
              spans: [],
              clause: null,
              rationale: '',
            },
          ],
        },
      ],
    },
  });
  const calm = () => testInput({ expect: 'match', language: 'en' }, NOW);

  it('holds a harmless looking note that it takes for grave, and says so', () => {
    const decision = judge(calm(), grave(0.9)).get('us');
    expect(decision).toMatchObject({ action: 'hold', category: 'violence.threat', severity: 3, ground: null });
    expect(decision?.gaps).toContainEqual({
      stage: 'deliberate',
      status: 'opinion',
      why: 'violence.threat, severity 3, confidence 0.90',
      action: 'hold',
    });
  });

  it('turns a removal that it doubts into a hold, and nothing else into anything', () => {
    const removed = testInput({ expect: 'match', language: 'en', scores: { 'hate.attack': 0.97 } }, NOW);
    const doubting = grave(0.1, true);
    expect(judge(removed, { status: 'skipped', why: 'not_configured' }).get('us')?.action).toBe('remove');
    const decision = judge(removed, doubting).get('us');
    expect(decision).toMatchObject({ action: 'hold', category: 'hate.attack' });
    expect(decision?.gaps.map(({ why }) => why)).toContain('doubts the removal');
    expect(judge(calm(), doubting).get('us')).toMatchObject({ action: 'allow', gaps: [] });
  });

  it('does nothing below the least confidence', () => {
    expect(judge(calm(), grave(0.3)).get('us')?.action).toBe('allow');
  });

  it('that failed or may not be asked for goes to a person; where there is no model at all, the rules stand alone', () => {
    expect(judge(calm(), { status: 'failed', code: 'llm_timeout', message: '' }).get('us')?.action).toBe('review');
    expect(judge(calm(), { status: 'skipped', why: 'not_supported' }).get('us')?.action).toBe('review');
    expect(judge(calm(), { status: 'skipped', why: 'not_configured' }).get('us')?.action).toBe('allow');
  });

  it('that is due leaves nothing allowed until its deadline', () => {
    const due = { status: 'due', until: '2026-11-01T00:01:00Z' } as const;
    const input = calm();
    const result = evaluate({ ...input, evidence: { ...input.evidence, deliberate: due } }, bundle, ['us']);
    expect(result).toMatchObject({ pending: true, decisions: [] });
  });
});

describe('several words', () => {
  const settings = (): OpinionSettings => {
    const region = bundle.regions.get('global');
    if (region === undefined) throw new Error('no global');
    return region.settings.opinions;
  };
  const finding = (rest: Partial<OpinionFinding>): OpinionFinding => ({
    category: 'hate.attack',
    severity: 2,
    confidence: 0.9,
    part: 'body',
    spans: [],
    clause: null,
    rationale: '',
    ...rest,
  });
  const word = (findings: readonly OpinionFinding[], gaps: readonly Gap[] = []) => {
    const value: DeliberateEvidence = {
      opinions: [{ model: 'm', prompt: '1', findings, doubtsRemoval: false, rationale: '' }],
      findings: [],
      moderation: 'off',
      reasons: ['score_band'],
    };
    const deliberate = { status: 'found' as const, value, ms: 1, version: '1' };
    const { evidence } = testInput({ expect: 'match' }, NOW);
    return wordOfOpinions({ evidence: { ...evidence, deliberate } }, gaps, settings());
  };
  it('the strongest asks, the gravest gives its name, of equals the surest', () => {
    const [sure, unsure] = [finding({ category: 'fraud.scam', confidence: 0.95 }), finding({ confidence: 0.7 })];
    for (const order of [
      [sure, unsure],
      [unsure, sure],
    ]) {
      expect(word(order)).toMatchObject({ wish: 'review', category: 'fraud.scam', severity: 2 });
    }
    const grave = finding({ category: 'selfharm.promote', severity: 4, clause: 'respect-1' });
    for (const order of [
      [sure, grave],
      [grave, sure],
    ]) {
      expect(word(order)).toMatchObject({ wish: 'hold', category: 'selfharm.promote', severity: 4 });
    }
  });
  it('a clause is named where it was one, and nothing in its place', () => {
    expect(word([finding({}), finding({ clause: 'respect-1' })]).gaps.map(({ why }) => why)).toEqual([
      'hate.attack, severity 2, confidence 0.90',
      'hate.attack, severity 2, confidence 0.90, respect-1',
    ]);
  });
  it('a lack of its own stage that a region answers with less than a look asks for nothing', () => {
    const lack: Gap = { stage: 'deliberate', status: 'failed', why: 'llm_timeout', action: 'warn' };
    const other: Gap = { stage: 'match', status: 'failed', why: 'internal', action: 'hold' };
    expect(word([], [lack, other])).toMatchObject({ wish: 'allow', category: null, gaps: [lack] });
  });
});
