/** A folder and those above it. Node's own `recursive` never ends where a folder is there and nothing can be in it (`/proc`). */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

export async function makeFolder(folder: string, mode?: number): Promise<void> {
  const make = () => mkdir(folder, mode).catch(unless('EEXIST'));
  await make().catch(async (error: unknown) => {
    const above = path.dirname(folder);
    if (above === folder) throw error;
    unless('ENOENT')(error);
    await makeFolder(above, mode);
    await make();
  });
}

const unless =
  (code: string) =>
  (error: unknown): void => {
    if (!(error instanceof Error && 'code' in error && error.code === code)) throw error;
  };
