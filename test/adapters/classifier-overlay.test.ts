/** A model from elsewhere: the shipped weights in the hub's layout under another name, known by an overlay file only. */
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { classifierFiles, openClassifier } from '../../src/adapters/classifier-transformers.js';
import type { Classifier } from '../../src/ports.js';
import { normaliseText } from '../../src/stages/normalise/text.js';

const SHIPPED = path.resolve('models/polywarden-text');
const signal = new AbortController().signal;

const roots: string[] = [];
async function folderWith(overlay: string): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), 'pw-overlay-'));
  roots.push(root);
  const dir = path.join(root, 'stranger');
  await mkdir(path.join(dir, 'onnx'), { recursive: true });
  await mkdir(path.join(root, 'overlays'));
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
    await cp(path.join(SHIPPED, name), path.join(dir, name));
  }
  const weights = path.join('onnx', 'model_quantized.onnx');
  await symlink(path.join(SHIPPED, weights), path.join(dir, weights));
  await writeFile(path.join(root, 'overlays', 'stranger.yaml'), overlay);
  return dir;
}
const OVERLAY = `
kind: text-classification
version: test
activation: sigmoid
labels:
  toxicity: { key: toxicity }
  harass.bully: { key: harass.bully, a: 0.9, b: 0.1 }
unused: [hate.attack, violence.threat, sexual.explicit, selfharm.risk, profanity.mild, authentic.spam]
competence: { en: { toxicity: weak } }
measured: a test
`;

let classifier: Classifier;
beforeAll(async () => {
  classifier = await openClassifier({ dir: await folderWith(OVERLAY) });
});
afterAll(async () => {
  await classifier.close();
  for (const root of roots) await rm(root, { recursive: true, force: true });
});

const read = (text: string) => classifier.classify([{ part: 'body', text: normaliseText(text) }], 'en', signal);

test('reads by the overlay: our keys, its competence, the words that carried the score', async () => {
  const text = 'Thanks for nothing. You are a stupid idiot and nobody likes you.';
  const rude = await read(text);
  const kind = await read('Thank you so much for the lovely recipe, my family enjoyed it.');
  expect(classifier.model).toBe('stranger@test');
  expect(rude.scores.toxicity.p).toBeGreaterThan(kind.scores.toxicity.p + 0.3);
  expect(rude.scores['hate.attack']).toEqual({ score: 0, p: 0, calibrated: 0 });
  expect(rude.competence).toMatchObject({ toxicity: 'weak', 'harass.bully': 'none' });
  const spans = rude.evidence.find(({ key }) => key === 'toxicity')?.spans ?? [];
  expect(spans.map(({ start, end }) => text.slice(start, end)).join(' ')).toMatch(/stupid|idiot/u);
});

test('an overlay that does not fit the model stops the start', async () => {
  const dir = await folderWith(OVERLAY.replace('hate.attack, ', 'hate.assault, '));
  await expect(openClassifier({ dir })).rejects.toMatchObject({
    code: 'models_invalid',
    message: expect.stringMatching(/no label hate.assault.*hate\.attack/u) as unknown,
  });
});

test('an overlay that is no overlay names the key', async () => {
  const bad = await folderWith(OVERLAY.replace('activation: sigmoid', 'activation: tanh'));
  await expect(openClassifier({ dir: bad })).rejects.toMatchObject({
    code: 'models_invalid',
    faults: [{ pointer: '/activation' }],
  });
  await expect(openClassifier({ dir: await folderWith('a: [') })).rejects.toMatchObject({ code: 'models_invalid' });
});

test('weights that are not there are model_missing; n-grams of ours are not asked for', async () => {
  const dir = await folderWith(OVERLAY.replace('version: test', 'version: test\ndtype: fp32'));
  await expect(openClassifier({ dir })).rejects.toMatchObject({ code: 'model_missing' });
  expect(classifierFiles(dir).some((file) => file.includes('ngrams'))).toBe(false);
  expect(classifierFiles(dir)).toContain(path.join(dir, 'onnx', 'model.onnx'));
});
