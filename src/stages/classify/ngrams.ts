/** The n-gram model: hashed character and word n-grams under one logistic layer. Same features as `training/ngrams.py`. */

export interface NgramConfig {
  readonly bits: number;
  readonly maxPoints: number;
  /** Per label: what one step of the int8 table is worth. */
  readonly scale: readonly number[];
  readonly bias: readonly number[];
}

export interface NgramModel {
  readonly labels: number;
  /** One logit per label. */
  logits(text: string): Float32Array;
}

const SEED = 2_166_136_261;
const WORD_SEED = 374_761_393;
const PRIME = 16_777_619;
const MIX = 2_246_822_507;
const OPEN = 0x3c;
const CLOSE = 0x3e;
const LONGEST = 5;
const MOST_FEATURES = 8_192;

const GAP = 0;
const WORD = 1;
const OTHER = 2;
const UNKNOWN = 255;
const IS_WORD = /[\p{L}\p{M}\p{N}]/u;
const IS_GAP = /[\s\p{Z}\p{C}]/u;
// Places below are inside their arrays by construction: `as number` keeps the hot loops free of checks.
const kinds = new Uint8Array(0x110000).fill(UNKNOWN);

function kindOf(point: number): number {
  const known = kinds[point] as number;
  if (known !== UNKNOWN) return known;
  const kind = classOf(point);
  kinds[point] = kind;
  return kind;
}

function classOf(point: number): number {
  if (point >= 0xd800 && point <= 0xdfff) return OTHER;
  const char = String.fromCodePoint(point);
  if (IS_WORD.test(char)) return WORD;
  return IS_GAP.test(char) ? GAP : OTHER;
}

function finish(hash: number): number {
  const h = Math.imul(hash ^ (hash >>> 15), MIX);
  return h ^ (h >>> 13);
}

function pointsOf(text: string, most: number): Uint32Array {
  const plain = text.normalize('NFKC').toLowerCase();
  const out = new Uint32Array(Math.min(plain.length, most));
  let count = 0;
  for (let i = 0; i < plain.length && count < most; count += 1) {
    const point = plain.codePointAt(i) as number;
    out[count] = point;
    i += point > 0xffff ? 2 : 1;
  }
  return out.subarray(0, count);
}

/** Holds the features of one text; reused between texts because a note has hundreds. */
class Features {
  readonly rows = new Uint32Array(MOST_FEATURES);
  count = 0;
  constructor(readonly mask: number) {}

  read(points: Uint32Array): void {
    this.count = 0;
    this.#characters(points);
    this.#words(points);
  }

  #put(hash: number): void {
    this.rows[this.count] = finish(hash) & this.mask;
    this.count += 1;
  }

  #characters(points: Uint32Array): void {
    for (let i = 0; i < points.length; ) {
      if (kindOf(points[i] as number) === GAP) {
        i += 1;
        continue;
      }
      let end = i;
      while (end < points.length && kindOf(points[end] as number) !== GAP) end += 1;
      this.#token(points, i, end);
      i = end;
    }
  }

  #token(points: Uint32Array, from: number, to: number): void {
    for (let start = from - 1; start < to; start += 1) {
      let hash = SEED;
      const stop = Math.min(start + LONGEST, to + 1);
      for (let place = start; place < stop; place += 1) {
        const point = place === from - 1 ? OPEN : place === to ? CLOSE : (points[place] as number);
        hash = Math.imul(hash ^ point, PRIME);
        if (place > start && this.count < MOST_FEATURES) this.#put(hash);
      }
    }
  }

  #words(points: Uint32Array): void {
    let last = 0;
    for (let i = 0; i < points.length; ) {
      if (kindOf(points[i] as number) !== WORD) {
        i += 1;
        continue;
      }
      let hash = WORD_SEED;
      for (; i < points.length && kindOf(points[i] as number) === WORD; i += 1) {
        hash = Math.imul(hash ^ (points[i] as number), PRIME);
      }
      if (this.count + 2 < MOST_FEATURES) {
        this.#put(hash);
        if (last !== 0) this.#put(Math.imul(last, 31) ^ hash);
      }
      last = hash;
    }
  }
}

export function ngramModel(config: NgramConfig, table: Int8Array): NgramModel {
  const labels = config.bias.length;
  if (table.length !== labels * 2 ** config.bits)
    throw new RangeError('the n-gram table does not fit its configuration');
  const features = new Features(2 ** config.bits - 1);
  const logits = (text: string): Float32Array => {
    features.read(pointsOf(text, config.maxPoints));
    const sums = new Float32Array(labels);
    for (let f = 0; f < features.count; f += 1) {
      const row = (features.rows[f] as number) * labels;
      for (let k = 0; k < labels; k += 1) sums[k] = (sums[k] as number) + (table[row + k] as number);
    }
    const shrink = 1 / Math.sqrt(Math.max(1, features.count));
    return sums.map((sum, k) => sum * shrink * (config.scale[k] as number) + (config.bias[k] as number));
  };
  return { labels, logits };
}
