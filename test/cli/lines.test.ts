import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesOf } from '../../src/cli/lines.js';
import { mapInOrder } from '../../src/cli/ordered.js';

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

describe('linesOf', () => {
  it('gives the same lines however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.integer({ min: 1, max: 7 }),
        async (texts, size) => {
          const clean = texts.map((text) => text.replace(/[\r\n]/gu, ' '));
          const bytes = Buffer.from(clean.map((text) => `${text}\n`).join(''));
          const lines = await collect(linesOf(chunks(bytes, size), 1_000));
          // A byte order mark at the start of a line is no text.
          expect(lines.map((line) => line.text)).toEqual(clean.map((text) => text.replace(/^\uFEFF/u, '')));
          expect(lines.reduce((sum, line) => sum + line.bytes, 0)).toBe(bytes.length);
        },
      ),
    );
  });
  it('takes a last line without an end, and DOS ends', async () => {
    const lines = await collect(linesOf(chunks(Buffer.from('a\r\nb'), 1), 10));
    expect(lines.map((line) => line.text)).toEqual(['a', 'b']);
  });
  it('marks broken UTF-8 and goes on', async () => {
    const bytes = Buffer.concat([Buffer.from([0x22, 0xff, 0x22, 0x0a]), Buffer.from('ok\n')]);
    const lines = await collect(linesOf(chunks(bytes, 3), 10));
    expect(lines).toMatchObject([{ text: null, tooLong: false }, { text: 'ok' }]);
  });
  it('marks a line that is too long, keeps none of it and goes on', async () => {
    const lines = await collect(linesOf(chunks(Buffer.from(`${'x'.repeat(50)}\nok\n`), 8), 10));
    expect(lines).toMatchObject([
      { text: null, tooLong: true, bytes: 51 },
      { text: 'ok', tooLong: false },
    ]);
  });
});

describe('mapInOrder', () => {
  it('keeps the order though the work ends in another, and never exceeds its bound', async () => {
    let running = 0;
    let most = 0;
    async function* numbers() {
      for (let n = 0; n < 20; n += 1) yield n;
    }
    const mapped = mapInOrder(numbers(), 4, async (n) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, (20 - n) % 5));
      running -= 1;
      return n;
    });
    expect(await collect(mapped)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
  });
});
