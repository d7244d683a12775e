/** Blobs in memory and a decoder that shows a fixed picture. */
import type { Images } from '../../src/compose/images.js';
import { InvalidInputError } from '../../src/errors.js';
import type { Blobs, ImageDecoder } from '../../src/ports.js';

export function blobsMemory(): Blobs & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    put: async (key, bytes) => void kept.set(key, bytes),
    get: async (key) => kept.get(key) ?? null,
    remove: async (key) => void kept.delete(key),
  };
}

export const SHOWN = Buffer.from('RIFF....WEBP shown');
export const decoderFake: ImageDecoder = {
  decode: async () => {
    throw new InvalidInputError('image_unreadable', 'The fake decodes nothing');
  },
  view: async () => SHOWN,
  close: async () => undefined,
};

export const imagesFake = (blobs: Blobs = blobsMemory()): Pick<Images, 'blobs' | 'readers'> => ({
  blobs,
  readers: { decoder: decoderFake, text: null, codes: null, hash: null, model: null },
});
