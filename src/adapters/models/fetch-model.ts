/** One model of the list: every file to a temporary name, checked, then renamed; `fetched.json` last. */
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, InvalidInputError, UnavailableError } from '../../errors.js';
import { belongs, type Fetched, pinOf, readFetched, type Sum, sumOf, writeFetched } from './fetched.js';
import { download, newestRevision } from './hub.js';
import type { HubEntry } from './manifest.js';

export interface FetchOrder {
  readonly entry: HubEntry;
  /** Folder of the model. */
  readonly dir: string;
  readonly hub: string;
  readonly pauseMs?: number;
  readonly tell?: (line: string) => void;
}

const ATTEMPTS = 3;
const PAUSE_MS = 1_000;

export async function fetchModel(order: FetchOrder, signal: AbortSignal): Promise<Fetched> {
  const { entry, dir } = order;
  const before = await readFetched(dir);
  const known = belongs(entry, before) ? before : null;
  const hub = order.hub.replace(/\/+$/, '');
  const revision = entry.revision ?? known?.revision ?? (await newestRevision(hub, entry.repo, signal));
  const files: Record<string, Sum> = {};
  for (const { path: name } of entry.files) {
    files[name] = await fetchFile({ ...order, hub, revision, name, known }, signal);
  }
  const fetched = { repo: entry.repo, revision, files };
  await writeFetched(dir, fetched);
  return fetched;
}

interface FileOrder extends FetchOrder {
  readonly revision: string;
  readonly name: string;
  readonly known: Fetched | null;
}

async function fetchFile(order: FileOrder, signal: AbortSignal): Promise<Sum> {
  const { entry, dir, name, revision, known } = order;
  const target = path.join(dir, name);
  const pin = pinOf(entry, known, name);
  const present = await sumOf(target);
  if (present !== null && present.sha256 === pin.sha256) {
    order.tell?.(`${name}: there already, checksum right`);
    return present;
  }
  await mkdir(path.dirname(target), { recursive: true });
  // Parts of another commit are never gone on with.
  const part = `${target}.${revision.slice(0, 12)}.part`;
  const named = await withAttempts(order, part, signal);
  const sum = await sumOf(part);
  if (sum === null) throw new UnavailableError('model_truncated', `${name} did not come`);
  await verify(order, part, { sum, pin, named });
  await rename(part, target);
  order.tell?.(`${name}: ${sum.bytes} bytes, sha256 ${sum.sha256}`);
  return sum;
}

async function withAttempts(order: FileOrder, part: string, signal: AbortSignal): Promise<string | null> {
  const { hub, entry, revision, name } = order;
  const url = `${hub}/${entry.repo}/resolve/${revision}/${name}`;
  const mostBytes = pinOf(entry, order.known, name).bytes ?? entry.max_bytes;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await download({ url, part, mostBytes }, signal);
    } catch (error) {
      const again = error instanceof UnavailableError && attempt < ATTEMPTS && !signal.aborted;
      if (codeOf(error) === 'model_too_large') await rm(part, { force: true });
      if (!again) throw error;
      order.tell?.(`${name}: ${error.message}; once more`);
      await sleep((order.pauseMs ?? PAUSE_MS) * attempt, undefined, { signal });
    }
  }
}

interface Found {
  readonly sum: Sum;
  readonly pin: { readonly sha256: string | null; readonly bytes: number | null };
  /** What the hub says that the file is. */
  readonly named: string | null;
}

async function verify({ name }: FileOrder, part: string, { sum, pin, named }: Found): Promise<void> {
  if (pin.bytes !== null && sum.bytes < pin.bytes) {
    // Complete as the hub has it, and yet short: going on would not help.
    await rm(part, { force: true });
    throw new UnavailableError('model_truncated', `${name} has ${sum.bytes} of ${pin.bytes} bytes`);
  }
  const wanted = pin.sha256 ?? named;
  if (wanted === null || wanted === sum.sha256) return;
  await rm(part, { force: true });
  throw new InvalidInputError('model_checksum', `${name} has ${sum.sha256}, wanted is ${wanted}`);
}
