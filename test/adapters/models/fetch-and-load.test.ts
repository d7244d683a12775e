/** The whole way of a model from elsewhere: fetched from a hub on loopback (the shipped weights), then loaded by its overlay. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openClassifier } from '../../../src/adapters/classifier-transformers.js';
import { fetchModel } from '../../../src/adapters/models/fetch-model.js';
import { normaliseText } from '../../../src/stages/normalise/text.js';
import { openHub } from '../../support/hub.js';

const SHIPPED = path.resolve('models/polywarden-text');
const NAMES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model_quantized.onnx'];
const OVERLAY = `
kind: text-classification
version: test
activation: sigmoid
labels: { toxicity: { key: toxicity } }
unused: [hate.attack, harass.bully, violence.threat, sexual.explicit, selfharm.risk, profanity.mild, authentic.spam]
measured: a test
`;

test('fetched, checked, loaded', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'pw-fetched-'));
  const files = await Promise.all(NAMES.map(async (name) => [name, await readFile(path.join(SHIPPED, name))] as const));
  const hub = await openHub('someone/stranger', Object.fromEntries(files));
  hub.redirects = true;
  hub.cuts.set('onnx/model_quantized.onnx', [5_000_000]);
  try {
    const dir = path.join(root, 'stranger');
    const entry = {
      folder: 'stranger',
      kind: 'text-classification',
      about: 'a test',
      licence: 'Apache-2.0',
      source: 'hub',
      repo: 'someone/stranger',
      revision: null,
      max_bytes: 100_000_000,
      select: 'TEXT_MODEL=stranger',
      files: NAMES.map((name) => ({ path: name, sha256: null, bytes: null })),
    } as const;
    await fetchModel(
      { entry: { ...entry, files: [...entry.files] }, dir, hub: hub.url, pauseMs: 1 },
      new AbortController().signal,
    );
    await mkdir(path.join(root, 'overlays'));
    await writeFile(path.join(root, 'overlays', 'stranger.yaml'), OVERLAY);
    const classifier = await openClassifier({ dir });
    const texts = [{ part: 'body' as const, text: normaliseText('You are a stupid idiot and nobody likes you.') }];
    const { scores } = await classifier.classify(texts, 'en', new AbortController().signal);
    expect(scores.toxicity.p).toBeGreaterThan(0.5);
    await classifier.close();
  } finally {
    await hub.close();
    await rm(root, { recursive: true });
  }
});
