/** Bits in which two hashes of 64 hex digits differ: 0 to 256. */
export function distanceOf(a: string, b: string): number {
  let bits = 0;
  for (let at = 0; at < 64; at += 8) {
    bits += onesOf((Number.parseInt(a.slice(at, at + 8), 16) ^ Number.parseInt(b.slice(at, at + 8), 16)) >>> 0);
  }
  return bits;
}

/** Set bits of 32. */
export function onesOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
