/** At the start, before anything is accepted: where pictures cannot be kept, read and removed, nothing starts. */
import { UnavailableError } from '../errors.js';
import type { Blobs, Ids } from '../ports.js';

export async function checkBlobs(blobs: Blobs, ids: Pick<Ids, 'next'>): Promise<void> {
  const key = ids.next('check');
  const bytes = Buffer.from(key);
  await blobs.put(key, bytes);
  const there = await blobs.get(key).finally(() => blobs.remove(key));
  // Asking for what is not there needs a permission of its own in a bucket.
  const left = await blobs.get(key);
  if (there === null || Buffer.compare(there, bytes) !== 0 || left !== null) {
    throw new UnavailableError(
      'store_unavailable',
      'The store of pictures does not keep what is put and forget what is removed',
    );
  }
}
