import { describe, expect, it } from 'vitest';
import { answerRow } from '../../../src/cli/moderate/answer.js';
import { EVIDENCE_KEYS, type Evidence, SCORE_KEYS, type SkipReason } from '../../../src/domain.js';

const rowOf = (why: SkipReason) => {
  const evidence = Object.fromEntries(EVIDENCE_KEYS.map((key) => [key, { status: 'skipped', why }])) as Evidence;
  const evaluation = { decisions: [], pending: false, bundleHash: 'x' };
  return answerRow('a', { evidence, evaluation, texts: [], ms: 1 });
};

describe('scores', () => {
  it('are complete and zero for a note without text: nothing is in it, whatever a model says', () => {
    const { scores } = rowOf('no_text');
    expect(Object.keys(scores)).toEqual([...SCORE_KEYS]);
    expect(Object.values(scores)).toEqual(SCORE_KEYS.map(() => ({ score: 0, p: 0, calibrated: 0 })));
  });

  it.each(['no_model', 'not_selected'] as const)('are absent when nobody looked (%s): a zero would pretend', (why) => {
    expect(rowOf(why).scores).toEqual({});
  });
});
