/** The bytes of a file, unpacked where its name ends in `.gz`. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InvalidInputError } from '../errors.js';

export const isPacked = (file: string): boolean => /\.gz$/iu.test(file);

export async function* readBytes(file: string): AsyncGenerator<Uint8Array> {
  const bytes = createReadStream(file);
  const unpacked: Readable = isPacked(file) ? bytes.pipe(createGunzip()) : bytes;
  // A pipe does not hand on errors: without this a missing file would wait for ever.
  bytes.once('error', (error) => unpacked.destroy(error));
  try {
    for await (const chunk of unpacked) yield chunk;
  } catch (cause) {
    throw new InvalidInputError('file_unreadable', `${file} cannot be read`, [], { cause });
  } finally {
    bytes.destroy();
  }
}
