import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calmReaders, isAllowed } from '../../bench/picture-verdict.js';
import { decodeImage } from '../../src/adapters/images/decode-image.js';
import { DECODE_LIMITS } from '../../src/adapters/images/decode-image-limits.js';
import { openTextReader, type WatchedTextReader } from '../../src/adapters/ocr-tesseract.js';
import { loadBundle } from '../../src/adapters/policy-folder.js';
import { codeOf } from '../../src/errors.js';
import type { Pixels } from '../../src/ports.js';
import { readImage } from '../../src/stages/images/read-image.js';
import { bundleWorker } from '../support/worker-process.js';

const OPTIONS = { startMs: 20_000, timeoutMs: 20_000, maxRssBytes: 1e9, recycleAfter: 3 };
const signal = new AbortController().signal;
const SAYS_READY = "process.send('ready');";
const blank: Pixels = { width: 40, height: 30, rgb: new Uint8Array(40 * 30 * 3).fill(255), frame: 0, scale: 1 };

/** Bytes, since the decoder shuts out every loader of files. */
const bytesOf = (file: string): Promise<Buffer> =>
  readFile(path.resolve(import.meta.dirname, '../../fixtures/images', file));

async function picture(file: string, turnDegrees = 0): Promise<Pixels> {
  const bytes = await bytesOf(file);
  const { data, info } = await sharp(bytes)
    .autoOrient()
    .rotate(turnDegrees, { background: '#ffffff' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: new Uint8Array(data), frame: 0, scale: 1 };
}

describe('the reading process', () => {
  let bundle: Awaited<ReturnType<typeof bundleWorker>>;
  let folder = '';
  const readers: WatchedTextReader[] = [];
  const open = (change: Partial<Parameters<typeof openTextReader>[0]> = {}): WatchedTextReader => {
    const reader = openTextReader({ ...OPTIONS, script: bundle.script, ...change });
    readers.push(reader);
    return reader;
  };
  /** A child that misbehaves as the words say. */
  const misbehaving = async (body: string): Promise<string> => {
    const file = path.join(folder, `${readers.length}.mjs`);
    await writeFile(file, body);
    return file;
  };
  const codeFor = (reader: WatchedTextReader): Promise<string> =>
    reader.read([blank], [], signal).then(
      () => 'read',
      (error: unknown) => codeOf(error),
    );

  beforeAll(async () => {
    bundle = await bundleWorker(path.resolve(import.meta.dirname, '../../src/adapters/ocr/ocr-child.ts'));
    folder = await mkdtemp(path.join(path.dirname(bundle.script), 'children-'));
  });
  afterAll(async () => {
    await Promise.all(readers.map((reader) => reader.close()));
    await rm(folder, { recursive: true, force: true });
    await bundle.remove();
  });

  it.each([
    ['menu-en.png', 'Lunch menu\nTomato soup with bread\nGreen salad\nApple cake'],
    ['threat-es-rotated.jpg', 'Sé dónde vives\ny te voy a hacer daño.\nTe voy a matar.'],
    ['contact-zh-hans.png', '喜欢的姐妹加我微信\nearring_demo88\n发你价格表'],
    ['gambling-zh-hans.webp', '线上赌场 百家乐真人荷官\n注册送88元彩金\n点链接下注'],
    ['insult-ru.png', 'Ты идиот и дурак,\nзаткнись уже.'],
    ['insult-ko.png', '너 진짜 바보\n멍청이 찌질이구나.'],
    ['threat-ar.png', 'أعرف أين تسكن،\nسوف أقتلك.'],
    ['poem-th.png', 'วันนี้อากาศดีมาก\nเราไปเดินเล่นที่สวน'],
  ])('reads %s without being told the language', async (file, truth) => {
    const reader = open();
    const { text } = await reader.read([await picture(file)], [], signal);
    const letters = (said: string): string => said.normalize('NFKC').replace(/[^\p{L}\p{N}]/gu, '');
    expect(letters(text)).toBe(letters(truth));
    expect(text.split('\n')).toHaveLength(truth.split('\n').length);
    await reader.close();
  });

  it('reads a long picture in pieces, and says where each word stands', async () => {
    const stood = [
      ['menu-en.png', 200],
      ['contact-zh-hans.png', 4_100],
      ['insult-ru.png', 8_600],
    ] as const;
    const layers = await Promise.all(stood.map(async ([file, top]) => ({ input: await bytesOf(file), left: 50, top })));
    const long = await sharp({ create: { width: 1_000, height: 9_000, channels: 3, background: '#fff' } })
      .composite(layers)
      .png()
      .toBuffer();
    const { pieces } = await decodeImage(long, DECODE_LIMITS);
    const { text, words } = await open({ timeoutMs: 60_000 }).read(pieces, [], signal);
    for (const [said, top] of [
      ['Tomato', 200],
      ['earring_demo88', 4_100],
      ['дурак', 8_600],
    ] as const) {
      const at = text.indexOf(said);
      const box = words.find(({ span }) => span.start <= at && at < span.end)?.box;
      expect(box?.top, said).toBeGreaterThan(top);
      expect(box?.top, said).toBeLessThan(top + 475);
    }
    expect(text.split('Tomato')).toHaveLength(2);
  });

  it.each([30, 90, 180, 270])('reads a picture that is turned by %i degrees', async (turn) => {
    const reader = open();
    const { text, words } = await reader.read([await picture('menu-en.png', turn)], [], signal);
    expect(text).toContain('Tomato soup with bread');
    expect(text).toContain('Lunch menu');
    const place = (word: string) => words.find(({ span }) => text.slice(span.start, span.end) === word)?.box;
    const [lunch, apple] = [place('Lunch'), place('Apple')];
    const down = { x: (apple?.left ?? 0) - (lunch?.left ?? 0), y: (apple?.top ?? 0) - (lunch?.top ?? 0) };
    // From the first line to the last, as the picture lies.
    const [sin, cos] = [Math.sin((turn * Math.PI) / 180), Math.cos((turn * Math.PI) / 180)];
    expect(down.y * cos - down.x * sin).toBeGreaterThan(200);
    await reader.close();
  });

  it('reads what a mirror shows', async () => {
    const reader = open();
    const { width, height, rgb, ...rest } = await picture('menu-en.png');
    const flopped = await sharp(rgb, { raw: { width, height, channels: 3 } })
      .flop()
      .raw()
      .toBuffer();
    const { text } = await reader.read([{ width, height, rgb: new Uint8Array(flopped), ...rest }], [], signal);
    expect(text).toContain('Green salad');
    await reader.close();
  });

  it('keeps the spaces between letters that stand apart', async () => {
    const reader = open();
    const { text } = await reader.read([await picture('cloaked-zh-hans.png')], [], signal);
    expect(text.toLowerCase()).toMatch(/wechat\n.*w e c h a t\nearring_demo88\n/);
    await reader.close();
  });

  it('knows where each word stands, on a slanted picture and in original pixels too', async () => {
    const reader = open();
    for (const [turn, scale] of [
      [0, 1],
      [4, 2],
    ] as const) {
      const pixels = { ...(await picture('menu-en.png', turn)), scale };
      const { text, words } = await reader.read([pixels], [], signal);
      const boxOf = (word: string) => words.find(({ span }) => text.slice(span.start, span.end) === word)?.box;
      const [lunch, apple, soup] = [boxOf('Lunch'), boxOf('Apple'), boxOf('soup')];
      if (lunch === undefined || apple === undefined || soup === undefined) throw new Error(`not read: ${text}`);
      // Drawn at 56 px from x 50 on, lines 95 px apart.
      expect(Math.abs(lunch.left / scale - 50)).toBeLessThan(40);
      expect((apple.top - lunch.top) / scale).toBeGreaterThan(240);
      expect((apple.top - lunch.top) / scale).toBeLessThan(330);
      expect(soup.left / scale).toBeGreaterThan(240);
      for (const { box } of words) {
        expect(box.left + box.width).toBeLessThanOrEqual(pixels.width * scale + 40);
        expect(box.height / scale).toBeLessThan(130);
      }
    }
  });

  it('finds nothing where nothing is written, and takes any size', async () => {
    const reader = open();
    for (const [width, height] of [
      [1, 1],
      [3, 900],
      [900, 2],
      [64, 64],
    ] as const) {
      const pixels = { ...blank, width, height, rgb: new Uint8Array(width * height * 3).fill(128) };
      expect(await reader.read([pixels], [], signal)).toEqual({ text: '', words: [], confidence: 0, languages: [] });
    }
    expect(reader.started(), 'replaced after three pictures').toBe(2);
  });

  it('is killed when it hangs, and the next picture gets a new one', async () => {
    const script = await misbehaving(`process.on('message', () => { for (;;) {} }); ${SAYS_READY}`);
    const reader = open({ script, timeoutMs: 300 });
    expect(await codeFor(reader)).toBe('ocr_failed');
    expect(reader.pid()).toBeNull();
    expect(await codeFor(reader)).toBe('ocr_failed');
    expect(reader.started()).toBe(2);
  });

  it('may end once for a reason of its own; the second end is the picture', async () => {
    const reader = open({ script: await misbehaving(`process.on('message', () => process.abort()); ${SAYS_READY}`) });
    expect(await codeFor(reader)).toBe('ocr_failed');
    expect(reader.started()).toBe(2);
  });

  it('is not tried again with a picture that makes it grow beyond its limit', async () => {
    const reader = open({ script: await misbehaving(`process.on('message', () => process.exit(71)); ${SAYS_READY}`) });
    expect(await codeFor(reader)).toBe('ocr_failed');
    expect(reader.started()).toBe(1);
  });

  it('watches its own memory', async () => {
    const reader = open({ maxRssBytes: 40_000_000 });
    // It ends while it starts or at its first picture, whichever comes first.
    expect(['ocr_failed', 'model_unavailable']).toContain(await codeFor(reader));
    expect(reader.pid()).toBeNull();
  });

  it('is not started over and over when it cannot start', async () => {
    const reader = open({ script: await misbehaving('process.exit(1);') });
    expect(await codeFor(reader)).toBe('model_unavailable');
    expect(await codeFor(reader)).toBe('model_unavailable');
    expect(reader.started()).toBe(1);
  });

  it('must be ready in time', async () => {
    const reader = open({ script: await misbehaving('setInterval(() => undefined, 1_000);'), startMs: 300 });
    expect(await codeFor(reader)).toBe('model_unavailable');
    expect(reader.pid()).toBeNull();
  });

  it('stops when it is no longer wanted', async () => {
    const reader = open({ script: await misbehaving(`process.on('message', () => undefined); ${SAYS_READY}`) });
    const stop = new AbortController();
    const work = reader.read([blank], [], stop.signal);
    setTimeout(() => stop.abort(new Error('no longer')), 300);
    await expect(work).rejects.toThrow('no longer');
    expect(reader.pid()).toBeNull();
  });

  it('makes a failed outcome of all this, which no policy takes for clean', async () => {
    const script = await misbehaving(`process.on('message', () => { for (;;) {} }); ${SAYS_READY}`);
    const text = open({ script, timeoutMs: 300 });
    const facts = { format: 'png', width: 40, height: 30, frames: 1, framesRead: [0], bytes: 9, sha256: 'ab' } as const;
    const decoder = {
      decode: async () => ({ facts, frames: [blank], pieces: [blank] }),
      view: async () => new Uint8Array(),
      close: async () => undefined,
    };
    const order = { index: 0, bytes: async () => new Uint8Array(4), likely: [], lastAttempt: false };
    const calm = calmReaders(decoder);
    const reading = await readImage(order, { ...calm, text }, signal);
    expect(reading.ocr).toMatchObject({ status: 'failed', code: 'ocr_failed' });
    expect(reading.facts.status).toBe('found');
    const bundle = await loadBundle(path.resolve(import.meta.dirname, '../../policies'));
    expect(isAllowed(reading, bundle)).toBe(false);
    const clean = await readImage(order, calm, signal);
    expect(isAllowed(clean, bundle), 'the same picture without words is').toBe(true);
  });
});
