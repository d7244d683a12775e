/** Against the hashes that the reference implementation printed for its own pictures. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { distanceOf } from '../../../../src/stages/images/pdq/distance.js';
import { TURN_NAMES } from '../../../../src/stages/images/pdq/frequencies.js';
import { pdqOf } from '../../../../src/stages/images/pdq/pdq.js';

const DIR = path.resolve('../shared/data/pdq');
/** The reference's own tests allow implementations to differ by as much. */
const MOST = 16;
const TURNED: Readonly<Record<string, string>> = {
  rotate90: 'bridge-2-rotate-90.jpg',
  rotate180: 'bridge-3-rotate-180.jpg',
  rotate270: 'bridge-4-rotate-270.jpg',
  flipX: 'bridge-5-flipx.jpg',
  flipY: 'bridge-6-flipy.jpg',
  flipPlus1: 'bridge-7-flip-plus-1.jpg',
  flipMinus1: 'bridge-8-flip-minus-1.jpg',
};

async function pixelsOf(file: string | Buffer) {
  const { data, info } = await sharp(file)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: data };
}
function expected(): ReadonlyMap<string, string> {
  if (!existsSync(DIR)) {
    console.log('../shared/data/pdq is not here: nothing to compare with');
    return new Map();
  }
  const lines = readFileSync(path.join(DIR, 'expected.tsv'), 'utf8').trim().split('\n');
  return new Map(lines.map((line) => line.split('\t') as [string, string]));
}

describe('pdq', () => {
  it('comes within 16 bits of the reference', async () => {
    const far: string[] = [];
    for (const [file, hash] of expected()) {
      const { pdq, quality } = pdqOf(await pixelsOf(path.join(DIR, file)));
      const distance = distanceOf(pdq, hash);
      console.log(`${file}: distance ${distance}, quality ${quality}`);
      if (distance > MOST) far.push(file);
    }
    expect(far).toEqual([]);
  });

  it('knows the turned and mirrored picture from the one that it saw', async () => {
    const known = expected();
    if (known.size === 0) return;
    const { turned = [] } = pdqOf(await pixelsOf(path.join(DIR, 'bridge-1-original.jpg')));
    const far = TURN_NAMES.filter(
      (turn, at) => distanceOf(turned[at] ?? '', known.get(TURNED[turn] ?? '') ?? '') > MOST,
    );
    expect(turned).toHaveLength(7);
    expect(far).toEqual([]);
  });

  it('is the same for a picture that was scaled and compressed again', async () => {
    const original = await pixelsOf(path.resolve('fixtures/images/menu-en.png'));
    const raw = { raw: { width: original.width, height: original.height, channels: 3 as const } };
    const copy = await sharp(original.rgb, raw).resize(400).jpeg({ quality: 50 }).toBuffer();
    const [one, two] = [pdqOf(original), pdqOf(await pixelsOf(copy))];
    expect(distanceOf(one.pdq, two.pdq)).toBeLessThanOrEqual(31);
    expect(one.quality).toBeGreaterThan(50);
  });

  it('says of a plain picture that it is too plain', () => {
    expect(pdqOf({ width: 90, height: 90, rgb: new Uint8Array(90 * 90 * 3).fill(200) }).quality).toBe(0);
  });
});
