import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, viewImage } from '../../../src/adapters/images/decode-image.js';
import { DECODE_LIMITS } from '../../../src/adapters/images/decode-image-limits.js';
import { codeOf } from '../../../src/errors.js';
import { drawn, flatPng, gifBomb } from './pictures.js';

const codeFor = async (bytes: Uint8Array): Promise<string> => {
  try {
    await decodeImage(bytes, DECODE_LIMITS);
    return 'decoded';
  } catch (error) {
    return codeOf(error);
  }
};
const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
describe('decodeImage', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)('reads %s', async (format) => {
    const { facts, frames } = await decodeImage(await drawn(60, 40).toFormat(format).toBuffer(), DECODE_LIMITS);
    expect(facts).toMatchObject({ format, width: 60, height: 40, frames: 1, framesRead: [0] });
    expect(frames[0]).toMatchObject({ width: 60, height: 40, scale: 1 });
    expect(frames[0]?.rgb.length).toBe(60 * 40 * 3);
  });

  it('gives grey pictures three channels and lays transparency over white', async () => {
    const grey = await drawn(8, 8).greyscale().png().toBuffer();
    expect((await decodeImage(grey, DECODE_LIMITS)).frames[0]?.rgb.length).toBe(8 * 8 * 3);
    const clear = await sharp({
      create: { width: 4, height: 4, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    expect([...((await decodeImage(clear, DECODE_LIMITS)).frames[0]?.rgb ?? [])]).toEqual(Array(48).fill(255));
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('stands upright with orientation %i', async (orientation) => {
    // Red in the upper left quarter of the upright picture of 40 x 20.
    const red = await sharp({ create: { width: 20, height: 10, channels: 3, background: '#f00' } })
      .png()
      .toBuffer();
    const upright = await sharp({ create: { width: 40, height: 20, channels: 3, background: '#00f' } })
      .composite([{ input: red, left: 0, top: 0 }])
      .png()
      .toBuffer();
    const undo: Record<number, (image: Sharp) => Sharp> = {
      1: (image) => image,
      2: (image) => image.flop(),
      3: (image) => image.rotate(180),
      4: (image) => image.flip(),
      5: (image) => image.rotate(270).flop(),
      6: (image) => image.rotate(270),
      7: (image) => image.rotate(90).flop(),
      8: (image) => image.rotate(90),
    };
    const turned = await (undo[orientation] ?? ((image: Sharp) => image))(sharp(upright)).png().toBuffer();
    const stored = await sharp(turned).withMetadata({ orientation }).jpeg({ quality: 100 }).toBuffer();
    const { facts, frames } = await decodeImage(stored, DECODE_LIMITS);
    expect(facts).toMatchObject({ width: 40, height: 20 });
    const rgb = frames[0]?.rgb ?? new Uint8Array();
    expect((rgb[(3 * 40 + 3) * 3] ?? 0) > 200, 'red above left').toBe(true);
    expect((rgb[(15 * 40 + 35) * 3] ?? 255) < 60, 'blue below right').toBe(true);
  });

  it('scales down to the long side and says by how much', async () => {
    const { facts, frames } = await decodeImage(await drawn(4_000, 100).png().toBuffer(), DECODE_LIMITS);
    expect(facts.width).toBe(4_000);
    expect(frames[0]).toMatchObject({ width: 2_000, height: 50, scale: 2 });
  });

  it('gives long pictures in pieces as well, each with its place, and then small and whole', async () => {
    const { frames, pieces } = await decodeImage(await drawn(100, 5_000).png().toBuffer(), DECODE_LIMITS);
    expect(frames.map(({ width, height }) => [width, height])).toEqual([[40, 2_000]]);
    const last = pieces.at(-1);
    expect([last?.width, last?.height, last?.scale]).toEqual([16, 800, 6.25]);
    const cut = pieces.slice(0, -1);
    expect(cut.map(({ scale, width }) => [scale, width])).toEqual([
      [1, 100],
      [1, 100],
      [1, 100],
    ]);
    expect(cut.reduce((sum, { height }) => sum + height, 0)).toBe(5_000);
    expect(cut.map(({ at }) => at?.top)).toEqual([0, cut[0]?.height, (cut[0]?.height ?? 0) + (cut[1]?.height ?? 0)]);
    const short = await decodeImage(await drawn(100, 240).png().toBuffer(), DECODE_LIMITS);
    expect(short.pieces).toEqual(short.frames);
  });

  it('shows people long pictures so that they can be read', async () => {
    const view = await viewImage(await drawn(400, 8_000).png().toBuffer(), 1_024, DECODE_LIMITS);
    expect(await sharp(view).metadata()).toMatchObject({ width: 400, height: 8_000 });
  });

  /** Noise of its own in each frame, and one frame that is something else. */
  const animation = (frames: number, other: number | null, format: 'gif' | 'webp'): Promise<Buffer> => {
    const shown = Array.from({ length: frames }, (_, i) => {
      const pixels = Buffer.alloc(40 * 40 * 3, i === other ? 20 : 250);
      pixels.fill(0, i * 3, i * 3 + 3);
      return sharp(pixels, { raw: { width: 40, height: 40, channels: 3 } })
        .png()
        .toBuffer();
    });
    return Promise.all(shown).then((all) =>
      sharp(all, { join: { animated: true } })
        .toFormat(format)
        .toBuffer(),
    );
  };
  it.each(['gif', 'webp'] as const)('finds the one frame of a %s that is not like the others', async (format) => {
    for (const other of [0, 3, 7, 22, 29]) {
      const { facts, frames } = await decodeImage(await animation(30, other, format), DECODE_LIMITS);
      expect(facts.frames).toBe(30);
      expect(facts.framesRead.length).toBeLessThanOrEqual(DECODE_LIMITS.framesRead);
      expect(facts.framesRead).toContain(other);
      expect(frames.map(({ frame }) => frame)).toEqual(facts.framesRead);
      expect((frames.find(({ frame }) => frame === other)?.rgb[600] ?? 255) < 60).toBe(true);
    }
  });
  it('looks at frames that it did not compare too', async () => {
    const limits = { ...DECODE_LIMITS, comparedPixels: 10 * 40 * 40 };
    const { facts } = await decodeImage(await animation(30, 4, 'gif'), limits);
    expect(facts.framesRead).toContain(4);
    expect(facts.framesRead).toContain(29);
    expect(facts.framesRead.length).toBeLessThanOrEqual(DECODE_LIMITS.framesRead);
  });

  const onNothing = async (ink: string): Promise<Buffer> => {
    const bar = await sharp({ create: { width: 10, height: 4, channels: 3, background: ink } })
      .png()
      .toBuffer();
    const clear = { r: 0, g: 0, b: 0, alpha: 0 };
    return sharp({ create: { width: 40, height: 20, channels: 4, background: clear } })
      .composite([{ input: bar, left: 5, top: 5 }])
      .png()
      .toBuffer();
  };
  it('shows what is light on nothing on black too, and people on grey', async () => {
    const { frames, facts } = await decodeImage(await onNothing('#fff'), DECODE_LIMITS);
    expect(facts.framesRead).toEqual([0]);
    const at = (7 * 40 + 7) * 3;
    expect(frames.map(({ rgb }) => [rgb[0], rgb[at]])).toEqual([
      [255, 255],
      [0, 255],
    ]);
    expect((await decodeImage(await onNothing('#000'), DECODE_LIMITS)).frames).toHaveLength(1);
    const view = await sharp(await viewImage(await onNothing('#fff'), 40, DECODE_LIMITS))
      .raw()
      .toBuffer();
    expect(Math.abs((view[at] ?? 0) - (view[0] ?? 0))).toBeGreaterThan(80);
  });
  it('shows grey with opacity on both papers as well', async () => {
    const grey = await sharp(await onNothing('#fff'))
      .toColourspace('b-w')
      .png()
      .toBuffer();
    expect((await sharp(grey).metadata()).channels).toBe(2);
    const { frames } = await decodeImage(grey, DECODE_LIMITS);
    expect(frames.map(({ rgb }) => [rgb.length, rgb[0]])).toEqual([
      [40 * 20 * 3, 255],
      [40 * 20 * 3, 0],
    ]);
  });
});

describe('what is refused, with its code', () => {
  const jpeg = drawn(200, 200).jpeg().toBuffer();
  const cases: readonly (readonly [string, () => Promise<Uint8Array>, string])[] = [
    ['30,000 x 30,000 PNG', async () => flatPng(30_000, 30_000), 'image_too_large'],
    ['16,000 x 16,000 PNG', async () => flatPng(16_000, 16_000), 'image_too_large'],
    ['a strip of 20,000 pixels', async () => flatPng(20_000, 8), 'image_too_large'],
    [
      'progressive JPEG beyond the cap',
      () => drawn(7_000, 7_000).jpeg({ progressive: true }).toBuffer(),
      'image_too_large',
    ],
    ['animation on a huge canvas', async () => gifBomb(20_000, 50), 'image_too_large'],
    ['animation of too many frames', async () => gifBomb(8, 3_000), 'image_too_large'],
    [
      'SVG',
      async () => ascii('<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'),
      'image_unsupported',
    ],
    ['PDF', async () => ascii('%PDF-1.7\n%\xe2\xe3\n1 0 obj'), 'image_unsupported'],
    ['TIFF', () => drawn(9, 9).tiff().toBuffer(), 'image_unsupported'],
    ['ZIP', async () => ascii('PK\x03\x04\x14\x00'), 'image_unsupported'],
    ['HTML', async () => ascii('<!doctype html><title>x</title>'), 'image_unsupported'],
    ['no bytes', async () => new Uint8Array(), 'image_unreadable'],
    ['three bytes', async () => ascii('\xff\xd8\xff'), 'image_unreadable'],
    ['truncated JPEG', async () => (await jpeg).subarray(0, (await jpeg).length * 0.6), 'image_unreadable'],
    ['truncated PNG', async () => (await drawn(99, 99).png().toBuffer()).subarray(0, 80), 'image_unreadable'],
    [
      'too many bytes',
      async () => Buffer.concat([await jpeg, Buffer.alloc(DECODE_LIMITS.maxBytes)]),
      'image_too_large',
    ],
  ];
  it.each(cases)('%s', async (_name, make, code) => {
    expect(await codeFor(await make())).toBe(code);
  });

  it('never opens a path or an address', async () => {
    expect(await codeFor(ascii('/etc/hostname'))).toBe('image_unsupported');
    expect(await codeFor(ascii('http://127.0.0.1/x.png'))).toBe('image_unsupported');
  });
});

describe('viewImage', () => {
  it('keeps neither metadata nor what hangs behind the end', async () => {
    const mark = 'PAYLOAD-<script>';
    const jpeg = await drawn(80, 40)
      .withExif({ IFD0: { ImageDescription: mark }, IFD3: { GPSLatitudeRef: 'N' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const view = await viewImage(Buffer.concat([jpeg, ascii(mark)]), 64, DECODE_LIMITS);
    const metadata = await sharp(view).metadata();
    expect(metadata).toMatchObject({ format: 'webp', width: 32, height: 64 });
    expect(metadata.exif).toBeUndefined();
    expect(Buffer.from(view).includes(mark)).toBe(false);
  });
});

describe('PngSuite and fuzz files', () => {
  it('are decoded or refused with a code, the corrupt ones refused', async () => {
    const root = path.resolve(import.meta.dirname, '../../../../shared/data/images-malformed');
    const files = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => null);
    if (files === null) {
      console.log('images-malformed is not there: nothing tried');
      return;
    }
    const outcomes = new Map<string, number>();
    const wrong: string[] = [];
    for (const file of files.filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))) {
      const code = await codeFor(await readFile(path.join(file.parentPath, file.name)));
      outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
      if (/^x.*\.png$/.test(file.name) && code === 'decoded') wrong.push(file.name);
    }
    expect(wrong).toEqual([]);
    const known = ['decoded', 'image_unreadable', 'image_unsupported', 'image_too_large'];
    expect([...outcomes.keys()].filter((code) => !known.includes(code))).toEqual([]);
  }, 60_000);
});
