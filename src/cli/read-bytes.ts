/** The bytes of a file or a stream, unpacked where they begin as gzip does, whatever the name. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InvalidInputError } from '../errors.js';

/** RFC 1952; no text begins so. */
const MAGIC = Buffer.from([0x1f, 0x8b]);
const beginsPacked = (start: Uint8Array): boolean => MAGIC.equals(start.subarray(0, MAGIC.length));

/** A plain file: of a pipe its first bytes would be gone. */
export async function isPacked(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return beginsPacked(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

export const readBytes = (file: string): AsyncGenerator<Uint8Array> => unpack(createReadStream(file), file);

/** `name` is what an error calls it. */
export async function* unpack(bytes: Readable, name: string): AsyncGenerator<Uint8Array> {
  try {
    const rest = bytes[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
    const start = await startOf(rest);
    const whole = goOn(start, rest);
    if (beginsPacked(start)) yield* pipeline(Readable.from(whole), createGunzip(), () => undefined);
    else yield* whole;
  } catch (cause) {
    throw new InvalidInputError('file_unreadable', `${name} cannot be read`, [], { cause });
  } finally {
    bytes.destroy();
  }
}

/** The first chunks, as many as tell what follows. */
async function startOf(chunks: AsyncIterator<Uint8Array, undefined>): Promise<Uint8Array> {
  let start = Buffer.alloc(0);
  while (start.length < MAGIC.length) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    start = Buffer.concat([start, value]);
  }
  return start;
}

async function* goOn(start: Uint8Array, rest: AsyncIterator<Uint8Array, undefined>): AsyncGenerator<Uint8Array> {
  yield start;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
