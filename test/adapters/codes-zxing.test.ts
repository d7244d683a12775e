import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareZXingModule, writeBarcode } from 'zxing-wasm/writer';
import { openCodeReader } from '../../src/adapters/codes-zxing.js';
import type { Pixels } from '../../src/ports.js';

beforeAll(async () => {
  const wasm = await readFile(createRequire(import.meta.url).resolve('zxing-wasm/writer/zxing_writer.wasm'));
  const wasmBinary = wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength);
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
});

const signal = new AbortController().signal;
const LINK = 'https://wa.me/15550100123';

async function code(text: string, side = 180): Promise<Sharp> {
  const { image } = await writeBarcode(text, { format: 'QRCode', scale: 4 });
  if (image === null) throw new Error('no code was drawn');
  return sharp(Buffer.from(await image.arrayBuffer())).resize(side, side, { kernel: 'nearest' });
}
async function pixelsOf(picture: Sharp, change: Partial<Pixels> = {}): Promise<Pixels> {
  const flat = picture.flatten({ background: '#fff' }).toColourspace('srgb').removeAlpha();
  const { data, info } = await flat.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: data, frame: 0, scale: 1, ...change };
}
const on = async (pictures: readonly { input: Sharp; left: number; top: number }[]): Promise<Sharp> => {
  const layers = await Promise.all(
    pictures.map(async ({ input, left, top }) => ({ input: await input.png().toBuffer(), left, top })),
  );
  const bytes = await sharp({ create: { width: 900, height: 600, channels: 3, background: '#fff' } })
    .composite(layers)
    .png()
    .toBuffer();
  return sharp(bytes);
};
const texts = async (frames: readonly Pixels[]): Promise<readonly string[]> =>
  (await openCodeReader().read(frames, signal)).map(({ text }) => text);

describe('codes', () => {
  it('says where a code on a piece of a long picture stands on the whole', async () => {
    const picture = await on([{ input: await code(LINK), left: 500, top: 300 }]);
    const piece = await pixelsOf(picture, { scale: 2, at: { left: 0, top: 7_000 } });
    const [found] = await openCodeReader().read([piece], signal);
    expect(found?.box.left).toBeGreaterThan(990);
    expect(found?.box.top).toBeGreaterThan(7_590);
    expect((found?.box.top ?? 0) + (found?.box.height ?? 0)).toBeLessThan(7_970);
  });
  it('reads a code and says where it stands, in pixels of the original', async () => {
    const picture = await on([{ input: await code(LINK), left: 500, top: 300 }]);
    const [found] = await openCodeReader().read([await pixelsOf(picture, { scale: 2, frame: 3 })], signal);
    expect(found).toMatchObject({ kind: 'qr', text: LINK, frame: 3 });
    const { left, top, width, height } = found?.box ?? { left: 0, top: 0, width: 0, height: 0 };
    expect(left).toBeGreaterThanOrEqual(1_000);
    expect(top).toBeGreaterThanOrEqual(600);
    expect(left + width).toBeLessThanOrEqual(1_000 + 2 * 180);
    expect(top + height).toBeLessThanOrEqual(600 + 2 * 180);
  });

  it.each([
    ['upside down', (picture: Sharp) => picture.rotate(180)],
    ['on its side', (picture: Sharp) => picture.rotate(90)],
    ['at a slant', (picture: Sharp) => picture.rotate(23, { background: '#fff' })],
    ['light on dark', (picture: Sharp) => picture.flatten({ background: '#fff' }).negate({ alpha: false })],
    ['mirrored', (picture: Sharp) => picture.flop()],
    ['small', (picture: Sharp) => picture.resize(96)],
    ['blurred', (picture: Sharp) => picture.blur(1.5)],
    ['as a poor JPEG', (picture: Sharp) => picture.flatten({ background: '#fff' }).jpeg({ quality: 20 })],
  ])('%s', async (_name, change) => {
    const drawn = sharp(await (await code(LINK)).png().toBuffer());
    const picture = await on([{ input: sharp(await change(drawn).toBuffer()), left: 60, top: 60 }]);
    expect(await texts([await pixelsOf(picture)])).toEqual([LINK]);
  });

  it('reads several codes, each once over the frames of an animation', async () => {
    const both = await on([
      { input: await code(LINK), left: 20, top: 20 },
      { input: await code('wechat: heron2026'), left: 600, top: 350 },
    ]);
    const frame = await pixelsOf(both);
    expect([...(await texts([frame, { ...frame, frame: 1 }]))].sort()).toEqual([LINK, 'wechat: heron2026']);
  });

  it('gives text that can be stored: controls are spelled out', async () => {
    const picture = await on([{ input: await code(`a\0b${'x'.repeat(300)}`, 400), left: 20, top: 20 }]);
    const [text] = await texts([await pixelsOf(picture)]);
    expect(text).toBe(`a<NUL>b${'x'.repeat(300)}`);
  });

  it('finds none where there are none', async () => {
    expect(await texts([await pixelsOf(sharp(path.resolve('fixtures/images/menu-en.png')))])).toEqual([]);
    expect(await texts([{ width: 1, height: 1, rgb: new Uint8Array(3), frame: 0, scale: 1 }])).toEqual([]);
  });
});
