/**
 * Hashes found by their parts: of 16 words of 16 bits, a hash within 31 bits has at least one that differs by one bit at
 * most, so that 17 look-ups in each of 16 tables find every near one, and few others.
 */
import type { ImageHashBank, ImageHashHit } from '../../ports.js';
import { onesOf } from './pdq/distance.js';

export interface HashEntry {
  readonly entryId: string;
  /** 64 hex digits. */
  readonly pdq: string;
  readonly category: string;
  readonly severity: number;
  readonly benign: boolean;
}

const WORDS = 16;
const WORD_BITS = 16;
const DIGITS = 4;
const PARTS = 8;
/** The look-ups above prove no more. */
export const MOST_DISTANCE = 2 * WORDS - 1;

const wordsOf = (pdq: string): readonly number[] =>
  Array.from({ length: WORDS }, (_, at) => Number.parseInt(pdq.slice(at * DIGITS, (at + 1) * DIGITS), 16));
const near = (word: number): readonly number[] => [
  word,
  ...Array.from({ length: WORD_BITS }, (_, bit) => word ^ (1 << bit)),
];

export function indexHashes(entries: readonly HashEntry[]): ImageHashBank {
  const tables = Array.from({ length: WORDS }, () => new Map<number, number[]>());
  const bits = new Uint32Array(entries.length * PARTS);
  for (const [at, { pdq }] of entries.entries()) {
    for (let part = 0; part < PARTS; part += 1) bits[at * PARTS + part] = partOf(pdq, part);
    for (const [place, word] of wordsOf(pdq).entries()) {
      const table = tables[place];
      const listed = table?.get(word);
      if (listed === undefined) table?.set(word, [at]);
      else listed.push(at);
    }
  }
  const distanceTo = (parts: Uint32Array, at: number): number => {
    let sum = 0;
    for (let part = 0; part < PARTS; part += 1) {
      sum += onesOf(((parts[part] ?? 0) ^ (bits[at * PARTS + part] ?? 0)) >>> 0);
    }
    return sum;
  };
  const candidates = (pdq: string): ReadonlySet<number> =>
    new Set(wordsOf(pdq).flatMap((word, place) => near(word).flatMap((value) => tables[place]?.get(value) ?? [])));

  return {
    lookup: ({ pdq, turned }, distance) => {
      if (distance > MOST_DISTANCE) throw new RangeError(`no look-up beyond ${MOST_DISTANCE} bits`);
      const hits = new Map<string, ImageHashHit>();
      for (const hash of [pdq, ...(turned ?? [])]) {
        const parts = Uint32Array.from({ length: PARTS }, (_, part) => partOf(hash, part));
        for (const at of candidates(hash)) {
          const entry = entries[at];
          const found = distanceTo(parts, at);
          if (entry === undefined || found > distance) continue;
          const { entryId, category, severity, benign } = entry;
          const known = hits.get(entryId);
          if (known === undefined || found < known.distance) {
            hits.set(entryId, { entryId, category, severity, benign, distance: found });
          }
        }
      }
      return [...hits.values()].sort((a, b) => a.distance - b.distance);
    },
  };
}

const partOf = (pdq: string, part: number): number => Number.parseInt(pdq.slice(part * 8, part * 8 + 8), 16);
