/** The hash banks of the store in memory, read again when a change was made: as old as the pause between two questions. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PdqReading, PictureHash, TextHash } from '../domain.js';
import { codeOf } from '../errors.js';
import { onceInAWhile } from '../once-in-a-while.js';
import type { HashBanksPart, HashBanksStore, Holding } from '../ports/banks.js';
import type { Clock, HashBank, Log } from '../ports.js';
import type { HashEntry } from '../stages/hash-entry.js';
import { indexHashes } from '../stages/images/hash-index.js';
import { indexTextHashes } from '../stages/match/text-hash.js';
import { turns } from '../turns.js';
import { allHashes } from '../usecases/all-hashes.js';

export interface HashBanks<Q> extends HashBank<Q> {
  isEmpty(): boolean;
  /** Asks at once, so that this process need not wait for its next question. */
  follow(): Promise<void>;
  close(): Promise<void>;
}
export type ImageBanks = HashBanks<PdqReading>;
export type TextBanks = HashBanks<TextHash>;
interface Following {
  readonly clock: Clock;
  readonly log: Log;
  readonly pollMs: number;
}
interface BanksOptions<H, Q> extends Following {
  readonly holds: Holding;
  readonly store: HashBanksStore<H>;
  readonly indexOf: (entries: readonly HashEntry<H>[], now: () => number) => HashBank<Q>;
}

export const openImageBanks = (store: Pick<HashBanksPart, 'imageBanks'>, options: Following): Promise<ImageBanks> =>
  openHashBanks<PictureHash, PdqReading>({
    ...options,
    holds: 'pictures',
    store: store.imageBanks,
    indexOf: indexHashes,
  });
export const openTextBanks = (store: Pick<HashBanksPart, 'textBanks'>, options: Following): Promise<TextBanks> =>
  openHashBanks<TextHash, TextHash>({ ...options, holds: 'texts', store: store.textBanks, indexOf: indexTextHashes });

/** Rejects when the banks cannot be read: no note is compared with banks that are not there. */
async function openHashBanks<H, Q>(options: BanksOptions<H, Q>): Promise<HashBanks<Q>> {
  const { holds, store, indexOf, clock, log, pollMs } = options;
  const load = async (): Promise<{
    readonly version: number;
    readonly isEmpty: boolean;
    readonly index: HashBank<Q>;
  }> => {
    // Asked first: what changes while the pages are read raises it again.
    const version = await store.version();
    const entries = await allHashes(store, clock.now());
    return { version, isEmpty: entries.length === 0, index: indexOf(entries, clock.now) };
  };
  let current = await load();
  const ask = async (): Promise<void> => {
    if ((await store.version()) === current.version) return;
    current = await load();
    log.info('hash banks read again', { holds, version: current.version });
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
          if (missed > 1)
            sayOutage('hash banks could not be asked', codeOf(error), { holds, code: codeOf(error), error });
        },
      );
    }
  };
  // Only the abort ends it.
  const polling = poll().catch(() => undefined);
  return {
    isEmpty: () => current.isEmpty,
    lookup: (hash, distance, sourceId) => current.index.lookup(hash, distance, sourceId),
    follow,
    close: async () => {
      stop.abort();
      await polling;
      // The question that is out.
      await inTurn(async () => undefined);
    },
  };
}
