import { expect, test } from 'vitest';
import { judgeLabels, type LabelModel } from '../../../src/stages/classify/judge-labels.js';
import { Overlay } from '../../../src/stages/classify/overlay.js';
import { normaliseText } from '../../../src/stages/normalise/text.js';

/** Made up; no language has it. */
const HOT = 'grumblefax';

function model(): LabelModel & { readonly seen: string[] } {
  const seen: string[] = [];
  return {
    name: 'fake@1',
    labels: ['fine', 'rude'],
    explains: true,
    seen,
    overlay: Overlay.parse({
      kind: 'text-classification',
      version: '1',
      activation: 'softmax',
      labels: { rude: { key: 'harass.bully' } },
      unused: ['fine'],
      measured: 'made up',
    }),
    encode: (word) => [...word].map((_, i) => i),
    logits: async (text) => {
      seen.push(text);
      return text.includes(HOT) ? [0, 3] : [3, 0];
    },
  };
}
const read = (fake: LabelModel, text: string, signal = new AbortController().signal) =>
  judgeLabels(fake, [{ part: 'body', text: normaliseText(text) }], 'en', signal);

test('the highest window counts wherever it stands, and the word that carried it is named', async () => {
  const text = `${'plain words here '.repeat(40)}${HOT} ${'and more of them '.repeat(40)}`;
  const fake = model();
  const { scores, evidence, windows } = await read(fake, text);
  expect(windows).toBeGreaterThan(4);
  expect(scores['harass.bully'].p).toBeGreaterThan(0.9);
  expect(scores['hate.attack']).toEqual({ score: 0, p: 0, calibrated: 0 });
  expect(evidence.map(({ key, part }) => [key, part])).toEqual([['harass.bully', 'body']]);
  const carried = evidence[0]?.spans.map(({ start, end }) => text.slice(start, end)).join('|') ?? '';
  expect(carried).toContain(HOT);
  expect(carried.length).toBeLessThan(100);
});

test('every window of a long text is read', async () => {
  const fake = model();
  const words = Array.from({ length: 600 }, (_, i) => `w${i}`);
  await read(fake, words.join(' '));
  const seen = fake.seen.join(' ').split(' ');
  expect(words.filter((word) => !seen.includes(word))).toEqual([]);
});

test('an empty text reads as nothing, an aborted signal ends it', async () => {
  expect((await read(model(), ' ')).windows).toBe(0);
  await expect(read(model(), 'some words', AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});
