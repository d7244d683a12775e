import { describe, expect, it } from 'vitest';
import { indexHashes } from '../../../../src/stages/images/hash-index.js';
import { hashFrames } from '../../../../src/stages/images/pdq/frames.js';

const [A, B, C] = ['a5', 'c3', '96'].map((byte) => byte.repeat(32)) as [string, string, string];

describe('hashFrames', () => {
  it('keeps a still as it is, also a plain one', () => {
    expect(hashFrames([{ pdq: A, quality: 3 }])).toEqual({ pdq: A, quality: 3 });
  });
  it('finds what hides behind a harmless or plain first frame, and leaves plain and equal frames out', () => {
    const frames = [
      { pdq: A, quality: 10 },
      { pdq: B, quality: 90, turned: [C] },
      { pdq: B, quality: 80 },
      { pdq: C, quality: 60 },
      { pdq: A, quality: 60 },
    ];
    const reading = hashFrames(frames);
    expect(reading).toEqual({ pdq: B, quality: 90, turned: [C], frames: [A] });
    const bank = indexHashes([{ entryId: 'e', pdq: A, category: 'fraud.scam', severity: 3, benign: false }]);
    expect(bank.lookup(reading, 31)).toMatchObject([{ entryId: 'e', distance: 0 }]);
  });
  it('has something to say of every picture', () => {
    expect(() => hashFrames([])).toThrowError(expect.objectContaining({ code: 'image_unreadable' }));
  });
});
