import { describe, expect, it } from 'vitest';
import type { EvidenceKey } from '../../src/domain.js';
import { checkStages, orderStages, STAGE_ORDER } from '../../src/stages/index.js';
import type { AnyStage, Stage } from '../../src/stages/stage.js';

const stage = (name: EvidenceKey, extra: Partial<Stage> = {}): AnyStage =>
  ({
    name,
    version: '1',
    reads: [],
    languages: '*',
    cost: 'free',
    timeoutMs: 1,
    when: () => ({ run: true }),
    run: async () => {
      throw new Error('not run here');
    },
    ...extra,
  }) as unknown as AnyStage;

describe('orderStages', () => {
  it('sorts any list into the order of the pipeline', () => {
    const shuffled = [...STAGE_ORDER].reverse().map((name) => stage(name));
    expect(orderStages(shuffled).map((one) => one.name)).toEqual(STAGE_ORDER);
  });
});

describe('checkStages', () => {
  const refuses = (stages: readonly AnyStage[], part: string) =>
    expect(() => checkStages(stages)).toThrowError(expect.objectContaining({ message: expect.stringContaining(part) }));

  it('refuses a key that is produced twice', () => refuses([stage('match'), stage('match')], 'match: produced twice'));
  it('refuses a read that points forward', () =>
    refuses([stage('language', { reads: ['match'] }), stage('match')], 'language: reads match'));
  it('refuses a stage that reads itself', () => refuses([stage('match', { reads: ['match'] })], 'match: reads match'));
  it('allows a read of a stage that this process does not run', () =>
    expect(() => checkStages([stage('classify', { reads: ['images'] })])).not.toThrow());
  it('refuses a stage without a time limit', () => refuses([stage('match', { timeoutMs: 0 })], 'no time limit'));
  it('refuses a stage without a version', () => refuses([stage('match', { version: '' })], 'no version'));
  it('refuses a paid stage that no policy has to ask for', () => {
    refuses([stage('deliberate', { cost: 'paid' })], 'deliberate: is paid');
    const gated = stage('deliberate', {
      cost: 'paid',
      when: (_input, needs) => (needs.wanted.has('deliberate') ? { run: true } : { run: false, why: 'not_needed' }),
    });
    expect(() => checkStages([gated])).not.toThrow();
  });
});
