/** Input and output of `polywarden moderate`: files, or the standard streams for `-`. */
import { constants, createWriteStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { InvalidInputError } from '../../errors.js';
import type { Io } from '../io.js';
import { isPacked, readBytes, unpack } from '../read-bytes.js';

/** Opening the input for writing would empty it before the first row is read. */
export async function isSameFile(input: string, output: string): Promise<boolean> {
  const [read, written] = await Promise.all([input, output].map((name) => stat(name).catch(() => null)));
  return read?.isFile() === true && read.dev === written?.dev && read.ino === written.ino;
}

export async function openInput(
  name: string,
  io: Io,
): Promise<{ readonly stream: AsyncIterable<Uint8Array>; readonly bytes: number | null }> {
  if (name === '-') return { stream: unpack(io.stdin, 'The standard input'), bytes: null };
  try {
    const found = await stat(name);
    if (found.isDirectory()) throw new Error('it is a folder');
    await access(name, constants.R_OK);
    const isPlain = found.isFile() && !(await isPacked(name));
    return { stream: readBytes(name), bytes: isPlain ? found.size : null };
  } catch (cause) {
    throw new InvalidInputError('file_unreadable', `${name} cannot be read`, [], { cause });
  }
}

export async function openOutput(name: string, io: Io): Promise<Writable> {
  if (name === '-') return io.stdout;
  const output = createWriteStream(name);
  await new Promise<void>((resolve, reject) => {
    output.once('open', () => resolve());
    output.once('error', (cause) =>
      reject(new InvalidInputError('file_unreadable', `${name} cannot be written`, [], { cause })),
    );
  });
  return output;
}
