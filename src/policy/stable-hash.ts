import { createHash } from 'node:crypto';

/** 0 to 99, even and the same on every machine. */
export function bucketOf(text: string): number {
  const digest = createHash('sha256').update(text, 'utf8').digest();
  return digest.readUInt32BE(0) % 100;
}
