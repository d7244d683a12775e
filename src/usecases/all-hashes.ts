/** Every hash of the banks that still counts, page by page. */
import type { BankedHash, ImageBanksStore } from '../ports/banks.js';
import type { HashEntry } from '../stages/images/hash-index.js';

const PAGE = 10_000;

const entryOf = ({ kind, expiresAt, ...hash }: BankedHash): HashEntry => ({
  ...hash,
  benign: kind === 'benign',
  expiresAt: expiresAt === null ? null : Date.parse(expiresAt),
});

export async function allHashes(store: Pick<ImageBanksStore, 'hashes'>, now: number): Promise<readonly HashEntry[]> {
  const all: HashEntry[] = [];
  for (;;) {
    const page = await store.hashes(all.at(-1)?.entryId ?? null, PAGE, now);
    for (const hash of page) all.push(entryOf(hash));
    if (page.length < PAGE) return all;
  }
}
