import { cp, mkdtemp, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { classifierFiles, openClassifier } from '../../src/adapters/classifier-transformers.js';
import { checkModelFiles, laterClassifier } from '../../src/compose/later-models.js';

const MODELS = path.join(import.meta.dirname, '..', '..', 'models');
const relative = classifierFiles(path.join(MODELS, 'polywarden-text')).map((file) => path.relative(MODELS, file));

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'polywarden-models-'));
  for (const file of relative) await cp(path.join(MODELS, file), path.join(dir, file));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const present = () => classifierFiles(path.join(dir, 'polywarden-text'));

describe('the files of the text model', () => {
  it('are all that it needs', async () => {
    await checkModelFiles(present());
    const classifier = await openClassifier({ dir: path.join(dir, 'polywarden-text') });
    await classifier.close();
  });

  it('say how far it was measured for a language, also when it is opened late', async () => {
    const classifier = laterClassifier('later', () => openClassifier({ dir: path.join(dir, 'polywarden-text') }));
    expect(await classifier.competence?.('en')).toMatchObject({ toxicity: 'validated' });
    expect(await classifier.competence?.('it')).toMatchObject({ toxicity: 'none' });
    await classifier.close();
  });

  it.each(relative)('a start without %s says model_missing', async (file) => {
    await unlink(path.join(dir, file));
    await expect(checkModelFiles(present())).rejects.toMatchObject({ code: 'model_missing' });
  });
});

it('a model that fails to open while it is closed is no fault of the stop', async () => {
  let fail = (): void => undefined;
  const never = new Promise<never>((_resolve, reject) => {
    fail = () => reject(new Error('no such file'));
  });
  const classifier = laterClassifier('later', () => never);
  const asked = Promise.allSettled([classifier.classify([], 'en', new AbortController().signal)]);
  const closed = classifier.close();
  fail();
  await closed;
  expect(await asked).toMatchObject([{ status: 'rejected' }]);
});
