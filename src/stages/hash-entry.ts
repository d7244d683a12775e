/** What the hash banks of pictures and of texts share: which entries count, and what of their hits is said. */
import { type CategoryId, isCategoryId } from '../categories.js';
import { FLAGGED } from '../domain.js';
import type { HashHit } from '../ports.js';

/** What an entry says beside its hash. */
export interface EntryWords {
  readonly entryId: string;
  readonly category: string;
  readonly severity: number;
  readonly benign: boolean;
  readonly bank?: string | undefined;
  /** The platform whose notes alone it is held against; null or unset: those of all. */
  readonly sourceId?: string | null | undefined;
  /** Unset or null: never. */
  readonly expiresAt?: string | null | undefined;
}
export type HashEntry<H> = EntryWords & H;

export const counts = (entry: EntryWords, sourceId: string | undefined, now: number): boolean =>
  (entry.expiresAt === null || entry.expiresAt === undefined || Date.parse(entry.expiresAt) > now) &&
  (entry.sourceId === null || entry.sourceId === undefined || entry.sourceId === sourceId);

export const hitOf = ({ entryId, bank, category, severity, benign }: EntryWords, distance: number): HashHit => ({
  entryId,
  bank,
  category,
  severity,
  benign,
  distance,
});

export const nearestFirst = (a: HashHit, b: HashHit): number =>
  a.distance - b.distance || (a.entryId < b.entryId ? -1 : 1);

export type BadHit = HashHit & { readonly category: CategoryId };

/** A benign entry at least as near speaks for the note. */
export function badHits(hits: readonly HashHit[]): readonly BadHit[] {
  // A distance that is no number would compare as "not nearer" and vanish.
  if (!hits.every(({ distance }) => Number.isFinite(distance))) throw new Error('the hash bank answers no distances');
  const benign = Math.min(...hits.filter((hit) => hit.benign).map(({ distance }) => distance));
  return hits.filter((hit): hit is BadHit => !hit.benign && hit.distance < benign && isCategoryId(hit.category));
}

export const detectorOf = ({ bank, entryId }: HashHit): string => (bank === undefined ? entryId : `${bank}/${entryId}`);

/** The same hash: below what a policy removes at by itself. The farthest is at the flag threshold. */
const SAME = 0.85;
export const calibratedOf = ({ distance }: HashHit, most: number): number =>
  SAME - ((SAME - FLAGGED) * distance) / most;
