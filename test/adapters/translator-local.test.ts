/** The loading path of translation models, on one of random weights: what it writes means nothing. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openLocalTranslator } from '../../src/adapters/translator-local.js';

const MODELS = path.resolve('fixtures/models');
const signal = new AbortController().signal;
const tiny = openLocalTranslator({ dir: path.join(MODELS, 'tiny-translation') });
afterAll(() => tiny.close());

test('loads in the hub layout and writes one text for each segment, the same every time', async () => {
  const order = { from: 'es-MX', to: 'en-GB', segments: ['hola amigo', 'buenos dias'] };
  const first = await tiny.translate(order, signal);
  expect(first.texts).toHaveLength(2);
  expect(first.texts.every(({ text, confidence }) => text.length > 0 && confidence === null)).toBe(true);
  expect(first.texts[0]?.text).not.toBe(first.texts[1]?.text);
  expect(await tiny.translate(order, signal)).toEqual(first);
  expect(first).toMatchObject({ tokens: 0, micros: 0 });
});

test('knows its pairs and no others', async () => {
  expect(tiny.model).toBe('tiny-translation@test');
  expect(tiny.canTranslate('zh-Hans', 'en')).toBe(true);
  expect(tiny.canTranslate('en', 'es')).toBe(false);
  const order = { from: 'en', to: 'es', segments: ['hello'] };
  await expect(tiny.translate(order, signal)).rejects.toMatchObject({ code: 'language_unknown' });
});

test('an aborted signal ends it', async () => {
  const order = { from: 'es', to: 'en', segments: ['hola'] };
  await expect(tiny.translate(order, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});

test('without an overlay it is refused at start, without weights at the first text', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'pw-translate-'));
  await cp(MODELS, root, { recursive: true });
  expect(() => openLocalTranslator({ dir: path.join(root, 'nobody') })).toThrowError(
    expect.objectContaining({ code: 'models_invalid' }),
  );
  await rm(path.join(root, 'tiny-translation', 'onnx'), { recursive: true });
  const broken = openLocalTranslator({ dir: path.join(root, 'tiny-translation') });
  const order = { from: 'es', to: 'en', segments: ['hola'] };
  await expect(broken.translate(order, signal)).rejects.toMatchObject({ code: 'model_missing' });
  await rm(root, { recursive: true });
});
