import { mkdir, mkdtemp, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClassifier } from '../../src/adapters/classifier-transformers.js';
import { SCORE_KEYS } from '../../src/domain.js';
import type { ClassifiedText, Classifier } from '../../src/ports.js';
import { normaliseText } from '../../src/stages/normalise/text.js';

const signal = new AbortController().signal;
let classifier: Classifier;
beforeAll(async () => {
  classifier = await openClassifier({ dir: path.resolve('models/polywarden-text') });
});
afterAll(() => classifier.close());

const read = (text: string, language = 'en'): Promise<ClassifiedText> =>
  classifier.classify([{ part: 'body', text: normaliseText(text) }], language, signal);

test('the shipped model tells a rude line from a kind one, and shows where', async () => {
  const text = 'Thanks for nothing. You are a stupid idiot and nobody likes you.';
  const rude = await read(text);
  const kind = await read('Thank you so much for the lovely recipe, my family enjoyed it.');
  expect(rude.scores.toxicity.calibrated).toBeGreaterThan(0.5);
  expect(kind.scores.toxicity.calibrated).toBeLessThan(0.5);
  const spans = rude.evidence.find(({ key }) => key === 'toxicity')?.spans ?? [];
  expect(spans.map(({ start, end }) => text.slice(start, end)).join(' ')).toMatch(/stupid|idiot/u);
  expect(kind.evidence.filter(({ key }) => key === 'toxicity')).toEqual([]);
});

test('scores are complete and finite for odd texts in any script', async () => {
  const odd = [
    '',
    ' ',
    '🤡',
    '\u0000',
    '\ud800 lone',
    'ก็'.repeat(500),
    'שלום עולם',
    'a\u0301'.repeat(2_000),
    '。'.repeat(300),
  ];
  for (const text of odd) {
    const { scores } = await read(text, 'und');
    expect(Object.keys(scores)).toEqual([...SCORE_KEYS]);
    for (const { score, p, calibrated } of Object.values(scores)) {
      expect([score, p, calibrated].every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  }
});

test('the same text gives the same scores', async () => {
  const [first, second] = [await read('a quiet evening by the sea'), await read('a quiet evening by the sea')];
  expect(first.scores).toEqual(second.scores);
});

test('a folder without a model is model_missing', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'pw-model-'));
  await expect(openClassifier({ dir })).rejects.toMatchObject({ code: 'model_missing' });
  await rmdir(dir);
});

test('a calibration that would flag every text is no model', async () => {
  const parent = await mkdtemp(path.join(tmpdir(), 'pw-model-'));
  const dir = path.join(parent, 'text');
  await mkdir(dir);
  for (const name of ['config.json', 'competence.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx']) {
    await symlink(path.resolve('models/polywarden-text', name), path.join(dir, name));
  }
  await symlink(path.resolve('models/polywarden-ngrams'), path.join(parent, 'polywarden-ngrams'));
  const head = { encoder: 0.5, ngrams: 0.5, b: 0, flag: 0, sure: 0.9, clear: 0.2 };
  const calibration = { version: 'x', languages: { '*': { toxicity: head } } };
  await writeFile(path.join(dir, 'calibration.json'), JSON.stringify(calibration));
  await expect(openClassifier({ dir })).rejects.toMatchObject({
    code: 'model_missing',
    cause: { message: expect.stringContaining('flag') },
  });
  await rm(parent, { recursive: true });
});

test('an aborted signal comes back as it is', async () => {
  const stop = AbortSignal.abort(new Error('enough'));
  const texts = [{ part: 'body' as const, text: normaliseText('some words') }];
  await expect(classifier.classify(texts, 'en', stop)).rejects.toThrow('enough');
});
