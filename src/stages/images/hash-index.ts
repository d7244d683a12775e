/**
 * Hashes found by their parts: of 16 words of 16 bits, a hash within 31 bits has at least one that differs by one bit at
 * most, so that 17 look-ups in each of 16 tables find every near one, and few others.
 */
import type { PdqReading, PictureHash } from '../../domain.js';
import type { HashHit, ImageHashBank } from '../../ports.js';
import { counts, type HashEntry, hitOf, nearestFirst } from '../hash-entry.js';
import { onesOf } from './pdq/distance.js';

export type PictureEntry = HashEntry<PictureHash>;

const WORDS = 16;
const WORD_BITS = 16;
const VALUES = 1 << WORD_BITS;
const DIGITS = 4;
const PARTS = 8;
/** The look-ups above prove no more. */
export const MOST_DISTANCE = 2 * WORDS - 1;

const wordOf = (pdq: string, place: number): number =>
  Number.parseInt(pdq.slice(place * DIGITS, (place + 1) * DIGITS), 16);
const partOf = (pdq: string, part: number): number => Number.parseInt(pdq.slice(part * 8, part * 8 + 8), 16);
const partsOf = (pdq: string): Uint32Array => Uint32Array.from({ length: PARTS }, (_, part) => partOf(pdq, part));

/** The entries that have a value at one place of their hash: those of `value` stand from `starts[value]` on. */
interface Table {
  readonly starts: Uint32Array;
  readonly entries: Uint32Array;
}

function tableOf(entries: readonly PictureEntry[], place: number): Table {
  const starts = new Uint32Array(VALUES + 1);
  const words = Uint16Array.from(entries, ({ pdq }) => wordOf(pdq, place));
  for (const word of words) starts[word + 1] = (starts[word + 1] ?? 0) + 1;
  for (let value = 0; value < VALUES; value += 1) starts[value + 1] = (starts[value + 1] ?? 0) + (starts[value] ?? 0);
  const next = starts.slice();
  const sorted = new Uint32Array(entries.length);
  for (const [at, word] of words.entries()) {
    const to = next[word] ?? 0;
    sorted[to] = at;
    next[word] = to + 1;
  }
  return { starts, entries: sorted };
}

/** `now`: the clock by which entries expire. */
export function indexHashes(entries: readonly PictureEntry[], now: () => number = () => 0): ImageHashBank {
  const tables = Array.from({ length: WORDS }, (_, place) => tableOf(entries, place));
  const bits = new Uint32Array(entries.length * PARTS);
  for (const [at, { pdq }] of entries.entries()) bits.set(partsOf(pdq), at * PARTS);

  const distanceTo = (parts: Uint32Array, at: number): number => {
    let sum = 0;
    for (let part = 0; part < PARTS; part += 1) {
      sum += onesOf(((parts[part] ?? 0) ^ (bits[at * PARTS + part] ?? 0)) >>> 0);
    }
    return sum;
  };
  const visit = ({ starts, entries: listed }: Table, word: number, see: (at: number) => void): void => {
    for (let from = starts[word] ?? 0; from < (starts[word + 1] ?? 0); from += 1) see(listed[from] ?? 0);
  };
  /** Some more than once. */
  const candidates = (pdq: string, see: (at: number) => void): void => {
    for (const [place, table] of tables.entries()) {
      const word = wordOf(pdq, place);
      visit(table, word, see);
      for (let bit = 0; bit < WORD_BITS; bit += 1) visit(table, word ^ (1 << bit), see);
    }
  };
  const nearest = ({ pdq, turned, frames }: PdqReading, distance: number): ReadonlyMap<number, number> => {
    const near = new Map<number, number>();
    for (const hash of [pdq, ...(turned ?? []), ...(frames ?? [])]) {
      const parts = partsOf(hash);
      candidates(hash, (at) => {
        const found = distanceTo(parts, at);
        if (found <= distance && found < (near.get(at) ?? Number.POSITIVE_INFINITY)) near.set(at, found);
      });
    }
    return near;
  };

  return {
    lookup: (reading, distance, sourceId) => {
      if (distance > MOST_DISTANCE) throw new RangeError(`no look-up beyond ${MOST_DISTANCE} bits`);
      const time = now();
      const hits = [...nearest(reading, distance)].flatMap(([at, found]): readonly HashHit[] => {
        const entry = entries[at];
        if (entry === undefined || !counts(entry, sourceId, time)) return [];
        return [hitOf(entry, found)];
      });
      return hits.sort(nearestFirst);
    },
  };
}
