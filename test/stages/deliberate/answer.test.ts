import { describe, expect, it } from 'vitest';
import { ANSWER_SHAPE, type AnswerFrame, readAnswer } from '../../../src/stages/deliberate/answer.js';
import { partsToSend } from '../../../src/stages/deliberate/parts.js';
import { normalise } from '../../../src/stages/normalise/index.js';

const BODY = 'Write ann@example.org, you  odd\nperson 👩‍👧!';
const frame: AnswerFrame = {
  parts: partsToSend(
    [
      { part: 'title', text: normalise('A title') },
      { part: 'body', text: normalise(BODY) },
    ],
    true,
  ),
  pictures: [0],
  clauses: new Set(['respect-1']),
  model: 'm-1',
  prompt: 'v1',
};
const finding = (change: object = {}) => ({
  category: 'harass.bully',
  severity: 2,
  confidence: 0.8,
  part: 'body',
  quote: 'odd person',
  clause: 'respect-1',
  rationale: 'Aimed at a person.',
  ...change,
});
const answer = (findings: readonly object[], change: object = {}) => ({
  findings,
  doubts_removal: false,
  rationale: 'ok',
  ...change,
});
const faultsOf = (json: unknown): string => {
  const read = readAnswer(json, frame);
  return 'faults' in read ? read.faults.join('\n') : '';
};
const findingsOf = (json: unknown) => {
  const read = readAnswer(json, frame);
  return 'opinion' in read ? read.opinion.findings : null;
};

describe('readAnswer', () => {
  it('keeps no signs that cannot be stored, whatever the note asked the model to write', () => {
    const said = answer([finding({ rationale: 'cut \ud83d' })], { rationale: 'nul \0' });
    expect(readAnswer(said, frame)).toMatchObject({
      opinion: { rationale: 'nul \ufffd', findings: [{ rationale: 'cut \ufffd' }] },
    });
  });

  it('points at the quoted words in the original, white space aside', () => {
    const [found] = findingsOf(answer([finding()])) ?? [];
    const [span] = found?.spans ?? [];
    expect(BODY.slice(span?.start, span?.end)).toBe('odd\nperson');
    expect(found).toMatchObject({ part: 'body', clause: 'respect-1', confidence: 0.8 });
  });

  it('a quoted mark stands for what it replaced', () => {
    const [span] = findingsOf(answer([finding({ quote: '[email]' })]))?.[0]?.spans ?? [];
    expect(BODY.slice(span?.start, span?.end)).toBe('ann@example.org');
  });

  it('finds the words where the part was mixed up, and takes brackets for its name', () => {
    expect(findingsOf(answer([finding({ part: 'title' })]))?.[0]?.part).toBe('body');
    expect(findingsOf(answer([finding({ part: '[body]' })]))?.[0]?.part).toBe('body');
  });

  it('needs no words for what a picture shows, if that picture was sent', () => {
    expect(findingsOf(answer([finding({ part: 'image:0', quote: '' })]))?.[0]).toMatchObject({
      part: 'image:0',
      spans: [],
    });
    expect(faultsOf(answer([finding({ part: 'image:1', quote: '' })]))).toContain('quote');
    expect(faultsOf(answer([finding({ part: 'body', quote: '' })]))).toContain('quote');
  });

  it('caps a severity at what its category can reach', () => {
    expect(findingsOf(answer([finding({ severity: 4 })]))?.[0]?.severity).toBe(2);
  });

  it.each<[string, unknown, string]>([
    ['words that nobody wrote', answer([finding({ quote: 'kind person' })]), 'findings.0.quote'],
    ['a clause of nobody', answer([finding({ clause: 'respect-9' })]), 'findings.0.clause'],
    ['an unknown category', answer([finding({ category: 'odd' })]), 'category'],
    ['a severity beyond the scale', answer([finding({ severity: 5 })]), 'severity'],
    ['half a severity', answer([finding({ severity: 2.5 })]), 'severity'],
    ['a confidence above one', answer([finding({ confidence: 1.1 })]), 'confidence'],
    ['a word more than asked', answer([], { action: 'allow' }), 'action'],
    ['less than asked', { findings: [] }, 'doubts_removal'],
    ['no object', null, 'answer'],
    ['an endless list', answer(Array.from({ length: 9 }, () => finding())), 'findings'],
  ])('refuses %s', (_name, json, place) => {
    expect(faultsOf(json)).toContain(place);
  });

  it('asks for the shape that it checks', () => {
    expect(ANSWER_SHAPE.schema).toMatchObject({
      additionalProperties: false,
      required: ['findings', 'doubts_removal', 'rationale'],
    });
  });
});
