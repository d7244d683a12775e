import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImageModel, type WatchedImageModel } from '../../src/adapters/image-model.js';
import { readImageOverlay } from '../../src/adapters/models/overlays.js';
import { composeImageModel } from '../../src/compose/image-model.js';
import { readConfig } from '../../src/config.js';
import { codeOf } from '../../src/errors.js';
import type { Pixels } from '../../src/ports.js';
import { must } from '../support/store.js';
import { bundleWorker } from '../support/worker-process.js';

const signal = new AbortController().signal;
const overlay = must(readImageOverlay(path.resolve('models/nsfwjs')));
const LIMITS = {
  name: 'nsfwjs',
  overlay,
  heapMb: 512,
  maxRssBytes: 1e9,
  startMs: 20_000,
  timeoutMs: 60_000,
  recycleAfter: 2,
};
const plain: Pixels = { width: 8, height: 8, rgb: new Uint8Array(192).fill(200), frame: 0, scale: 1 };

describe('nsfwjs in its process', () => {
  let bundle: Awaited<ReturnType<typeof bundleWorker>>;
  let folder = '';
  const models: WatchedImageModel[] = [];
  const open = (change: Partial<Parameters<typeof openImageModel>[0]> = {}): WatchedImageModel => {
    const model = openImageModel({ ...LIMITS, script: bundle.script, ...change });
    models.push(model);
    return model;
  };
  const misbehaving = async (body: string): Promise<string> => {
    const file = path.join(folder, `${models.length}.mjs`);
    await writeFile(file, `${body} process.send('ready');`);
    return file;
  };
  beforeAll(async () => {
    bundle = await bundleWorker(path.resolve(import.meta.dirname, '../../src/adapters/images/nsfw-child.ts'));
    folder = await mkdtemp(path.join(path.dirname(bundle.script), 'children-'));
  });
  afterAll(async () => {
    await Promise.all(models.map((model) => model.close()));
    await rm(folder, { recursive: true, force: true });
    await bundle.remove();
  });

  it('gives five labels, finds a menu neutral, and starts nothing before the first picture', async () => {
    const model = open();
    expect(model.started()).toBe(0);
    const file = path.resolve('fixtures/images/menu-en.png');
    const { data, info } = await sharp(file)
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const menu: Pixels = { width: info.width, height: info.height, rgb: data, frame: 0, scale: 1 };
    const { labels, scores } = await model.classify([menu, { ...plain, frame: 1 }], signal);
    expect(Object.keys(labels).sort()).toEqual(['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy']);
    expect(labels['Neutral']).toBeGreaterThan(0.5);
    expect(labels['Porn']).toBeLessThan(0.5);
    expect(Object.keys(scores ?? {}).sort()).toEqual(['sexual.explicit', 'sexual.suggestive']);
    expect(scores?.['sexual.explicit']?.calibrated).toBeLessThan(0.5);
    await model.classify([plain], signal);
    await model.classify([plain], signal);
    expect(model.started(), 'replaced after two pictures').toBe(2);
  });

  it.each([
    ['hangs', "process.on('message', () => { for (;;) {} });"],
    ['crashes', "process.on('message', () => process.abort());"],
    ['fails', "process.on('message', ({ id }) => process.send({ id, ok: false, code: 'internal', message: 'x' }));"],
  ])('says that it failed when the process %s', async (_how, body) => {
    const model = open({ script: await misbehaving(body), timeoutMs: 500 });
    expect(await model.classify([plain], signal).then(() => 'found', codeOf)).toBe('stage_failed');
  });
});

describe('a model of the hub in its process', () => {
  const MODELS_DIR = path.resolve(import.meta.dirname, 'tiny-models');
  const painted = (rgb: readonly [number, number, number]): Pixels => ({
    ...plain,
    rgb: Uint8Array.from({ length: 192 }, (_, at) => rgb[at % 3] ?? 0),
  });
  const RED = painted([250, 10, 10]);
  const LAKE = painted([30, 90, 160]);
  let bundle: Awaited<ReturnType<typeof bundleWorker>>;
  beforeAll(async () => {
    bundle = await bundleWorker(path.resolve(import.meta.dirname, '../../src/adapters/images/hub-model-child.ts'));
  });
  afterAll(() => bundle.remove());
  const open = (IMAGE_MODEL: string) =>
    composeImageModel(readConfig({ MODELS_DIR, IMAGE_MODEL }), { nsfwjs: '', hub: bundle.script });

  it.each([
    ['that knows labels', 'tiny-red', ['other', 'red']],
    ['that is asked in words', 'tiny-zero-shot', ['a lake', 'red things']],
  ])('%s: its labels are mapped to categories', async (_name, folder, labels) => {
    const model = must(open(folder));
    const red = await model.classify([LAKE, RED], signal);
    const lake = await model.classify([LAKE], signal);
    await model.close();
    expect(Object.keys(red.labels).sort()).toEqual(labels);
    expect(red.model).toBe(`${folder} overlay 1`);
    expect(red.scores?.['violence.graphic']?.calibrated).toBeGreaterThan(0.5);
    expect(lake.scores?.['violence.graphic']?.calibrated).toBeLessThan(0.5);
  });

  it('is refused at the start without its files or without an overlay', () => {
    expect(() => open('absent')).toThrowError(expect.objectContaining({ code: 'models_invalid' }));
    const named = readConfig({ MODELS_DIR: 'models', IMAGE_MODEL: 'nsfwjs' });
    expect(composeImageModel(named)?.model).toContain('nsfwjs');
    expect(composeImageModel(readConfig({ IMAGE_MODEL: 'off' }))).toBeNull();
  });
});
