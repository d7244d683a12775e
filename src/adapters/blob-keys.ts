/** Keys of blobs, and what folder and bucket have in common. */

const KEY = /^[A-Za-z0-9_-]{8,100}$/;
/** The last two characters are random: no folder grows beyond what a file system likes. */
const SPREAD_CHARS = 2;

/** Below the folder or the prefix, `ab/img_…AB`: alike in both, so that the files of one can be copied into the other. */
export function placeOf(key: string): string {
  if (!KEY.test(key)) throw new TypeError('not a key of ours');
  return `${key.slice(-SPREAD_CHARS).toLowerCase()}/${key}`;
}

/** A key is written once. Once more is nothing new with the same bytes, as after an answer that was lost. */
export function refuseOthers(there: Uint8Array, bytes: Uint8Array): void {
  if (Buffer.compare(there, bytes) !== 0) throw new Error('other bytes lie under this key');
}
