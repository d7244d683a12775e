/** Bytes whose picture was erased, has passed its time or was never accepted. */

import type { ImagesStore } from '../ports/store.js';
import type { Blobs, Clock, Log } from '../ports.js';
import { turns } from '../turns.js';

const BATCH = 200;
/** A bucket takes its time over each. */
const MOST_AT_ONCE = 8;

export async function removeBlobs(ports: {
  readonly images: Pick<ImagesStore, 'removable' | 'removed'>;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<number> {
  const inTurn = turns(MOST_AT_ONCE);
  let removed = 0;
  for (;;) {
    const keys = await ports.images.removable(BATCH, ports.clock.now());
    await Promise.all(keys.map((key) => inTurn(() => ports.blobs.remove(key))));
    if (keys.length > 0) await ports.images.removed(keys);
    removed += keys.length;
    if (keys.length < BATCH) break;
  }
  if (removed > 0) ports.log.info('pictures removed', { removed });
  return removed;
}
