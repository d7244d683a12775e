import { sha256Hex } from '../../domain/sha256.js';
import type { NormalisedText, TextHash } from '../../domain.js';
import type { HashHit, TextHashBank } from '../../ports.js';
import { counts, type HashEntry, hitOf, nearestFirst } from '../hash-entry.js';

export type TextEntry = HashEntry<TextHash>;

/** Four letters say about as much as two characters of a script that writes words with one or two. */
const GRAM = 4;
const GRAM_DENSE = 2;
const DENSE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/gu;

export function gramLength(text: string): number {
  const dense = text.match(DENSE)?.length ?? 0;
  return dense * 2 > text.length ? GRAM_DENSE : GRAM;
}

/** Two independent 32-bit hashes of one n-gram (FNV-1a with a final mix). */
function hashGram(text: string, from: number, length: number): readonly [number, number] {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let i = from; i < from + length; i += 1) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x5bd1e995);
    high ^= high >>> 15;
  }
  return [mix(low), mix(high)];
}
function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Typed arrays hold a number at every index that is asked for here; the type checker cannot know. */
const item = (list: Int32Array, index: number): number => list[index] ?? 0;

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');

export function simhash(text: string): string {
  const length = Math.min(gramLength(text), Math.max(1, text.length));
  const votes = new Int32Array(64);
  for (let at = 0; at + length <= text.length; at += 1) {
    const [low, high] = hashGram(text, at, length);
    for (let bit = 0; bit < 32; bit += 1) {
      votes[bit] = item(votes, bit) + ((low >>> bit) & 1 ? 1 : -1);
      votes[bit + 32] = item(votes, bit + 32) + ((high >>> bit) & 1 ? 1 : -1);
    }
  }
  let [low, high] = [0, 0];
  for (let bit = 0; bit < 32; bit += 1) {
    if (item(votes, bit) > 0) low |= 1 << bit;
    if (item(votes, bit + 32) > 0) high |= 1 << bit;
  }
  return hex(high) + hex(low);
}

export function hashText(text: NormalisedText): TextHash {
  const folded = text.view('folded').text.trim();
  return { exact: sha256Hex(folded), simhash: simhash(folded) };
}

function ones(value: number): number {
  let bits = value - ((value >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24) & 0xff;
}

interface Halves {
  readonly high: number;
  readonly low: number;
}
const SIMHASH = /^[0-9a-f]{16}$/;
function halvesOf(simhashHex: string): Halves | null {
  if (!SIMHASH.test(simhashHex)) return null;
  return { high: Number.parseInt(simhashHex.slice(0, 8), 16), low: Number.parseInt(simhashHex.slice(8), 16) };
}
const distanceOf = (a: Halves, b: Halves): number => ones(a.high ^ b.high) + ones(a.low ^ b.low);

interface Indexed extends Halves {
  readonly entry: TextEntry;
}
/** Hashes within 3 bits share one of four 16-bit quarters; beyond that every entry is compared. */
const QUARTERS = 4;
const QUARTERS_REACH = QUARTERS - 1;
const quartersOf = ({ high, low }: Halves): readonly number[] => [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff];

function pushTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** An entry whose simhash is malformed is still found by its exact hash. `now`: the clock by which entries expire. */
export function indexTextHashes(entries: readonly TextEntry[], now: () => number = () => 0): TextHashBank {
  const exact = new Map<string, TextEntry[]>();
  const near: Indexed[] = [];
  const quarters = Array.from({ length: QUARTERS }, () => new Map<number, Indexed[]>());
  for (const entry of entries) {
    pushTo(exact, entry.exact, entry);
    const halves = halvesOf(entry.simhash);
    if (halves === null) continue;
    const indexed = { ...halves, entry };
    near.push(indexed);
    for (const [index, value] of quartersOf(halves).entries()) pushTo(quarters[index] ?? new Map(), value, indexed);
  }
  const candidates = (halves: Halves, distance: number): Iterable<Indexed> => {
    if (distance > QUARTERS_REACH) return near;
    return new Set(quartersOf(halves).flatMap((value, index) => quarters[index]?.get(value) ?? []));
  };
  return {
    isEmpty: () => entries.length === 0,
    lookup(hashes, distance, sourceId) {
      const time = now();
      const hits = new Map<string, HashHit>();
      const add = (entry: TextEntry, found: number): void => {
        if (!hits.has(entry.entryId) && counts(entry, sourceId, time)) hits.set(entry.entryId, hitOf(entry, found));
      };
      for (const entry of exact.get(hashes.exact) ?? []) add(entry, 0);
      const halves = halvesOf(hashes.simhash);
      if (halves !== null) {
        for (const candidate of candidates(halves, distance)) {
          const found = distanceOf(halves, candidate);
          if (found <= distance) add(candidate.entry, found);
        }
      }
      return [...hits.values()].sort(nearestFirst);
    },
  };
}
