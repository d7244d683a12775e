import { describe, expect, it } from 'vitest';
import { picturesIn } from '../../src/api/picture-evidence.js';
import type { ImageReading, Outcome } from '../../src/domain.js';
import { unreadImage } from '../../src/stages/images/read-image.js';

const found = <T>(value: T): Outcome<T> => ({ status: 'found', value, ms: 1, version: '1' });
const box = { left: 1, top: 1, width: 2, height: 2 };
const reading: ImageReading = {
  index: 0,
  facts: found({ format: 'gif', width: 90, height: 60, frames: 9, framesRead: [0, 4], bytes: 9, sha256: 'ab' }),
  ocr: found({ text: 'soup', words: [], confidence: 0.9, languages: ['latin'] }),
  codes: found([{ kind: 'qr', text: 'https://example.org/a', box, frame: 4 }]),
  hash: found({ pdq: 'a'.repeat(64), quality: 90 }),
  model: { status: 'skipped', why: 'no_model' },
};

describe('picturesIn', () => {
  it('tells what was read, and what was not', () => {
    const [read, unread] = picturesIn({
      images: found({ readings: [reading, unreadImage(1, 'image_unreadable')], findings: [] }),
    });
    expect(read).toEqual({
      index: 0,
      format: 'gif',
      width: 90,
      height: 60,
      frames: 9,
      framesRead: [0, 4],
      text: 'soup',
      confidence: 0.9,
      codes: [{ kind: 'qr', text: 'https://example.org/a' }],
      pdq: 'a'.repeat(64),
      quality: 90,
      labels: {},
      missing: [{ reading: 'model', why: 'no_model' }],
    });
    expect(unread).toMatchObject({ format: null, text: null, codes: [], pdq: null });
    expect(unread?.missing).toHaveLength(5);
    expect(unread?.missing).toContainEqual({ reading: 'facts', why: 'image_unreadable' });
  });
  it('never tells the recorded words of a failure', () => {
    const failed = { status: 'failed', code: 'ocr_failed', message: '/secret/path' } as const;
    const said = picturesIn({ images: found({ readings: [{ ...reading, ocr: failed }], findings: [] }) });
    expect(said[0]?.missing).toContainEqual({ reading: 'ocr', why: 'ocr_failed' });
    expect(JSON.stringify(said)).not.toContain('secret');
  });
  it('is empty while pictures are being read, and without any', () => {
    expect(picturesIn({ images: { status: 'due', until: '2026-01-01T00:00:00.000Z' } })).toEqual([]);
    expect(picturesIn({ images: { status: 'skipped', why: 'no_images' } })).toEqual([]);
    expect(picturesIn({})).toEqual([]);
  });
});
