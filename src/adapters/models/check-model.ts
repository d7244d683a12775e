/** Whether what lies in a model's folder is what the list, or the first fetch, says. */
import path from 'node:path';
import { isThere } from '../is-there.js';
import { belongs, pinOf, readFetched, sumOf } from './fetched.js';
import type { HubEntry, ModelEntry } from './manifest.js';

export type ModelState = 'ready' | 'absent' | 'incomplete' | 'wrong';
export interface CheckedModel {
  readonly state: ModelState;
  /** What is wrong, one line a file. */
  readonly faults: readonly string[];
}

export async function checkModel(entry: ModelEntry, dir: string): Promise<CheckedModel> {
  return entry.source === 'shipped' ? checkShipped(entry.files, dir) : checkFetched(entry, dir);
}

/** Their checksums are git's business. */
async function checkShipped(files: readonly string[], dir: string): Promise<CheckedModel> {
  const faults: string[] = [];
  for (const name of files) {
    if (!(await isThere(path.join(dir, name)))) faults.push(`${name} is missing`);
  }
  return { state: stateOf(faults, files.length), faults };
}

async function checkFetched(entry: HubEntry, dir: string): Promise<CheckedModel> {
  const fetched = await readFetched(dir);
  const faults: string[] = [];
  let isWrong = false;
  for (const { path: name } of entry.files) {
    const sum = await sumOf(path.join(dir, name));
    const pin = pinOf(entry, fetched, name);
    if (sum === null) faults.push(`${name} is missing`);
    else if (pin.sha256 === null) faults.push(`${name} was never fetched by this list: nobody knows its checksum`);
    else if (pin.sha256 !== sum.sha256) {
      isWrong = true;
      faults.push(`${name} has ${sum.sha256}, wanted is ${pin.sha256}`);
    }
  }
  if (isWrong) return { state: 'wrong', faults };
  if (faults.length === 0 && !belongs(entry, fetched)) {
    return { state: 'incomplete', faults: ['fetched.json is missing or names another commit'] };
  }
  return { state: stateOf(faults, entry.files.length), faults };
}

const stateOf = (faults: readonly string[], files: number): ModelState =>
  faults.length === 0 ? 'ready' : faults.length === files ? 'absent' : 'incomplete';
