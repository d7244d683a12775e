/** Every hash of the banks that still counts, page by page. */
import type { BankedHash, HashBanksStore } from '../ports/banks.js';
import type { HashEntry } from '../stages/hash-entry.js';

const PAGE = 10_000;

const entryOf = <H>(hash: BankedHash<H>): HashEntry<H> => ({ ...hash, benign: hash.kind === 'benign' });

export async function allHashes<H>(
  store: Pick<HashBanksStore<H>, 'hashes'>,
  now: number,
): Promise<readonly HashEntry<H>[]> {
  const all: HashEntry<H>[] = [];
  for (;;) {
    const page = await store.hashes(all.at(-1)?.entryId ?? null, PAGE, now);
    for (const hash of page) all.push(entryOf(hash));
    if (page.length < PAGE) return all;
  }
}
