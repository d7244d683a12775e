import path from 'node:path';
import { expect, test } from 'vitest';
import { composeTranslation, readGlossary } from '../../src/compose/translation.js';
import { readConfig } from '../../src/config.js';
import type { ChatModel } from '../../src/ports/llm.js';

const ids = { secret: () => 'x' };
const chat: ChatModel = {
  purpose: 'translation',
  model: 'm',
  region: null,
  seesImages: false,
  complete: async () => {
    throw new Error('not asked');
  },
};

test('off unless it is wished, whatever else is configured', () => {
  expect(composeTranslation(readConfig({}), chat, ids)).toBeNull();
});

test('each way of translating says what it lacks at start', () => {
  expect(() => composeTranslation(readConfig({ TRANSLATION: 'openai' }), null, ids)).toThrow(
    'TRANSLATION=openai needs',
  );
  expect(() => composeTranslation(readConfig({ TRANSLATION: 'local' }), null, ids)).toThrow('TRANSLATION_LOCAL_MODEL');
  const stranger = { TRANSLATION: 'local', TRANSLATION_LOCAL_MODEL: 'nobody' };
  expect(() => composeTranslation(readConfig(stranger), null, ids)).toThrowError(
    expect.objectContaining({ code: 'models_invalid' }),
  );
  expect(() => readConfig({ TRANSLATION: 'maybe' })).toThrow();
  expect(() => readConfig({ TRANSLATION_LOCAL_MODEL: '../up' })).toThrow();
  expect(() => readConfig({ TRANSLATION_TO: 'en,!' })).toThrow();
});

test('a local model by configuration alone', async () => {
  const env = { TRANSLATION: 'local', TRANSLATION_LOCAL_MODEL: 'tiny-translation', MODELS_DIR: 'fixtures/models' };
  const translation = composeTranslation(readConfig(env), null, ids);
  const order = { from: 'es', to: 'en', segments: ['hola'] };
  const answer = await translation?.translator.translate(order, new AbortController().signal);
  expect(answer?.texts).toHaveLength(1);
  expect(translation?.glossary.version).toBe('none');
  await translation?.close();
});

test('the shipped glossary reads, and the prompt has a version', () => {
  expect(readGlossary(path.resolve('models')).entries.length).toBeGreaterThan(3);
  const translation = composeTranslation(readConfig({ TRANSLATION: 'openai' }), chat, ids);
  expect(translation?.translator.model).toMatch(/^m@[0-9a-f]{12}$/u);
});
