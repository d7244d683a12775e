import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openNsfwjs, type WatchedImageModel } from '../../src/adapters/image-model-nsfwjs.js';
import { codeOf } from '../../src/errors.js';
import type { Pixels } from '../../src/ports.js';
import { bundleWorker } from '../support/worker-process.js';

const signal = new AbortController().signal;
const LIMITS = { heapMb: 512, maxRssBytes: 1e9, timeoutMs: 60_000, recycleAfter: 2 };
const plain: Pixels = { width: 8, height: 8, rgb: new Uint8Array(192).fill(200), frame: 0, scale: 1 };

describe('nsfwjs in its process', () => {
  let bundle: Awaited<ReturnType<typeof bundleWorker>>;
  let folder = '';
  const models: WatchedImageModel[] = [];
  const open = (change: Partial<Parameters<typeof openNsfwjs>[0]> = {}): WatchedImageModel => {
    const model = openNsfwjs({ ...LIMITS, script: bundle.script, ...change });
    models.push(model);
    return model;
  };
  const misbehaving = async (body: string): Promise<string> => {
    const file = path.join(folder, `${models.length}.mjs`);
    await writeFile(file, body);
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
    const { labels } = await model.classify([menu, { ...plain, frame: 1 }], signal);
    expect(Object.keys(labels).sort()).toEqual(['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy']);
    expect(labels['Neutral']).toBeGreaterThan(0.5);
    expect(labels['Porn']).toBeLessThan(0.5);
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
