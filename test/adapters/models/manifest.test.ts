import { access } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Manifest, readManifest } from '../../../src/adapters/models/manifest.js';
import { readImageOverlay, readOverlay, readTranslationOverlay } from '../../../src/adapters/models/overlays.js';

const MODELS = path.resolve('models');

test('the list reads; what is shipped is there, what is not has an overlay that reads', async () => {
  const { models } = await readManifest(MODELS);
  for (const entry of models) {
    const dir = path.join(MODELS, entry.folder);
    if (entry.source === 'shipped') {
      for (const name of entry.files) await access(path.join(dir, name));
    } else if (entry.kind === 'text-classification') {
      expect(readOverlay(dir), entry.folder).not.toBeNull();
    } else if (entry.kind === 'translation') {
      expect(readTranslationOverlay(dir), entry.folder).not.toBeNull();
    } else {
      expect(readImageOverlay(dir), entry.folder).not.toBeNull();
    }
  }
  const kinds = models.filter(({ source }) => source === 'hub').map(({ kind }) => kind);
  expect(new Set(kinds)).toEqual(new Set(['text-classification', 'translation', 'zero-shot-image-classification']));
});

test('a path that leaves the folder, a folder twice and an unknown key are refused', () => {
  const of = (change: object, more: readonly object[] = []) => ({
    version: 1,
    hub: 'https://hub.example',
    models: [
      { folder: 'a', kind: 'ngrams', source: 'shipped', about: 'x', licence: 'x', files: ['x.bin'], ...change },
      ...more,
    ],
  });
  expect(Manifest.safeParse(of({})).success).toBe(true);
  for (const name of ['../x', '/etc/x', 'a/../../x', 'a//b', '.hidden', 'C:\\x']) {
    expect(Manifest.safeParse(of({ files: [name] })).success, name).toBe(false);
  }
  const twice = { folder: 'a', kind: 'ngrams', source: 'shipped', about: 'y', licence: 'y', files: ['y.bin'] };
  expect(Manifest.safeParse(of({}, [twice])).success).toBe(false);
  expect(Manifest.safeParse(of({ colour: 'red' })).success).toBe(false);
  expect(Manifest.safeParse(of({ folder: '../up' })).success).toBe(false);
});
