import { expect, test } from 'vitest';
import { pipelineScorer } from '../../../src/cli/eval.js';
import type { Evidence } from '../../../src/domain.js';
import { testInput } from '../../../src/policy/test-evidence.js';
import type { Moderated, ModerateNow } from '../../../src/usecases/moderate.js';

const row = (text: string) => ({ text, language: 'en', labels: {}, source: '' });
const { evidence } = testInput({ expect: 'match', scores: { 'harass.bully': 0.9 } }, 0);
const answering =
  (classify: Evidence['classify']): ModerateNow =>
  async () =>
    ({ evidence: { ...evidence, classify } }) as Moderated;
const close = async (): Promise<void> => {};

test('the model is named with the version that it says, and a text without anything to read scores nothing', async () => {
  const scorer = pipelineScorer({ moderate: answering(evidence.classify), close }, 'folder');
  expect(scorer.model).toBe('folder');
  expect((await scorer.score(row('rude')))['harass.bully'].p).toBe(0.9);
  expect(scorer.model).toBe('test');
  const empty = pipelineScorer({ moderate: answering({ status: 'skipped', why: 'no_text' }), close }, 'folder');
  expect((await empty.score(row('')))['harass.bully']).toEqual({ score: 0, p: 0, calibrated: 0 });
});

test('a stage that could not answer ends the run: a gap is no score', async () => {
  const scorer = pipelineScorer({ moderate: answering({ status: 'skipped', why: 'no_model' }), close }, 'folder');
  await expect(scorer.score(row('rude'))).rejects.toMatchObject({ code: 'model_unavailable' });
});
