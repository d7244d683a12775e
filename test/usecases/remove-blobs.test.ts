import { expect, it } from 'vitest';
import { removeBlobs } from '../../src/usecases/remove-blobs.js';
import { blobsMemory } from '../support/images.js';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function portsOf(total: number, refused: string | null) {
  const due = Array.from({ length: total }, (_, index) => `img_${index}`);
  const seen = { atOnce: 0, most: 0, noted: 0 };
  const remove = async (key: string): Promise<void> => {
    seen.atOnce += 1;
    seen.most = Math.max(seen.most, seen.atOnce);
    await new Promise(setImmediate);
    seen.atOnce -= 1;
    if (key === refused) throw new Error('refused');
  };
  const images = {
    removable: async (limit: number) => due.slice(0, limit),
    removed: async (keys: readonly string[]) => {
      seen.noted += keys.length;
      due.splice(0, keys.length);
    },
  };
  return { ports: { images, blobs: { ...blobsMemory(), remove }, clock: { now: () => 0 }, log: quiet }, seen };
}

it('removes all that is due, some at a time', async () => {
  const { ports, seen } = portsOf(450, null);
  expect(await removeBlobs(ports)).toBe(450);
  expect(seen).toEqual({ atOnce: 0, most: 8, noted: 450 });
});

it('notes nothing as removed while one of them is still there', async () => {
  const { ports, seen } = portsOf(9, 'img_3');
  await expect(removeBlobs(ports)).rejects.toThrow('refused');
  expect(seen.noted).toBe(0);
});
