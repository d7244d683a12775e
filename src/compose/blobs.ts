/** Where the bytes of pictures lie: a folder, or a bucket, whose client only those load who use one. */
import path from 'node:path';
import { openBlobFolder } from '../adapters/blobs-folder.js';
import type { Config } from '../config.js';
import { bucketConfigOf } from '../config-blobs.js';
import { openLater } from '../open-once.js';
import type { Blobs } from '../ports.js';

export function composeBlobs(config: Config): Blobs & { close(): Promise<void> } {
  const bucket = bucketConfigOf(config);
  if (bucket === null) {
    return { ...openBlobFolder(path.join(config.DATA_DIR, 'images')), close: async () => undefined };
  }
  const { opened, close } = openLater(async () => (await import('../adapters/blobs-bucket.js')).openBlobBucket(bucket));
  return {
    put: async (key, bytes) => (await opened()).put(key, bytes),
    get: async (key) => (await opened()).get(key),
    remove: async (key) => (await opened()).remove(key),
    close,
  };
}
