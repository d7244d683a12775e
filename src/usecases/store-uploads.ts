/** Bytes that came with a note are on disk before the note is accepted; what no note names in the end is removed. */
import { HOUR_MS } from '../domain.js';
import type { AcceptNote, ImagesStore } from '../ports/store.js';
import type { Blobs, Clock } from '../ports.js';

/** Long after the transaction that would name the bytes has ended either way. */
export const REMOVE_UNNAMED_AFTER_MS = HOUR_MS;

export interface UploadPorts {
  readonly images: Pick<ImagesStore, 'reserve'>;
  readonly blobs: Blobs;
  readonly clock: Clock;
}

export async function storeUploads(ports: UploadPorts, inputs: readonly AcceptNote[]): Promise<void> {
  for (const { sourceId, uploads = [] } of inputs) {
    if (uploads.length === 0) continue;
    const keys = uploads.map(({ key }) => key);
    await ports.images.reserve(sourceId, keys, ports.clock.now() + REMOVE_UNNAMED_AFTER_MS);
    for (const { key, bytes } of uploads) await ports.blobs.put(key, bytes);
  }
}
