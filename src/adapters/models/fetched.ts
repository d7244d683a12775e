/** `fetched.json` in a fetched model's folder: which commit came, and the checksums that it had. Later runs hold it to them. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { InvalidInputError } from '../../errors.js';
import type { HubEntry } from './manifest.js';

const Fetched = z.strictObject({
  repo: z.string(),
  revision: z.string(),
  files: z.record(z.string(), z.strictObject({ sha256: z.string(), bytes: z.int() })),
});
export type Fetched = z.infer<typeof Fetched>;

const fileOf = (dir: string): string => path.join(dir, 'fetched.json');

/** Null: nothing was fetched here. */
export async function readFetched(dir: string): Promise<Fetched | null> {
  let text: string;
  try {
    text = await readFile(fileOf(dir), 'utf8');
  } catch {
    // The caller tells what follows from its absence.
    return null;
  }
  try {
    return Fetched.parse(JSON.parse(text));
  } catch (cause) {
    throw new InvalidInputError('models_invalid', `${path.basename(dir)}/fetched.json is not valid`, [], { cause });
  }
}

export async function writeFetched(dir: string, fetched: Fetched): Promise<void> {
  const fresh = `${fileOf(dir)}.new`;
  await writeFile(fresh, `${JSON.stringify(fetched, null, 2)}\n`);
  await rename(fresh, fileOf(dir));
}

export interface Sum {
  readonly sha256: string;
  readonly bytes: number;
}

/** Null: there is no such file. */
export async function sumOf(file: string): Promise<Sum | null> {
  const found = await stat(file).catch(() => null);
  if (found === null || !found.isFile()) return null;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return { sha256: hash.digest('hex'), bytes: found.size };
}

/** What a file must be: by the list, else by what came first. Null: nobody knows yet. */
export function pinOf(
  entry: HubEntry,
  fetched: Fetched | null,
  name: string,
): { readonly sha256: string | null; readonly bytes: number | null } {
  const listed = entry.files.find((file) => file.path === name);
  const known = belongs(entry, fetched) ? fetched?.files[name] : undefined;
  return { sha256: listed?.sha256 ?? known?.sha256 ?? null, bytes: listed?.bytes ?? known?.bytes ?? null };
}

/** Another repository or commit than the list names has nothing to say. */
export const belongs = (entry: HubEntry, fetched: Fetched | null): boolean =>
  fetched !== null && fetched.repo === entry.repo && (entry.revision === null || entry.revision === fetched.revision);
