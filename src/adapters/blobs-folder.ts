/** Bytes in a folder. Keys are ours; a file appears whole or not at all, and cannot be written again. */
import { randomUUID } from 'node:crypto';
import { chmod, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { UnavailableError } from '../errors.js';
import type { Blobs } from '../ports.js';
import { placeOf, refuseOthers } from './blob-keys.js';
import { makeFolder } from './make-folder.js';

const isAbsent = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
const away = (cause: unknown): UnavailableError =>
  new UnavailableError('store_unavailable', 'The folder of pictures cannot be used', { cause });

export function openBlobFolder(folder: string): Blobs {
  const fileOf = (key: string): string => path.join(folder, placeOf(key));
  const get = async (key: string): Promise<Uint8Array | null> => {
    const file = fileOf(key);
    try {
      return await readFile(file);
    } catch (error) {
      if (isAbsent(error)) return null;
      throw away(error);
    }
  };
  return {
    get,
    async put(key, bytes) {
      const there = await get(key);
      if (there === null) await write(fileOf(key), bytes);
      else refuseOthers(there, bytes);
    },
    async remove(key) {
      await rm(fileOf(key), { force: true }).catch((error: unknown) => {
        throw away(error);
      });
    },
  };
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.${randomUUID()}.part`;
  try {
    await makeFolder(path.dirname(file), 0o700);
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await chmod(temporary, 0o400);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw away(error);
  }
}
