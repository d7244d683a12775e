import { expect, it } from 'vitest';
import { summarise } from '../../src/api/note-answer.js';
import { EvidenceAnswer } from '../../src/api/schemas/note.js';
import { testInput } from '../../src/policy/test-evidence.js';

it('scores go with what they are worth in the language, and with the model that gave them', () => {
  const { evidence } = testInput({ expect: 'match', scores: { 'harass.bully': 0.9 }, competence: 'weak' }, 0);
  const answer = EvidenceAnswer.parse(summarise(evidence));
  expect(answer.scores['harass.bully']?.calibrated).toBe(0.9);
  expect(answer.competence['harass.bully']).toBe('weak');
  expect(answer.textModel).toEqual({ name: 'test', language: 'en' });
});

it('what no model read has neither', () => {
  const answer = EvidenceAnswer.parse(summarise({}));
  expect([answer.scores, answer.competence, answer.textModel]).toEqual([{}, {}, null]);
});
