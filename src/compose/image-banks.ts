/** The hash banks of the store in memory, read again when a change was made: as old as the pause between two questions. */
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../errors.js';
import { onceInAWhile } from '../once-in-a-while.js';
import type { ImageBanksStore } from '../ports/banks.js';
import type { Clock, ImageHashBank, Log } from '../ports.js';
import { indexHashes } from '../stages/images/hash-index.js';
import { turns } from '../turns.js';
import { allHashes } from '../usecases/all-hashes.js';

export interface ImageBanks extends ImageHashBank {
  /** Asks at once, so that this process need not wait for its next question. */
  follow(): Promise<void>;
  close(): Promise<void>;
}
export interface ImageBanksOptions {
  readonly store: ImageBanksStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly pollMs: number;
}

/** Rejects when the banks cannot be read: no picture is compared with banks that are not there. */
export async function openImageBanks({ store, clock, log, pollMs }: ImageBanksOptions): Promise<ImageBanks> {
  const load = async (): Promise<{ readonly version: number; readonly index: ImageHashBank }> => {
    // Asked first: what changes while the pages are read raises it again.
    const version = await store.version();
    return { version, index: indexHashes(await allHashes(store, clock.now()), clock.now) };
  };
  let current = await load();
  const ask = async (): Promise<void> => {
    if ((await store.version()) === current.version) return;
    current = await load();
    log.info('hash banks read again', { version: current.version });
  };
  const inTurn = turns(1);
  const follow = (): Promise<void> => inTurn(ask);
  const stop = new AbortController();
  const sayOutage = onceInAWhile(log, () => clock.now());
  const poll = async (): Promise<void> => {
    let missed = 0;
    for (;;) {
      await sleep(pollMs, undefined, { ref: false, signal: stop.signal });
      // The database may be away for a while; the banks that are here stay.
      await follow().then(
        () => {
          missed = 0;
        },
        (error: unknown) => {
          missed += 1;
          // One answer may be missed by a process that is busy loading.
          if (missed > 1) sayOutage('hash banks could not be asked', codeOf(error), { code: codeOf(error), error });
        },
      );
    }
  };
  // Only the abort ends it.
  const polling = poll().catch(() => undefined);
  return {
    lookup: (reading, distance, sourceId) => current.index.lookup(reading, distance, sourceId),
    follow,
    close: async () => {
      stop.abort();
      await polling;
      // The question that is out.
      await inTurn(async () => undefined);
    },
  };
}
