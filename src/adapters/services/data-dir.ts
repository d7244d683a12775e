/** One process owns a data folder at a time; secrets in it are made once and kept 0600. */
import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InvalidInputError } from '../../errors.js';
import { makeFolder } from '../make-folder.js';

const LOCK = 'instance.lock';

/** Refuses when another live process holds the folder; a lock left by a dead one is taken over. */
export async function takeDataDir(dir: string): Promise<() => Promise<void>> {
  await makeFolder(dir).catch((cause: unknown) => {
    throw unusable(dir, cause);
  });
  const file = path.join(dir, LOCK);
  const mine = `${process.pid} ${(await startOf(process.pid)) ?? ''}\n`;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      await writeFile(file, mine, { flag: 'wx', mode: 0o600 });
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(dir, error);
    }
    const pid = await ownerOf(dir);
    if (pid !== null) {
      throw new InvalidInputError(
        'services_unavailable',
        `Another instance (process ${pid}) is running on ${dir}. Stop it, or set DATA_DIR to another folder.`,
      );
    }
    await rm(file, { force: true });
  }
  throw new InvalidInputError('services_unavailable', `The folder ${dir} is being taken by another instance.`);
}

/** The live process that holds the folder. */
export async function ownerOf(dir: string): Promise<number | null> {
  const holder = (await readFile(path.join(dir, LOCK), 'utf8').catch(() => '')).trim();
  const [pid, start] = holder.split(' ');
  return (await lives(Number(pid), start)) ? Number(pid) : null;
}

const unusable = (dir: string, cause: unknown) =>
  new InvalidInputError(
    'services_unavailable',
    `${dir} is not a folder that can be written. Set DATA_DIR to a folder that can, or set DATABASE_URL and REDIS_URL.`,
    [],
    { cause },
  );

/** A process number alone may have been given out again; with its start time it is one process. */
async function lives(pid: number, start: string | undefined): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const now = await startOf(pid);
  return now === null || start === undefined || start === '' || now === start;
}

export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Start time in clock ticks since boot (proc(5), field 22); null where there is no /proc. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

export async function keptSecret(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => null);
  if (kept !== null && kept.trim() !== '') return kept.trim();
  const secret = randomBytes(24).toString('base64url');
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}
