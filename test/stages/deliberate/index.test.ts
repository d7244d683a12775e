import { describe, expect, it } from 'vitest';
import { findingsOfOpinions } from '../../../src/stages/deliberate/findings.js';
import { deliberateStage, type OpinionSource } from '../../../src/stages/deliberate/index.js';
import { findingsOfModeration } from '../../../src/stages/deliberate/moderation-scores.js';
import { mayBeSent, type OpinionPlan } from '../../../src/stages/deliberate/plan.js';
import type { StageInput } from '../../../src/stages/stage.js';
import { noteOf } from '../../support/store.js';

const plan = (change: Partial<OpinionPlan> = {}): OpinionPlan => ({
  bundleHash: 'b',
  reasons: ['score_band'],
  regions: ['us'],
  redact: true,
  endpoints: null,
  budgets: [],
  clauses: [],
  ...change,
});
const input = (evidence: StageInput['evidence'] = {}): StageInput => ({
  sourceId: 'src_1',
  revisionId: 'rev_1',
  note: noteOf(),
  texts: [],
  evidence,
  repaired: false,
  now: 0,
});
const EMPTY = { opinions: [], findings: [], moderation: 'off', reasons: ['score_band'] } as const;
const source = (region: string | null = 'eu'): OpinionSource => ({
  region,
  dueUntil: async () => '2026-11-01T00:00:00.000Z',
  opinion: async () => EMPTY,
});
const wanted = new Set(['deliberate'] as const);

describe('the stage', () => {
  it('says why there is nobody to ask', () => {
    expect(deliberateStage('not_configured').when(input(), { wanted })).toEqual({ run: false, why: 'not_configured' });
    expect(deliberateStage('no_store').when(input(), { wanted })).toEqual({ run: false, why: 'no_store' });
  });

  it('runs only where the policy asks', () => {
    const stage = deliberateStage(source());
    expect(stage.when(input(), { wanted })).toEqual({ run: false, why: 'not_needed' });
    expect(stage.when(input(), { wanted, opinion: () => null })).toEqual({ run: false, why: 'not_needed' });
    expect(stage.when(input(), { wanted, opinion: () => plan() })).toEqual({ run: true });
  });

  it('waits for pictures before it asks', () => {
    const due = { images: { status: 'due', until: '2026-11-01T00:00:00.000Z' } } as const;
    expect(deliberateStage(source()).when(input(due), { wanted, opinion: () => plan() })).toMatchObject({ run: false });
  });

  it('sends nothing to an endpoint that a region of the note does not allow', () => {
    const opinion = () => plan({ endpoints: ['eu'] });
    expect(deliberateStage(source('us')).when(input(), { wanted, opinion })).toEqual({
      run: false,
      why: 'not_supported',
    });
    expect(deliberateStage(source('eu')).when(input(), { wanted, opinion })).toEqual({ run: true });
    expect(mayBeSent(plan({ endpoints: ['eu'] }), null)).toBe(false);
    expect(mayBeSent(plan({ endpoints: [] }), 'eu')).toBe(false);
  });

  it.each([
    ['there is no endpoint any more', { absent: 'not_configured' as const }, plan(), 'not_configured'],
    ['the note may not be sent any more', { region: 'us' }, plan({ endpoints: ['eu'] }), 'not_supported'],
  ])(
    'an earlier answer speaks again where %s; without one the stage is left out',
    async (_name, change, asked, skip) => {
      for (const has of [true, false]) {
        const stage = deliberateStage({ ...source(), ...change, has: async () => has });
        const one = input();
        expect(stage.when(one, { wanted, opinion: () => asked })).toEqual({ run: true });
        expect(await stage.dueUntil?.(one)).toEqual(has ? null : { skip });
      }
    },
  );

  it('where nobody can be asked and nobody wants to, it says the former', () => {
    const stage = deliberateStage({ ...source(), absent: 'not_configured', has: async () => false });
    expect(stage.when(input(), { wanted, opinion: () => null })).toEqual({ run: false, why: 'not_configured' });
  });

  it('takes the opinion of its source, and never without a plan', async () => {
    const stage = deliberateStage(source());
    const one = input();
    stage.when(one, { wanted, opinion: () => plan() });
    expect(await stage.dueUntil?.(one)).toBe('2026-11-01T00:00:00.000Z');
    expect(await stage.run(one, new AbortController().signal)).toEqual(EMPTY);
    await expect(stage.run(input(), new AbortController().signal)).rejects.toThrow('unasked');
    expect(await deliberateStage('no_store').dueUntil?.(one)).toBeNull();
  });
});

describe('findings', () => {
  it('of the moderation endpoint are ours, never calibrated above even odds', () => {
    const found = findingsOfModeration('m', {
      hate: 0.9,
      violence: 0.1,
      unheard: 0.9,
      sexual: Number.NaN,
      constructor: 0.9,
    });
    expect(found).toMatchObject([
      { category: 'hate.attack', score: 0.9, calibrated: 0.5, source: 'opinion', detector: 'moderation:m' },
    ]);
  });

  it('of opinions stand in one list with those of other detectors', () => {
    const seen = {
      category: 'hate.attack',
      severity: 3,
      confidence: 0.9,
      part: 'body',
      spans: [{ start: 0, end: 2 }],
      clause: null,
      rationale: 'x',
    } as const;
    const opinion = { model: 'm', prompt: '1', findings: [seen], doubtsRemoval: false, rationale: '' };
    expect(findingsOfOpinions({ ...EMPTY, opinions: [opinion] })).toMatchObject([
      { category: 'hate.attack', score: 0.9, calibrated: 0.5, detector: 'llm:m', spans: [{ start: 0, end: 2 }] },
    ]);
  });
});
