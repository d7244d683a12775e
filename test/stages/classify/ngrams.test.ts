import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ngramModel } from '../../../src/stages/classify/ngrams.js';

const dir = path.resolve('models/polywarden-ngrams');
const config = JSON.parse(await readFile(path.join(dir, 'config.json'), 'utf8')) as {
  bits: number;
  maxPoints: number;
  scale: number[];
  bias: number[];
  samples: { text: string; logits: number[] }[];
};
const bytes = await readFile(path.join(dir, 'weights.bin'));
const model = ngramModel(config, new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));

test.each(config.samples)('reads the same features as the training does: $text', ({ text, logits }) => {
  model.logits(text).forEach((z, k) => {
    expect(z).toBeCloseTo(logits[k] ?? Number.NaN, 2);
  });
});

test('any text gives finite logits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (text) => {
      expect(model.logits(text).every(Number.isFinite)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('a table of the wrong size is refused', () => {
  expect(() => ngramModel({ bits: 4, maxPoints: 10, scale: [1], bias: [0] }, new Int8Array(15))).toThrow(RangeError);
});
