/** Near-duplicate signature of a text: MinHash over character n-grams, cut into bands (LSH). Holds no text. */

/** 16 bands of 8 rows: two texts share a band with even odds at a Jaccard likeness of about .7. */
const BANDS = 16;
const ROWS = 8;
const HASHES = BANDS * ROWS;
/** Characters of a note that take part; a longer note is told by its beginning. */
export const SIGNED_UNITS = 8_192;

/** Scripts that write a word with one or two characters need shorter n-grams to say as much. */
const DENSE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/gu;
const DENSE_GRAMS = [2, 3] as const;
const GRAMS = [4, 5] as const;

/** Odd multipliers and offsets of the hash family, from a fixed xorshift sequence: the same in every process. */
const FAMILY = ((): { readonly factors: Int32Array; readonly offsets: Int32Array } => {
  const factors = new Int32Array(HASHES);
  const offsets = new Int32Array(HASHES);
  let state = 0x2545f491;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  };
  for (let i = 0; i < HASHES; i += 1) {
    factors[i] = next() | 1;
    offsets[i] = next();
  }
  return { factors, offsets };
})();

/** Typed arrays hold a number at every index that is asked for here; the type checker cannot know. */
const item = (list: Int32Array | Uint32Array, index: number): number => list[index] ?? 0;

function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

function gramHashes(text: string): ReadonlySet<number> {
  const dense = (text.match(DENSE)?.length ?? 0) * 2 > text.length;
  const hashes = new Set<number>();
  for (const length of dense ? DENSE_GRAMS : GRAMS) {
    for (let at = 0; at + length <= text.length; at += 1) {
      let hash = 0x811c9dc5 ^ length;
      for (let i = at; i < at + length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
      hashes.add(mix(hash));
    }
  }
  return hashes;
}

function minima(hashes: ReadonlySet<number>): Uint32Array {
  const least = new Uint32Array(HASHES).fill(0xffffffff);
  for (const hash of hashes) {
    for (let i = 0; i < HASHES; i += 1) {
      const value = (Math.imul(hash, FAMILY.factors[i] ?? 1) + item(FAMILY.offsets, i)) >>> 0;
      if (value < item(least, i)) least[i] = value;
    }
  }
  return least;
}

const shortHex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');

/** One string per band; two texts are near when they share any. `text` is folded and without spaces. */
export function bandsOf(text: string): readonly string[] {
  const least = minima(gramHashes(text.slice(0, SIGNED_UNITS)));
  return Array.from({ length: BANDS }, (_, band) => {
    let [low, high] = [0x811c9dc5, 0x9747b28c];
    for (let row = 0; row < ROWS; row += 1) {
      const value = item(least, band * ROWS + row);
      low = mix(Math.imul(low ^ value, 0x01000193));
      high = mix(Math.imul(high ^ value, 0x5bd1e995));
    }
    return `${band.toString(36)}${shortHex(low)}${shortHex(high).slice(0, 4)}`;
  });
}
