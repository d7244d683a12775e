/** Bytes in a folder. Keys are ours; a file appears whole or not at all, and cannot be written again. */
import { randomUUID } from 'node:crypto';
import { chmod, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { UnavailableError } from '../errors.js';
import type { Blobs } from '../ports.js';
import { makeFolder } from './make-folder.js';

const KEY = /^[A-Za-z0-9_-]{8,100}$/;
/** The last two characters are random: no folder grows beyond what a file system likes. */
const SPREAD_CHARS = 2;

const isAbsent = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
const away = (cause: unknown): UnavailableError =>
  new UnavailableError('store_unavailable', 'The folder of pictures cannot be used', { cause });

export function openBlobFolder(folder: string): Blobs {
  const fileOf = (key: string): string => {
    if (!KEY.test(key)) throw new TypeError('not a key of ours');
    return path.join(folder, key.slice(-SPREAD_CHARS).toLowerCase(), key);
  };
  return {
    async put(key, bytes) {
      const file = fileOf(key);
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
    },
    async get(key) {
      const file = fileOf(key);
      try {
        return await readFile(file);
      } catch (error) {
        if (isAbsent(error)) return null;
        throw away(error);
      }
    },
    async remove(key) {
      await rm(fileOf(key), { force: true }).catch((error: unknown) => {
        throw away(error);
      });
    },
  };
}
