/** `polywarden moderate` with pictures: every reader is the real one, in its process; nothing is stored. */
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { moderateCommand } from '../../../src/cli/moderate.js';
import { composeImageModel } from '../../../src/compose/image-model.js';
import { composeImages, type Images } from '../../../src/compose/images.js';
import { readConfig } from '../../../src/config.js';
import { bundleWorker } from '../../support/worker-process.js';

const PICTURES = path.resolve('fixtures/images');
const CHILDREN = ['images/decode-child', 'ocr/ocr-child', 'images/nsfw-child'] as const;
const config = readConfig({ LOG_LEVEL: 'silent' });

interface Answer {
  readonly id: string;
  readonly texts: readonly { readonly part: string }[];
  readonly decisions: Readonly<Record<string, { readonly action: string }>>;
  readonly gaps: readonly { readonly stage: string; readonly why: string }[];
}

let dir = '';
let bundles: Awaited<ReturnType<typeof bundleWorker>>[] = [];
let images: Images;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'moderate-'));
  bundles = await Promise.all(CHILDREN.map((child) => bundleWorker(path.resolve('src/adapters', `${child}.ts`))));
  const [decode, ocr, nsfwjs] = bundles.map(({ script }) => script);
  const { readers, ...rest } = composeImages(config, decode, ocr);
  const model = composeImageModel(config, { nsfwjs: nsfwjs ?? '', hub: '' });
  images = { ...rest, readers: { ...readers, model } };
});
afterAll(async () => {
  await images.close();
  await images.readers.model?.close();
  await Promise.all(bundles.map((bundle) => bundle.remove()));
  await rm(dir, { recursive: true, force: true });
});

async function moderated(rows: readonly object[]): Promise<ReadonlyMap<string, Answer>> {
  const input = path.join(dir, 'notes.jsonl');
  const output = path.join(dir, 'out.jsonl');
  await writeFile(input, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const io = { stdin: Readable.from([]), stdout: new PassThrough(), stderr: new PassThrough() };
  expect(await moderateCommand(['--input', input, '--output', output, '--region', 'us'], io, config, images)).toBe(0);
  const lines = (await readFile(output, 'utf8')).trim().split('\n');
  return new Map(lines.map((line) => JSON.parse(line) as Answer).map((answer) => [answer.id, answer]));
}

describe('moderate with pictures', () => {
  it('judges words and codes on them like words, and never allows what it cannot read', async () => {
    for (const file of ['menu-en.png', 'qr-en.png', 'threat-de.jpg']) {
      await copyFile(path.join(PICTURES, file), path.join(dir, file));
    }
    const menu = await readFile(path.join(PICTURES, 'menu-en.png'));
    await writeFile(path.join(dir, 'cut.png'), menu.subarray(0, menu.length / 2));
    await writeFile(path.join(dir, 'archive.jpg'), 'PK\u0003\u0004 not a picture');
    await writeFile(path.join(dir, 'empty.png'), '');
    const rows = ['menu-en.png', 'qr-en.png', 'threat-de.jpg', 'cut.png', 'archive.jpg', 'empty.png', 'absent.png'];
    const answers = await moderated(rows.map((file) => ({ id: file, title: 'Today', text: '', images: [file] })));
    const said = rows.map((file) => {
      const { decisions, gaps = [], texts } = answers.get(file) ?? {};
      const lacks = gaps.filter(({ stage, why }) => stage === 'images' && !why.startsWith('model:'));
      return [file, decisions?.['us']?.action, texts?.map(({ part }) => part), lacks.map(({ why }) => why)];
    });
    const read = ['title', 'image:0'];
    expect(said).toEqual([
      ['menu-en.png', 'allow', read, []],
      ['qr-en.png', 'limit', expect.arrayContaining(['title', 'qr:0']), []],
      ['threat-de.jpg', expect.stringMatching(/^(?:review|hold)$/), read, []],
      ['cut.png', 'review', ['title'], ['image_unreadable']],
      ['archive.jpg', 'review', ['title'], ['image_unsupported']],
      ['empty.png', 'review', ['title'], ['image_unreadable']],
      ['absent.png', 'review', ['title'], ['file_unreadable']],
    ]);
  }, 120_000);
});
